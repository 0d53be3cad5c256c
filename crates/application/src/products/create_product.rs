use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ports::{Clock, StorageError, UnitOfWork, transact},
    product::{HotspotProfile, Offer, Product},
    text::Name,
};
use thiserror::Error;

use crate::Mandate;

/// Puts a product on sale on one of a company's routers.
pub struct CreateProduct {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why there is no new product.
#[derive(Debug, Error)]
pub enum CreateProductError {
    /// The company has no such router, or is itself not there.
    #[error("the company has no such router")]
    RouterNotFound,
    /// The company is inactive.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The router has a product of this profile, on sale or not.
    #[error("the router has a product of this profile")]
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

impl CreateProduct {
    /// Adds this product to the company.
    pub async fn execute(&self, mandate: Mandate, offer: Offer) -> Result<Product, CreateProductError> {
        let now = self.clock.now();
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            let company = storage.companies().lock(&company)?.ok_or(CreateProductError::RouterNotFound)?;
            company.active()?;
            // The router is held so that it cannot be deleted at the same time.
            let router =
                storage.routers().lock(&company.id, &offer.router)?.ok_or(CreateProductError::RouterNotFound)?;
            match storage.products().insert(&company.id, &offer, now)? {
                Ok(id) => Ok(Product { id, company: company.id, offer, created_at: now }),
                Err(_) => Err(CreateProductError::ProfileTaken { profile: offer.profile, router: router.name }),
            }
        })
        .await
    }
}
