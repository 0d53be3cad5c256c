use std::sync::Arc;

use portero_domain::{
    company::Company,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
};

/// Lists the tenants, oldest first.
pub struct ListCompanies {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListCompanies {
    /// This part of all companies.
    pub async fn execute(&self, page: Page<Company>) -> Stored<Listing<Company>> {
        transact(&*self.storage, move |storage| storage.companies().list(page)).await
    }
}
