use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    product::Product,
};

/// Lists a company's products, on sale or not, oldest first.
pub struct ListProducts {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListProducts {
    /// This part of the company's products, of one router where that is given.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: Option<RouterId>,
        page: Page<Product>,
    ) -> Stored<Listing<Product>> {
        transact(&*self.storage, move |storage| storage.products().list(&company, router.as_ref(), page)).await
    }
}
