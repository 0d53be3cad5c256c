use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{Stored, UnitOfWork, transact},
    user::User,
};

/// Finds a person.
pub struct FindUser {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FindUser {
    /// The person, if there is one.
    pub async fn execute(&self, user: UserId) -> Stored<Option<User>> {
        transact(&*self.storage, move |storage| storage.users().find(user)).await
    }
}
