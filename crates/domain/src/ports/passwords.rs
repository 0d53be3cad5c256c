use async_trait::async_trait;
use thiserror::Error;

use crate::{ids::UserId, secret::Secret, text::Email, user::PasswordHash};

/// Hashes people's passwords, slowly on purpose, and compares passwords with their hashes.
///
/// The work of one caller waits for that caller's other work first, so that a caller who asks for a lot does not hold up
/// the others.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// The hash of a password, with a random salt.
    async fn hash(&self, caller: &PasswordCaller, password: &Secret) -> Result<PasswordHash, PasswordError>;

    /// Compares a password with what is known. The work is the same whether there is a hash or not, and whichever method
    /// made it, so that the time does not tell who exists. Without a hash the verdict is [`Verdict::Wrong`].
    async fn verify(
        &self,
        caller: &PasswordCaller,
        password: &Secret,
        known: KnownHash,
    ) -> Result<Verdict, PasswordError>;
}

/// For whom a password is hashed or compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PasswordCaller {
    /// A person with a session.
    Person(UserId),
    /// A new user, or a caller that tries to log in with this e-mail.
    Email(Email),
    /// All who try to log in with a text that is no e-mail.
    NoEmail,
    /// The operator, at the command line.
    Operator,
}

/// What a password is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownHash {
    /// The person's hash, if the person exists.
    pub hash: Option<PasswordHash>,
    /// An imported hash of any person, while there is one. Comparing with it costs as much as for a person whose own hash
    /// is imported.
    pub imported: Option<PasswordHash>,
}

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// The password is right, but its hash has an older method or cost and should be replaced.
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
