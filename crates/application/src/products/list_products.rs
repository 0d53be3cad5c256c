use std::sync::Arc;

use portero_domain::{
    filter::ProductFilter,
    ids::CompanyId,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    product::Product,
};

/// Lists a company's products, on sale or not, oldest first.
pub struct ListProducts {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListProducts {
    /// This part of the company's products that match the filter.
    pub async fn execute(
        &self,
        company: CompanyId,
        filter: ProductFilter,
        page: Page<Product>,
    ) -> Stored<Listing<Product>> {
        transact(&*self.storage, move |storage| storage.products().list(&company, &filter, page)).await
    }
}
