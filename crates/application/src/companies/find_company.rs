use std::sync::Arc;

use portero_domain::{
    company::Company,
    ids::CompanyId,
    ports::{Stored, UnitOfWork, transact},
};

/// Finds a tenant.
pub struct FindCompany {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FindCompany {
    /// The company, if there is one.
    pub async fn execute(&self, company: CompanyId) -> Stored<Option<Company>> {
        transact(&*self.storage, move |storage| storage.companies().find(&company)).await
    }
}
