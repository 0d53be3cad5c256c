use portero_domain::{
    Timestamp,
    api_key::{ApiKey, ApiKeyParts, Usage},
    company::{Company, Conekta, GatewayMode, MercadoPago, Telegram},
    ids::{CompanyId, KeyId},
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::{SecretPlace, Vault},
    router::{ApiUsername, Credentials, Location, Router},
    secret::{Fingerprint, Sealed, Secret},
    text::Phone,
};
use time::Duration;

use super::{company_id, email, foreign_id, key_id, name, router_id, start};
use crate::{FakeVault, tokens};

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

/// The router `RTR_A1B2C3D4` of [`a_company`], "Router Principal" in the "Lobby Piso 1", active, at 192.168.88.1:8728.
pub fn a_router() -> RouterBuilder {
    RouterBuilder(Router {
        id: router_id("RTR_A1B2C3D4"),
        company: company_id("EMP_3A9F1C0B2D"),
        name: name("Router Principal"),
        endpoint: Endpoint::new(Host::parse("192.168.88.1").expect("a host"), Port::API, None),
        certificate: None,
        credentials: Credentials {
            username: ApiUsername::parse("admin").expect("a username"),
            password: password_of("RTR_A1B2C3D4"),
            old_login: false,
        },
        location: Location::parse("Lobby Piso 1").ok(),
        active: true,
        created_at: start(),
    })
}

fn password_of(router: &str) -> Sealed {
    let place = SecretPlace::RouterPassword(company_id("EMP_3A9F1C0B2D"), router_id(router));
    FakeVault::default().encrypt(&Secret::new("secure_password".to_owned()), &place).expect("a vault that seals")
}

/// Makes a router. Its password is `secure_password`, sealed by [`FakeVault`].
#[derive(Clone, Debug)]
pub struct RouterBuilder(Router);

impl RouterBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = router_id(id);
        self.0.credentials.password = password_of(id);
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.0.company = company.clone();
        self
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, text: &str) -> Self {
        self.0.name = name(text);
        self
    }

    /// Standing nowhere in particular.
    #[must_use]
    pub fn without_location(mut self) -> Self {
        self.0.location = None;
        self
    }

    /// Inactive.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.0.active = false;
        self
    }

    /// Reached over TLS, at port 8729.
    #[must_use]
    pub fn over_tls(mut self) -> Self {
        self.0.endpoint = Endpoint::new(self.0.endpoint.host, Port::API_TLS, None);
        self
    }

    /// With this certificate confirmed.
    #[must_use]
    pub fn confirmed(mut self, certificate: CertificateFingerprint) -> Self {
        self.0.certificate = Some(certificate);
        self
    }

    /// Registered at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// The router.
    pub fn build(self) -> Router {
        self.0
    }
}

/// The key `key_a1b2c3d4e5f6g7h8` of [`a_router`], issued at the [`start`] for 365 days, never used.
pub fn a_key() -> KeyBuilder {
    KeyBuilder(ApiKeyParts {
        id: key_id("key_a1b2c3d4e5f6g7h8"),
        router: router_id("RTR_A1B2C3D4"),
        company: company_id("EMP_3A9F1C0B2D"),
        issued_at: start(),
        expires_at: start().plus(Duration::days(365)),
        revoked_at: None,
        usage: Usage::default(),
    })
}

/// Makes an API key.
#[derive(Clone, Debug)]
pub struct KeyBuilder(ApiKeyParts);

impl KeyBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = key_id(id);
        self
    }

    /// Of this router and its company.
    #[must_use]
    pub fn of(mut self, router: &Router) -> Self {
        self.0.router = router.id.clone();
        self.0.company = router.company.clone();
        self
    }

    /// Issued at this moment, for 365 days.
    #[must_use]
    pub fn issued_at(mut self, at: Timestamp) -> Self {
        self.0.issued_at = at;
        self.0.expires_at = at.plus(Duration::days(365));
        self
    }

    /// Ending at this moment.
    #[must_use]
    pub fn expires_at(mut self, at: Timestamp) -> Self {
        self.0.expires_at = at;
        self
    }

    /// Revoked at this moment.
    #[must_use]
    pub fn revoked_at(mut self, at: Timestamp) -> Self {
        self.0.revoked_at = Some(at);
        self
    }

    /// Used this often, last at this moment.
    #[must_use]
    pub fn used(mut self, count: u64, last: Timestamp) -> Self {
        self.0.usage = Usage { count, last_used: Some(last) };
        self
    }

    /// The key.
    pub fn build(self) -> ApiKey {
        ApiKey::restore(self.0)
    }
}

/// A fingerprint that follows from the key's id, for tests without tokens.
pub fn fingerprint_of(key: &KeyId) -> Fingerprint {
    tokens::fingerprint(key.as_str())
}
