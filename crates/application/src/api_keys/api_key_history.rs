use std::sync::Arc;

use portero_domain::{
    api_key::ApiKey,
    ids::{CompanyId, RouterId},
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
};

/// Lists a router's keys of all times, newest first (`R307`).
pub struct ApiKeyHistory {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ApiKeyHistory {
    /// This part of the router's keys, if the company has the router.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: RouterId,
        page: Page<ApiKey>,
    ) -> Stored<Option<Listing<ApiKey>>> {
        transact(&*self.storage, move |storage| {
            if storage.routers().find(&company, &router)?.is_none() {
                return Ok(None);
            }
            storage.api_keys().list(&company, &router, page).map(Some)
        })
        .await
    }
}
