use async_trait::async_trait;
use thiserror::Error;

use crate::{secret::Secret, user::PasswordHash};

/// Hashes people's passwords, slowly on purpose, and holds them against their hashes.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// The hash of a password, salted by chance.
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, PasswordError>;

    /// Holds a password against a hash. Without a hash, for a person nobody knows, it takes as long and says
    /// [`Verdict::Wrong`], so that the time tells nothing about who exists.
    async fn verify(&self, password: &Secret, hash: Option<PasswordHash>) -> Result<Verdict, PasswordError>;
}

/// What came of holding a password against a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, but the hash is of an older method or cost and should be made anew.
    RightButOutdated,
    /// It is not the password.
    Wrong,
}

/// Why no hash was made or compared.
#[derive(Debug, Error)]
pub enum PasswordError {
    /// Too many passwords are being hashed already.
    #[error("too many passwords are being hashed")]
    Busy,
    /// The hasher failed, or the stored hash is unreadable.
    #[error("a password could not be hashed or compared")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
