//! The changes that both a super admin and a company's own admin may make to a company.

use actix_web::HttpRequest;
use portero_application::{
    Application, Mandate,
    companies::{CompanySecrets, EditCompanyError},
};
use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, ConektaEdit, MercadoPagoEdit, TelegramEdit},
    ports::GatewayError,
    rsa_public_key::RsaPublicKey,
    secret::Secret,
    text::{Email, ForeignId, Link, Name, Phone},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::company_not_found;
use crate::{
    api::{
        error::{ApiError, ApiResult},
        fields::{Faults, Given, as_is},
        wire::{HIDDEN, Mode, parse_mode},
    },
    web::limits,
};

/// Changes to a company. A missing or null field keeps its value. `""` empties a field that may be empty.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CompanyEdit)]
pub(crate) struct CompanyChanges {
    /// The name.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, required = false)]
    nombre: Given<String>,
    /// The e-mail of the company's contact.
    #[schema(value_type = Option<String>, format = Email, max_length = 254, required = false)]
    contacto_email: Given<String>,
    /// The telephone number of the company's contact.
    #[schema(value_type = Option<String>, max_length = 30, required = false)]
    contacto_telefono: Given<String>,
    /// The address of the logo, for the captive portal.
    #[schema(value_type = Option<String>, max_length = 500, required = false)]
    logo_url: Given<String>,
    #[schema(value_type = Option<Mode>, required = false)]
    conekta_mode: Given<String>,
    /// The public key. The captive portal shows it to every visitor.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    conekta_public_key: Given<String>,
    /// The private key. It is stored encrypted and never returned. `********` keeps the stored key.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    conekta_private_key: Given<String>,
    /// The key with which Conekta's webhooks are checked: RSA, 2,048 to 8,192 bits, in PEM.
    #[schema(value_type = Option<String>, max_length = 4096, required = false)]
    conekta_webhook_public_key: Given<String>,
    /// Also accepted as `mode`.
    #[serde(alias = "mode")]
    #[schema(value_type = Option<Mode>, required = false)]
    mercado_pago_mode: Given<String>,
    /// The public key. The captive portal shows it to every visitor. Also accepted as `public_key`.
    #[serde(alias = "public_key")]
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    mercado_pago_public_key: Given<String>,
    /// Mercado Pago's access token. It is tried at Mercado Pago, stored encrypted and never returned. `********` keeps the
    /// stored token. Also accepted as `mercado_pago_access_token`.
    #[serde(alias = "mercado_pago_access_token")]
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    access_token: Given<String>,
    /// The secret of Mercado Pago's webhooks. It is stored encrypted and never returned. `********` keeps the stored secret.
    /// Also accepted as `mercado_pago_webhook_secret`.
    #[serde(alias = "mercado_pago_webhook_secret")]
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    webhook_secret: Given<String>,
    /// Whether a buyer's bank may ask for a confirmation (3DS).
    #[schema(value_type = Option<bool>, required = false)]
    permite_3ds: Given<bool>,
    /// The token of the bot. It is stored encrypted and never returned. `********` keeps the stored token.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    telegram_bot_token: Given<String>,
    /// The id of the chat that the bot writes to.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    telegram_chat_id: Given<String>,
    /// Whether the bot sends notices.
    #[schema(value_type = Option<bool>, required = false)]
    notificaciones_telegram: Given<bool>,
}

