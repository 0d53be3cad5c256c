use portero_application::companies::CompanySecrets;
use portero_domain::{
    base_url::BaseUrl,
    company::{Company, CompanyEdit, ConektaEdit},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
    text::ForeignId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::{
    companies::unless_hidden,
    error::ApiResult,
    fields::{Faults, Given, as_is},
    wire::{HIDDEN, Mode, parse_mode},
};

/// The settings of a Conekta account. A missing or null field keeps its value, but `conekta_mode`. `""` empties a field.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ConektaSettingsEdit)]
pub(crate) struct Request {
    /// The private key. It is stored encrypted and never returned. `********` keeps the stored key.
    #[schema(value_type = Option<String>, max_length = 256, required = false)]
    conekta_private_key: Given<String>,
    /// The public key. The captive portal shows it to every visitor.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    conekta_public_key: Given<String>,
    /// `test` unless it is given: each request sets the mode.
    #[schema(value_type = Option<Mode>, required = false)]
    conekta_mode: Given<String>,
    /// The key with which Conekta's webhooks are checked: RSA, 2,048 to 8,192 bits, in PEM.
    #[schema(value_type = Option<String>, max_length = 4096, required = false)]
    conekta_webhook_public_key: Given<String>,
    /// Whether a buyer's bank may ask for a confirmation (3DS).
    #[schema(value_type = Option<bool>, required = false)]
    permite_3ds: Given<bool>,
}

impl Request {
    pub(super) fn parse(self) -> ApiResult<(CompanyEdit, CompanySecrets)> {
        let mut faults = Faults::in_body();
        let private_key = self.conekta_private_key.change(&mut faults, "conekta_private_key", Secret::parse);
        let public_key = self.conekta_public_key.change(&mut faults, "conekta_public_key", ForeignId::parse);
        let mode = self.conekta_mode.optional(&mut faults, "conekta_mode", parse_mode);
        let webhook_key =
            self.conekta_webhook_public_key.change(&mut faults, "conekta_webhook_public_key", RsaPublicKey::parse);
        let three_ds = self.permite_3ds.optional(&mut faults, "permite_3ds", as_is::<bool>);
        faults.finish(|| {
            let mode = Some(mode?.unwrap_or_default());
            let conekta = ConektaEdit { mode, public_key: public_key?, webhook_key: webhook_key? };
            let edit = CompanyEdit { conekta, three_ds: three_ds?, ..CompanyEdit::default() };
            let secrets =
                CompanySecrets { conekta_private_key: unless_hidden(private_key?), ..CompanySecrets::default() };
            Some((edit, secrets))
        })
    }
}

/// The settings of a Conekta account, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConektaSettings)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    empresa_id: String,
    conekta_mode: Mode,
    #[schema(required)]
    conekta_public_key: Option<String>,
    /// `********` if a key is stored, otherwise null.
    #[schema(value_type = Option<String>, required)]
    conekta_private_key: Option<&'static str>,
    #[schema(required)]
    conekta_webhook_public_key: Option<String>,
    permite_3ds: bool,
    /// The address to enter for webhooks in Conekta's panel. Null if the operator has not set `PUBLIC_BASE_URL`.
    #[schema(required)]
    webhook_url: Option<String>,
}

impl Body {
    pub(super) fn new(message: &'static str, company: &Company, base: Option<&BaseUrl>) -> Self {
        let conekta = &company.conekta;
        let path = format!("/api/v1/webhook/conekta/{}", company.webhook_token);
        Self {
            message,
            empresa_id: company.id.to_string(),
            conekta_mode: Mode(conekta.mode),
            conekta_public_key: conekta.public_key.as_ref().map(|key| key.as_str().to_owned()),
            conekta_private_key: conekta.private_key.as_ref().map(|_| HIDDEN),
            conekta_webhook_public_key: conekta.webhook_key.as_ref().map(|key| key.as_str().to_owned()),
            permite_3ds: company.three_ds,
            webhook_url: base.map(|base| base.at(&path)),
        }
    }
}
