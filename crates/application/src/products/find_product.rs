use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, ProductId},
    ports::{Stored, UnitOfWork, transact},
    product::Product,
};

/// Finds a product of a company, on sale or not.
pub struct FindProduct {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FindProduct {
    /// The product, if the company has it.
    pub async fn execute(&self, company: CompanyId, product: ProductId) -> Stored<Option<Product>> {
        transact(&*self.storage, move |storage| storage.products().find(&company, product)).await
    }
}
