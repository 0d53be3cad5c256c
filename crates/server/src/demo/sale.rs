//! Selling in the demo, at simulated payment gateways.

use anyhow::Context;
use portero_application::{Application, Mandate, companies::CompanySecrets};
use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, TelegramEdit},
    filter::ProductFilter,
    ids::ProductId,
    page::Page,
    router::Router,
    secret::Secret,
    text::ForeignId,
};

/// Where the simulated gateways are.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedGateways {
    pub(crate) conekta: String,
    pub(crate) mercado_pago: String,
    pub(crate) telegram: String,
}

/// The simulators accept any key of the right form.
const CONEKTA_KEY: &str = "key_demo";
const ACCESS_TOKEN: &str = "TEST-demo";
const BOT: &str = "123456789:a-bot-of-the-demo-that-is-simulated";
const CHAT: &str = "7";

/// Gives the company its keys with the simulated gateways, and a simulated bot.
pub(super) async fn seed(app: &Application, company: &Company) -> anyhow::Result<()> {
    let edit = CompanyEdit {
        three_ds: Some(true),
        telegram: TelegramEdit { chat_id: Change::Set(ForeignId::parse(CHAT)?), enabled: Some(true) },
        ..CompanyEdit::default()
    };
    let secret = |text: &str| Secret::parse(text).map(Change::Set);
    let secrets = CompanySecrets {
        conekta_private_key: secret(CONEKTA_KEY)?,
        mercado_pago_access_token: secret(ACCESS_TOKEN)?,
        telegram_bot_token: secret(BOT)?,
        ..CompanySecrets::default()
    };
    app.companies.edit.execute(Mandate::of_super_admin(company.id.clone()), edit, secrets).await?;
    Ok(())
}

/// The first product of the router.
pub(super) async fn product(app: &Application, router: &Router) -> anyhow::Result<ProductId> {
    let filter = ProductFilter { router: Some(router.id.clone()) };
    let products = app.products.list.execute(router.company.clone(), filter, Page::default()).await?;
    Ok(products.items.first().context("the demo has no product")?.id)
}

/// Lines that buy, and show what became of it. They follow those of the guest.
pub(super) fn walk(gateways: &SimulatedGateways, product: ProductId) -> String {
    let SimulatedGateways { conekta, mercado_pago, telegram } = gateways;
    let product = product.get();
    format!(
        r#"
The payment gateways are simulators too. In the same shell, a guest buys an hour:

conekta_card() {{ curl -s "{conekta}/tokens" -H 'Authorization: Bearer {CONEKTA_KEY}' -H 'Accept: application/vnd.conekta-v2.3.0+json' -H 'Content-Type: application/json' -d '{{"card": {{"number": "'"$1"'", "name": "Ana", "exp_month": "12", "exp_year": "30", "cvc": "123"}}}}' | field id; }}
buy() {{ curl -s -w ' %{{http_code}}\n' "$API/api/v1/payments/$1" -H "X-API-Key: $DEMO_KEY" -H "Idempotency-Key: $2" -H 'Content-Type: application/json' -d "$3"; }}
by_conekta() {{ buy pagar-conekta "$1" '{{"producto_id": {product}, "token_tarjeta": "'"$2"'", "nombre_cliente": "Ana", "email_cliente": "ana@example.com", "url_retorno": "http://127.0.0.1/vuelta"}}'; }}

# A good card, and the same request again: one purchase
CARD=$(conekta_card 4242424242424242); by_conekta demo-purchase-$$-1 $CARD; by_conekta demo-purchase-$$-1 $CARD

# The guest on the router
SOLD=$(by_conekta demo-purchase-$$-1 $CARD); GUEST=$(echo "$SOLD" | field usuario); PASSWORD=$(echo "$SOLD" | field contrasena)
guest() {{ curl -s "$API/api/v1/hotspot/user/profile-info" -H "X-API-Key: $DEMO_KEY" -H 'Content-Type: application/json' -d '{{"username": "'"$GUEST"'", "password": "'"$PASSWORD"'"}}'; echo; }}
guest

# A declined card, and a card that asks the cardholder: open the URL in a browser or confirm it here, then ask again
by_conekta demo-purchase-$$-2 $(conekta_card 4000000000000002)
ASKED=$(by_conekta demo-purchase-$$-3 $(conekta_card 4000000000001091)); echo "$ASKED"
curl -s -o /dev/null -X POST "$(echo "$ASKED" | field url)/confirm"
sleep 3; curl -s -w ' %{{http_code}}\n' "$API/api/v1/payments/compra" -H "X-API-Key: $DEMO_KEY" -H "Idempotency-Key: demo-purchase-$$-3"

# The same at Mercado Pago: the name of the cardholder decides (APRO, FUND, CHAL asks the cardholder)
mercado_pago_card() {{ curl -s "{mercado_pago}/v1/card_tokens?public_key={ACCESS_TOKEN}" -H 'Content-Type: application/json' -d '{{"card_number": "5474925432670366", "cardholder": {{"name": "'"$1"'"}}, "expiration_month": 12, "expiration_year": 2030, "security_code": "123"}}' | field id; }}
by_mercado_pago() {{ buy pagar-mercado-pago "$1" '{{"producto_id": {product}, "token": "'"$2"'", "payment_method_id": "master", "monto": 25, "nombre_cliente": "Ana", "email_cliente": "ana@example.com"}}'; }}
by_mercado_pago demo-purchase-$$-4 $(mercado_pago_card APRO)
by_mercado_pago demo-purchase-$$-5 $(mercado_pago_card FUND)

# The company's admin sees the sales, and refunds the first one: the guest is disabled
curl -s "$API/api/v1/admin/mi-empresa/transacciones" -H "Authorization: Bearer $ADMIN"; echo
SALE=$(curl -s "$API/api/v1/admin/mi-empresa/transacciones?q=$GUEST" -H "Authorization: Bearer $ADMIN" | sed 's/.*"transacciones":\[{{"id":\([0-9]*\).*/\1/')
curl -s "$API/api/v1/admin/mi-empresa/transacciones/$SALE/reembolso" -H "Authorization: Bearer $ADMIN" -H 'Content-Type: application/json' -d '{{"motivo": "Se fue la luz"}}'; echo
sleep 2; curl -s "$API/api/v1/admin/mi-empresa/transacciones/$SALE" -H "Authorization: Bearer $ADMIN"; echo; guest

# What the company's bot has said
curl -s "{telegram}/_sim/messages"; echo
"#
    )
}
