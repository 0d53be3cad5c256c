use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, ProductId},
    ports::{Stored, UnitOfWork, transact},
};

/// Takes a product off sale, which is what deleting one means: sales of it remain explained.
pub struct WithdrawProduct {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl WithdrawProduct {
    /// Takes this product off sale. Answers whether the company has it; doing it twice is fine.
    pub async fn execute(&self, company: CompanyId, product: ProductId) -> Stored<bool> {
        transact(&*self.storage, move |storage| {
            if storage.companies().lock_active(&company)?.is_none() {
                return Ok(false);
            }
            storage.products().withdraw(&company, product)
        })
        .await
    }
}
