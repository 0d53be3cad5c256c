use std::sync::Arc;

use portero_domain::{
    company::Company,
    ids::CompanyId,
    ports::{Clock, CompanyStats, Stored, UnitOfWork, transact},
};

/// Counts what a tenant has.
pub struct CompanyOverview {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl CompanyOverview {
    /// The company and what it has, if there is one.
    pub async fn execute(&self, company: CompanyId) -> Stored<Option<(Company, CompanyStats)>> {
        let now = self.clock.now();
        transact(&*self.storage, move |storage| {
            let Some(company) = storage.companies().find(&company)? else { return Ok(None) };
            let stats = storage.companies().stats(&company.id, now)?;
            Ok(Some((company, stats)))
        })
        .await
    }
}
