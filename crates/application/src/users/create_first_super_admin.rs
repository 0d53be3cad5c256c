use std::sync::Arc;

use portero_domain::{
    ports::{Clock, PasswordCaller, PasswordError, Passwords, StorageError, UnitOfWork, transact},
    text::{Email, Name},
    user::{NewPassword, NewUser, Role, UserProfile},
};
use thiserror::Error;

/// Adds the first super admin, so that a user can log in to a new installation (`R1603`).
pub struct CreateFirstSuperAdmin {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) passwords: Arc<dyn Passwords>,
}

/// Why there may be no super admin.
#[derive(Debug, Error)]
pub enum CreateFirstSuperAdminError {
    /// The password cannot be hashed now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CreateFirstSuperAdmin {
    /// Adds this user unless there is a super admin or a user with this e-mail. Returns whether it did.
    pub async fn execute(
        &self,
        email: Email,
        name: Name,
        password: NewPassword,
    ) -> Result<bool, CreateFirstSuperAdminError> {
        let created_at = self.clock.now();
        let there_is_one = transact(&*self.storage, |storage| storage.users().any_super_admin()).await?;
        if there_is_one {
            return Ok(false);
        }
        let password = self.passwords.hash(&PasswordCaller::Operator, password.secret()).await?;
        transact(&*self.storage, move |storage| {
            // Hashing takes its time, and a rival may have come in it.
            if storage.users().any_super_admin()? {
                return Ok(false);
            }
            let profile = UserProfile { email, name, role: Role::SuperAdmin };
            let added =
                storage.users().insert(&NewUser { profile, password, must_change_password: false, created_at })?;
            Ok(added.is_ok())
        })
        .await
    }
}
