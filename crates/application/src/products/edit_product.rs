use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ids::ProductId,
    ports::{StorageError, UnitOfWork, transact},
    product::{HotspotProfile, OfferEdit, Product},
    text::Name,
};
use thiserror::Error;

use crate::Mandate;

/// Changes a product; it may move to another of the company's routers.
pub struct EditProduct {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why the product is what it was.
#[derive(Debug, Error)]
pub enum EditProductError {
    /// The company has no such product.
    #[error("the company has no such product")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The company has no such router to move the product to.
    #[error("the company has no such router")]
    RouterNotFound,
    /// The router has another product of this profile, on sale or not.
    #[error("the router has another product of this profile")]
    ProfileTaken {
        /// The profile.
        profile: HotspotProfile,
        /// What the router is called.
        router: Name,
    },
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl EditProduct {
    /// Changes this product, and answers it as it is then.
    pub async fn execute(
        &self,
        mandate: Mandate,
        product: ProductId,
        edit: OfferEdit,
    ) -> Result<Product, EditProductError> {
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            // All who hold two routers hold their company first, so they queue there and not across each other.
            storage.companies().lock(&company)?.ok_or(EditProductError::NotFound)?;
            let mut product = storage.products().find(&company, product)?.ok_or(EditProductError::NotFound)?;
            // The lock prevents a deletion of the router, which would delete the product.
            let mut router =
                storage.routers().lock(&company, &product.offer.router)?.ok_or(EditProductError::NotFound)?;
            product.offer.edit(edit);
            if product.offer.router != router.id {
                router =
                    storage.routers().lock(&company, &product.offer.router)?.ok_or(EditProductError::RouterNotFound)?;
            }
            match storage.products().update(&product)? {
                Ok(()) => Ok(product),
                Err(_) => Err(EditProductError::ProfileTaken { profile: product.offer.profile, router: router.name }),
            }
        })
        .await
    }
}
