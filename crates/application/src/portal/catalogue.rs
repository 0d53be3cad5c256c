use std::sync::Arc;

use portero_domain::{
    ids::ProductId,
    ports::{AdmittedCompany, AdmittedRouter, Stored, UnitOfWork, transact},
    product::Product,
};

/// Shows a captive portal what its own router sells.
pub struct Catalogue {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl Catalogue {
    /// The router's products on sale: by position, then the featured ones, then the oldest.
    pub async fn all(&self, company: AdmittedCompany, router: AdmittedRouter) -> Stored<Vec<Product>> {
        transact(&*self.storage, move |storage| storage.products().catalogue(&company.id, &router.id)).await
    }

    /// One of the router's products on sale.
    pub async fn one(
        &self,
        company: AdmittedCompany,
        router: AdmittedRouter,
        product: ProductId,
    ) -> Stored<Option<Product>> {
        let found = transact(&*self.storage, move |storage| storage.products().find(&company.id, product)).await?;
        Ok(found.filter(|product| product.offer.active && product.offer.router == router.id))
    }
}
