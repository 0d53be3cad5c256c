use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{Stored, UnitOfWork, transact},
    router::Router,
};

/// Finds a router of a company.
pub struct FindRouter {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FindRouter {
    /// The router, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Stored<Option<Router>> {
        transact(&*self.storage, move |storage| storage.routers().find(&company, &router)).await
    }
}
