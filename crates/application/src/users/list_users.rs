use std::sync::Arc;

use portero_domain::{
    ids::CompanyId,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    user::{RoleKind, User},
};

/// Lists the people, oldest first.
pub struct ListUsers {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListUsers {
    /// This part of the people, of a role and a company where those are given.
    pub async fn execute(
        &self,
        role: Option<RoleKind>,
        company: Option<CompanyId>,
        page: Page<User>,
    ) -> Stored<Listing<User>> {
        transact(&*self.storage, move |storage| storage.users().list(role, company.as_ref(), page)).await
    }
}
