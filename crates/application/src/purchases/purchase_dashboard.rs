use std::sync::Arc;

use portero_domain::{
    company::Company,
    filter::PurchaseFilter,
    ids::CompanyId,
    page::{Limit, Page, Start},
    ports::{Stored, UnitOfWork, transact},
    purchase::{Purchase, PurchaseSummary},
};

/// Sums up the purchases of a company.
pub struct PurchaseDashboard {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// A summary of the purchases of a company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// The company.
    pub company: Company,
    /// The sums of its purchases.
    pub sales: PurchaseSummary,
    /// The number of its routers.
    pub routers: u64,
    /// Its five newest purchases.
    pub recent: Vec<Purchase>,
}

impl PurchaseDashboard {
    const RECENT: Page<Purchase> = Page { limit: Limit::new(5), start: Start::Beginning };

    /// Returns the summary of this company, if it exists.
    pub async fn execute(&self, company: CompanyId) -> Stored<Option<Dashboard>> {
        transact(&*self.storage, move |storage| {
            let Some(company) = storage.companies().find(&company)? else { return Ok(None) };
            let sales = storage.purchases().summary(&company.id)?;
            let recent = storage.purchases().list(&company.id, &PurchaseFilter::default(), Self::RECENT)?.items;
            let routers = storage.routers().count(&company.id)?;
            Ok(Some(Dashboard { company, sales, routers, recent }))
        })
        .await
    }
}
