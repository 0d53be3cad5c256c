use portero_domain::{
    Timestamp,
    company::{Company, Conekta, GatewayMode, MercadoPago, MercadoPagoAccess, Telegram},
    ids::{CompanyId, WebhookToken},
    ports::{SecretPlace, Vault},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
    text::Phone,
};

use crate::FakeVault;
use crate::builders::{company_id, email, foreign_id, name, start};

/// The company `EMP_3A9F1C0B2D`, "Hotel Central", active, without any secret.
pub fn a_company() -> CompanyBuilder {
    CompanyBuilder(Company {
        id: company_id("EMP_3A9F1C0B2D"),
        name: name("Hotel Central"),
        contact_email: email("contacto@hotelcentral.mx"),
        contact_phone: Phone::parse("+52 55 1234 5678").ok(),
        logo: None,
        conekta: Conekta { public_key: Some(foreign_id("key_pub_conekta")), ..Conekta::default() },
        mercado_pago: MercadoPago { public_key: Some(foreign_id("TEST-public-key")), ..MercadoPago::default() },
        three_ds: false,
        webhook_token: webhook_token_of(&company_id("EMP_3A9F1C0B2D")),
        telegram: Telegram::default(),
        active: true,
        created_at: start(),
    })
}

/// The webhook token of the company with this id in the tests: the id's own digits.
pub fn webhook_token_of(company: &CompanyId) -> WebhookToken {
    let digits = company.as_str().trim_start_matches(CompanyId::PREFIX).to_ascii_lowercase();
    WebhookToken::parse(&format!("{digits:0>32}")).expect("a webhook token")
}

/// The key with which the webhooks of Conekta's account are checked in the tests.
pub fn a_webhook_key() -> RsaPublicKey {
    RsaPublicKey::parse(include_str!("webhook_key.pub.pem")).expect("a key")
}

/// Makes a company.
#[derive(Clone, Debug)]
pub struct CompanyBuilder(Company);

impl CompanyBuilder {
    /// With this id, and a webhook token of its own.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = company_id(id);
        self.0.webhook_token = webhook_token_of(&self.0.id);
        self
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, text: &str) -> Self {
        self.0.name = name(text);
        self
    }

    /// Inactive.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.0.active = false;
        self
    }

    /// Created at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// Dealing in real money, with every secret, sealed by [`FakeVault`], and with the key of Conekta's webhooks.
    #[must_use]
    pub fn with_secrets(mut self) -> Self {
        let sealed = |plain: &str, place| FakeVault::default().encrypt(&Secret::new(plain.to_owned()), &place).ok();
        let id = || self.0.id.clone();
        let private_key = sealed("key_private_conekta", SecretPlace::ConektaPrivateKey(id()));
        let bot_token = sealed("123456:telegram-bot", SecretPlace::TelegramBotToken(id()));
        let token = sealed("APP_USR-token", SecretPlace::MercadoPagoAccessToken(id()));
        let webhook_secret = sealed("webhook-secret", SecretPlace::MercadoPagoWebhookSecret(id()));
        let access = token.map(|token| MercadoPagoAccess { token, user: Some(foreign_id("123456789")) });
        let (mode, webhook_key) = (GatewayMode::Live, Some(a_webhook_key()));
        self.0.conekta = Conekta { mode, private_key, webhook_key, ..self.0.conekta };
        self.0.mercado_pago = MercadoPago { mode, access, webhook_secret, ..self.0.mercado_pago };
        self.0.telegram = Telegram { bot_token, chat_id: Some(foreign_id("-1001234567890")), enabled: true };
        self
    }

    /// The company.
    pub fn build(self) -> Company {
        self.0
    }
}