impl CompanyChanges {
    /// The changes, with the changes of secrets apart.
    pub(crate) fn parse(self) -> ApiResult<(CompanyEdit, CompanySecrets)> {
        let mut faults = Faults::in_body();
        let name = self.nombre.optional(&mut faults, "nombre", Name::parse);
        let contact_email = self.contacto_email.optional(&mut faults, "contacto_email", Email::parse);
        let contact_phone = self.contacto_telefono.change(&mut faults, "contacto_telefono", Phone::parse);
        let logo = self.logo_url.change(&mut faults, "logo_url", Link::parse);
        let conekta_mode = self.conekta_mode.optional(&mut faults, "conekta_mode", parse_mode);
        let conekta_key = self.conekta_public_key.change(&mut faults, "conekta_public_key", ForeignId::parse);
        let private_key = self.conekta_private_key.change(&mut faults, "conekta_private_key", Secret::parse);
        let webhook_key =
            self.conekta_webhook_public_key.change(&mut faults, "conekta_webhook_public_key", RsaPublicKey::parse);
        let mercado_mode = self.mercado_pago_mode.optional(&mut faults, "mercado_pago_mode", parse_mode);
        let mercado_key = self.mercado_pago_public_key.change(&mut faults, "mercado_pago_public_key", ForeignId::parse);
        let access_token = self.access_token.change(&mut faults, "access_token", Secret::parse);
        let webhook_secret = self.webhook_secret.change(&mut faults, "webhook_secret", Secret::parse);
        let three_ds = self.permite_3ds.optional(&mut faults, "permite_3ds", as_is::<bool>);
        let bot_token = self.telegram_bot_token.change(&mut faults, "telegram_bot_token", Secret::parse);
        let chat_id = self.telegram_chat_id.change(&mut faults, "telegram_chat_id", ForeignId::parse);
        let enabled = self.notificaciones_telegram.optional(&mut faults, "notificaciones_telegram", as_is::<bool>);
        faults.finish(|| {
            let edit = CompanyEdit {
                three_ds: three_ds?,
                name: name?,
                contact_email: contact_email?,
                contact_phone: contact_phone?,
                logo: logo?,
                conekta: ConektaEdit { mode: conekta_mode?, public_key: conekta_key?, webhook_key: webhook_key? },
                mercado_pago: MercadoPagoEdit { mode: mercado_mode?, public_key: mercado_key? },
                telegram: TelegramEdit { chat_id: chat_id?, enabled: enabled? },
            };
            let secrets = CompanySecrets {
                conekta_private_key: unless_hidden(private_key?),
                mercado_pago_access_token: unless_hidden(access_token?),
                mercado_pago_webhook_secret: unless_hidden(webhook_secret?),
                telegram_bot_token: unless_hidden(bot_token?),
            };
            Some((edit, secrets))
        })
    }
}

/// Edits a company. A request that asks a gateway about a new secret is limited like a connection to a router.
pub(crate) async fn edit(
    request: &HttpRequest,
    app: &Application,
    mandate: Mandate,
    edit: CompanyEdit,
    secrets: CompanySecrets,
) -> ApiResult<Company> {
    if secrets.asks_gateway() {
        limits::dial(request, &mandate)?;
    }
    Ok(app.companies.edit.execute(mandate, edit, secrets).await?)
}

/// A panel may send back the placeholder that it received.
pub(crate) fn unless_hidden(change: Change<Secret>) -> Change<Secret> {
    match change {
        Change::Set(secret) if secret.expose() == HIDDEN => Change::Keep,
        change => change,
    }
}

impl From<EditCompanyError> for ApiError {
    fn from(error: EditCompanyError) -> Self {
        match error {
            EditCompanyError::NotFound => company_not_found(),
            EditCompanyError::CompanyInactive(inactive) => inactive.into(),
            EditCompanyError::MercadoPago(GatewayError::Credentials) => Self::bad_request(
                "gateway_rejected_credentials",
                "Mercado Pago rechazó las credenciales. No se guardó ningún cambio.",
            ),
            EditCompanyError::MercadoPago(GatewayError::Unavailable) => Self::unavailable(
                "gateway_unavailable",
                "Mercado Pago no está disponible en este momento. No se guardó ningún cambio.",
            ),
            EditCompanyError::Vault(error) => Self::internal(error),
            EditCompanyError::Storage(error) => error.into(),
        }
    }
}
