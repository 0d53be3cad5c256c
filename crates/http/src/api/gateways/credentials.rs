use portero_application::companies::CompanySecrets;
use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, GatewayMode, MercadoPagoEdit, TelegramEdit},
    secret::Secret,
    text::ForeignId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{
    companies::{CompanySummary, unless_hidden},
    error::ApiResult,
    fields::{Faults, Given, as_is},
    wire::{Mode, parse_mode},
};

/// The settings of a Mercado Pago account, and of the notices. A missing or null field keeps its value. `""` empties a text.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GatewayCredentials)]
pub(crate) struct Request {
    /// The access token. It is tried at Mercado Pago, stored encrypted and never returned. `********` keeps the stored token.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    access_token: Given<String>,
    /// The secret of the webhooks. It is stored encrypted and never returned. `********` keeps the stored secret.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    webhook_secret: Given<String>,
    /// The public key. The captive portal shows it to every visitor.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    public_key: Given<String>,
    #[schema(value_type = Option<Mode>, required = false)]
    mode: Given<String>,
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

impl Request {
    pub(super) fn parse(self) -> ApiResult<(CompanyEdit, CompanySecrets)> {
        let mut faults = Faults::in_body();
        let access_token = self.access_token.change(&mut faults, "access_token", Secret::parse);
        let webhook_secret = self.webhook_secret.change(&mut faults, "webhook_secret", Secret::parse);
        let public_key = self.public_key.change(&mut faults, "public_key", ForeignId::parse);
        let mode = self.mode.optional(&mut faults, "mode", parse_mode);
        let three_ds = self.permite_3ds.optional(&mut faults, "permite_3ds", as_is::<bool>);
        let bot_token = self.telegram_bot_token.change(&mut faults, "telegram_bot_token", Secret::parse);
        let chat_id = self.telegram_chat_id.change(&mut faults, "telegram_chat_id", ForeignId::parse);
        let enabled = self.notificaciones_telegram.optional(&mut faults, "notificaciones_telegram", as_is::<bool>);
        faults.finish(|| {
            let edit = CompanyEdit {
                mercado_pago: MercadoPagoEdit { mode: mode?, public_key: public_key? },
                three_ds: three_ds?,
                telegram: TelegramEdit { chat_id: chat_id?, enabled: enabled? },
                ..CompanyEdit::default()
            };
            let secrets = CompanySecrets {
                mercado_pago_access_token: unless_hidden(access_token?),
                mercado_pago_webhook_secret: unless_hidden(webhook_secret?),
                telegram_bot_token: unless_hidden(bot_token?),
                ..CompanySecrets::default()
            };
            Some((edit, secrets))
        })
    }
}

/// The fields of a request that set or empty something, by the names that they have there.
pub(super) fn mentioned(edit: &CompanyEdit, secrets: &CompanySecrets) -> Vec<&'static str> {
    let fields = [
        ("access_token", secrets.mercado_pago_access_token != Change::Keep),
        ("webhook_secret", secrets.mercado_pago_webhook_secret != Change::Keep),
        ("public_key", edit.mercado_pago.public_key != Change::Keep),
        ("mode", edit.mercado_pago.mode.is_some()),
        ("permite_3ds", edit.three_ds.is_some()),
        ("telegram_bot_token", secrets.telegram_bot_token != Change::Keep),
        ("telegram_chat_id", edit.telegram.chat_id != Change::Keep),
        ("notificaciones_telegram", edit.telegram.enabled.is_some()),
    ];
    fields.into_iter().filter(|(_, is_mentioned)| *is_mentioned).map(|(name, _)| name).collect()
}

/// What is stored after the change, without the values.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StoredGatewayCredentials)]
pub(crate) struct Body {
    success: bool,
    #[schema(value_type = String)]
    message: &'static str,
    empresa: CompanySummary,
    /// The fields of the request that set or emptied something.
    #[schema(value_type = Vec<String>)]
    campos_modificados: Vec<&'static str>,
    configuracion_actual: Configured,
}

/// What is set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfiguredGatewayCredentials)]
#[expect(clippy::struct_excessive_bools, reason = "the documents have one for each setting")]
pub(crate) struct Configured {
    access_token: bool,
    webhook_secret: bool,
    public_key: bool,
    /// Whether the account moves real money.
    live: bool,
    permite_3ds: bool,
    telegram_bot_token: bool,
    telegram_chat_id: bool,
    notificaciones_telegram: bool,
}

impl Body {
    pub(super) fn new(campos_modificados: Vec<&'static str>, company: Company) -> Self {
        let message = if campos_modificados.is_empty() {
            "No se enviaron cambios. Credenciales actuales se mantienen."
        } else {
            "Credenciales actualizadas correctamente"
        };
        let configuracion_actual = Configured::of(&company);
        Self { success: true, message, empresa: company.into(), campos_modificados, configuracion_actual }
    }
}

impl Configured {
    const fn of(company: &Company) -> Self {
        let (account, telegram) = (&company.mercado_pago, &company.telegram);
        Self {
            access_token: account.access.is_some(),
            webhook_secret: account.webhook_secret.is_some(),
            public_key: account.public_key.is_some(),
            live: matches!(account.mode, GatewayMode::Live),
            permite_3ds: company.three_ds,
            telegram_bot_token: telegram.bot_token.is_some(),
            telegram_chat_id: telegram.chat_id.is_some(),
            notificaciones_telegram: telegram.enabled,
        }
    }
}
