use thiserror::Error;

use crate::{
    Timestamp,
    api_key::ApiKey,
    ids::{CompanyId, KeyId, RouterId, SessionId},
    secret::{Fingerprint, Secret},
    session::Session,
    user::UserProfile,
};

/// An API key in full, `jwt_` included: shown once, never stored. `Debug` shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyToken(Secret);

impl ApiKeyToken {
    /// The prefix of every API key (`R108`).
    pub const PREFIX: &'static str = "jwt_";

    /// The key with this JWT.
    pub fn new(jwt: &str) -> Self {
        Self(Secret::new(format!("{}{jwt}", Self::PREFIX)))
    }

    /// The key in full.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The token of a session. `Debug` shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionToken(Secret);

impl SessionToken {
    /// The token with this JWT.
    pub const fn new(jwt: String) -> Self {
        Self(Secret::new(jwt))
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A key just signed: what its bearer gets and what the store keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedKey {
    /// For the bearer.
    pub token: ApiKeyToken,
    /// For the store.
    pub fingerprint: Fingerprint,
}

/// A key that a caller presented and whose signature is ours. Nothing is known yet of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresentedKey {
    /// The key it says it is.
    pub id: KeyId,
    /// The router it says it was issued for.
    pub router: RouterId,
    /// The company it says that router is of.
    pub company: CompanyId,
    /// What to hold against the record.
    pub fingerprint: Fingerprint,
}

/// Signs API keys and recognises its own, without asking anyone.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait ApiKeyTokens: Send + Sync {
    /// The token of a key.
    fn sign(&self, key: &ApiKey) -> Result<SignedKey, SigningError>;

    /// The key in a presented text: prefix, then signature, then time.
    fn verify(&self, presented: &str, now: Timestamp) -> Result<PresentedKey, TokenRefusal>;
}

/// Signs session tokens and recognises its own, without asking anyone.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait SessionTokens: Send + Sync {
    /// The token of a session of this person.
    fn sign(&self, session: &Session, person: &UserProfile) -> Result<SessionToken, SigningError>;

    /// The session in a presented text. An API key is never one.
    fn verify(&self, presented: &str, now: Timestamp) -> Result<SessionId, TokenRefusal>;
}

/// A token could not be signed.
#[derive(Debug, Error)]
#[error("a token could not be signed")]
pub struct SigningError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Why a presented token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenRefusal {
    /// It does not even begin as one of ours does.
    #[error("the token does not have the prefix of a key")]
    Malformed,
    /// It is not signed by us, or not of this kind.
    #[error("the token is not one of ours")]
    Invalid,
    /// It is ours and its time is over.
    #[error("the token has expired")]
    Expired,
}
