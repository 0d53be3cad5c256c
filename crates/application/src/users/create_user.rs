use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ports::{Clock, PasswordCaller, PasswordError, Passwords, StorageError, UnitOfWork, transact},
    user::{NewPassword, NewUser, Role, User, UserProfile},
};
use thiserror::Error;

/// Adds a person.
pub struct CreateUser {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) passwords: Arc<dyn Passwords>,
}

/// Why there is no new person.
#[derive(Debug, Error)]
pub enum CreateUserError {
    /// There is no such company to be an admin of.
    #[error("there is no such company")]
    CompanyNotFound,
    /// That company is inactive.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// Another user has this e-mail.
    #[error("the e-mail is registered already")]
    EmailTaken,
    /// The password cannot be hashed now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CreateUser {
    /// Adds this user, who may log in at once.
    pub async fn execute(&self, profile: UserProfile, password: NewPassword) -> Result<User, CreateUserError> {
        let created_at = self.clock.now();
        let password = self.passwords.hash(&PasswordCaller::Email(profile.email.clone()), password.secret()).await?;
        transact(&*self.storage, move |storage| {
            if let Role::CompanyAdmin(company) = &profile.role {
                let company = storage.companies().lock(company)?.ok_or(CreateUserError::CompanyNotFound)?;
                company.active()?;
            }
            let new = NewUser { profile, password, must_change_password: true, created_at };
            let id = storage.users().insert(&new)?.map_err(|_| CreateUserError::EmailTaken)?;
            let NewUser { profile, password, must_change_password, created_at } = new;
            Ok(User { id, profile, password, must_change_password, active: true, created_at })
        })
        .await
    }
}
