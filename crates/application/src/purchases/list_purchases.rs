use std::sync::Arc;

use portero_domain::{
    filter::PurchaseFilter,
    ids::CompanyId,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    purchase::Purchase,
};

/// Lists a company's purchases, newest first.
pub struct ListPurchases {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListPurchases {
    /// This part of the company's purchases that match the filter.
    pub async fn execute(
        &self,
        company: CompanyId,
        filter: PurchaseFilter,
        page: Page<Purchase>,
    ) -> Stored<Listing<Purchase>> {
        transact(&*self.storage, move |storage| storage.purchases().list(&company, &filter, page)).await
    }
}
