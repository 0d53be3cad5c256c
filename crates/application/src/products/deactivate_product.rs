use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ids::ProductId,
    ports::{StorageError, UnitOfWork, transact},
};
use thiserror::Error;

use crate::Mandate;

/// Takes a product off sale, which is what deleting one means: sales of it remain explained.
pub struct DeactivateProduct {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why the product is what it was.
#[derive(Debug, Error)]
pub enum DeactivateProductError {
    /// The company has no such product.
    #[error("the company has no such product")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl DeactivateProduct {
    /// Takes this product off sale. Doing so twice is fine.
    pub async fn execute(&self, mandate: Mandate, product: ProductId) -> Result<(), DeactivateProductError> {
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            // The company is locked before one of its rows, as every writer does.
            storage.companies().lock_active(&company)?.ok_or(DeactivateProductError::NotFound)?;
            if storage.products().deactivate(&company, product)? {
                Ok(())
            } else {
                Err(DeactivateProductError::NotFound)
            }
        })
        .await
    }
}
