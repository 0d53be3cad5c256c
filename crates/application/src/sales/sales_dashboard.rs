use std::sync::Arc;

use portero_domain::{
    company::Company,
    ids::CompanyId,
    page::{Limit, Page, Start},
    ports::{Stored, UnitOfWork, transact},
    transaction::{SalesSummary, Transaction},
};

/// Sums up a company's sales.
pub struct SalesDashboard {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// A company's sales at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// The company.
    pub company: Company,
    /// Its sales in sum.
    pub sales: SalesSummary,
    /// How many routers it has.
    pub routers: u64,
    /// Its five latest transactions.
    pub recent: Vec<Transaction>,
}

impl SalesDashboard {
    const RECENT: Page<Transaction> = Page { limit: Limit::new(5), start: Start::Beginning };

    /// The company's sales at a glance, if there is such a company.
    pub async fn execute(&self, company: CompanyId) -> Stored<Option<Dashboard>> {
        transact(&*self.storage, move |storage| {
            let Some(company) = storage.companies().find(&company)? else { return Ok(None) };
            let sales = storage.transactions().summary(&company.id)?;
            let recent = storage.transactions().list(&company.id, Self::RECENT)?.items;
            let routers = storage.routers().count(&company.id)?;
            Ok(Some(Dashboard { company, sales, routers, recent }))
        })
        .await
    }
}
