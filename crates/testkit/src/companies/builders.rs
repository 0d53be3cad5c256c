use portero_domain::{
    Timestamp,
    company::{Company, Conekta, GatewayMode, MercadoPago, Telegram},
    ports::{SecretPlace, Vault},
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
        telegram: Telegram::default(),
        active: true,
        created_at: start(),
    })
}

/// Makes a company.
#[derive(Clone, Debug)]
pub struct CompanyBuilder(Company);

impl CompanyBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = company_id(id);
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

    /// Dealing in real money, with a private key and a Telegram bot, both sealed by [`FakeVault`].
    #[must_use]
    pub fn with_secrets(mut self) -> Self {
        let sealed = |plain: &str, place| FakeVault::default().encrypt(&Secret::new(plain.to_owned()), &place).ok();
        let id = || self.0.id.clone();
        let private_key = sealed("key_private_conekta", SecretPlace::ConektaPrivateKey(id()));
        let bot_token = sealed("123456:telegram-bot", SecretPlace::TelegramBotToken(id()));
        self.0.conekta = Conekta { mode: GatewayMode::Live, private_key, ..self.0.conekta };
        self.0.mercado_pago.mode = GatewayMode::Live;
        self.0.telegram = Telegram { bot_token, chat_id: Some(foreign_id("-1001234567890")), enabled: true };
        self
    }

    /// The company.
    pub fn build(self) -> Company {
        self.0
    }
}
