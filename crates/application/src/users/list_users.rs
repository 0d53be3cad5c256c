use std::sync::Arc;

use portero_domain::{
    filter::UserFilter,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    user::User,
};

/// Lists the people, oldest first.
pub struct ListUsers {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListUsers {
    /// This part of the users that match the filter.
    pub async fn execute(&self, filter: UserFilter, page: Page<User>) -> Stored<Listing<User>> {
        transact(&*self.storage, move |storage| storage.users().list(&filter, page)).await
    }
}
