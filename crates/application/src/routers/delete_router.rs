use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{StorageError, UnitOfWork, transact},
};
use thiserror::Error;

/// Deletes a router and its keys for good. Its purchases stay (`R215`).
pub struct DeleteRouter {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why the router is still there.
#[derive(Debug, Error)]
pub enum DeleteRouterError {
    /// The company has no such router.
    #[error("the company has no such router")]
    NotFound,
    /// Products of the router are on sale. One that was deleted is off sale and does not count.
    #[error("the router has {0} products on sale")]
    HasProducts(u64),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl DeleteRouter {
    /// Deletes this router.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Result<(), DeleteRouterError> {
        let id = router.clone();
        transact(&*self.storage, move |storage| {
            let router = storage.routers().lock(&company, &router)?.ok_or(DeleteRouterError::NotFound)?;
            match storage.products().count_on_sale(&company, &router.id)? {
                0 => Ok(storage.routers().remove(&router)?),
                products => Err(DeleteRouterError::HasProducts(products)),
            }
        })
        .await?;
        tracing::info!(router = %id, "router deleted");
        Ok(())
    }
}
