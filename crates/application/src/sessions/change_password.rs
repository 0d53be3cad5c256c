use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{KnownHash, PasswordCaller, PasswordError, Passwords, StorageError, UnitOfWork, Verdict, transact},
    secret::Secret,
    user::NewPassword,
};
use thiserror::Error;

/// Sets a new password for a user, and ends all of the user's sessions, so that the old password gives no access
/// (`R806`).
pub struct ChangePassword {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) passwords: Arc<dyn Passwords>,
}

/// Why the password is what it was.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// The current password is another one.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The new password is the current one.
    #[error("the new password is the current one")]
    SamePassword,
    /// Passwords cannot be compared or hashed now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ChangePassword {
    /// Changes this person's password, given the current one.
    pub async fn execute(&self, user: UserId, current: Secret, new: NewPassword) -> Result<(), ChangePasswordError> {
        let known =
            transact(&*self.storage, move |storage| storage.users().find(user).map_err(ChangePasswordError::from))
                .await?
                .ok_or(ChangePasswordError::WrongPassword)?;

        let caller = PasswordCaller::Person(user);
        let compared = KnownHash { hash: Some(known.password.clone()), imported: None };
        if self.passwords.verify(&caller, &current, compared).await? == Verdict::Wrong {
            return Err(ChangePasswordError::WrongPassword);
        }
        if current == *new.secret() {
            return Err(ChangePasswordError::SamePassword);
        }
        let hash = self.passwords.hash(&caller, new.secret()).await?;

        transact(&*self.storage, move |storage| {
            // A rival may have changed it while this one was compared.
            let still = storage.users().lock(user)?.is_some_and(|user| user.password == known.password);
            if !still {
                return Err(ChangePasswordError::WrongPassword);
            }
            storage.users().set_password(user, &hash, false)?;
            storage.sessions().remove_all(user)?;
            Ok(())
        })
        .await
    }
}
