use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{PasswordCaller, PasswordError, Passwords, StorageError, UnitOfWork, transact},
    text::Email,
    user::NewPassword,
};
use thiserror::Error;

/// Gives a person who has forgotten theirs a new password, and ends all of their sessions.
pub struct ResetPassword {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) passwords: Arc<dyn Passwords>,
}

/// Why the password is what it was.
#[derive(Debug, Error)]
pub enum ResetPasswordError {
    /// No user has this e-mail.
    #[error("no user has this e-mail")]
    NotFound,
    /// Passwords cannot be hashed now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ResetPassword {
    /// Sets the password of the person with this e-mail, whatever it was. Answers who that is.
    pub async fn execute(&self, email: Email, new: NewPassword) -> Result<UserId, ResetPasswordError> {
        let hash = self.passwords.hash(&PasswordCaller::Operator, new.secret()).await?;
        transact(&*self.storage, move |storage| {
            let found = storage.users().find_by_email(&email)?.ok_or(ResetPasswordError::NotFound)?;
            let user = storage.users().lock(found.id)?.ok_or(ResetPasswordError::NotFound)?;
            storage.users().set_password(user.id, &hash, true)?;
            storage.sessions().remove_all(user.id)?;
            Ok(user.id)
        })
        .await
    }
}
