use portero_domain::{
    Timestamp,
    api_key::{ApiKey, ApiKeyParts, Usage},
    ids::KeyId,
    router::Router,
    secret::Fingerprint,
};
use time::Duration;

use crate::builders::{company_id, key_id, router_id, start};
use crate::tokens;

/// The key `key_a1b2c3d4e5f6g7h8` of [`crate::builders::a_router`], issued at the [`start`] for 365 days, never used.
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
