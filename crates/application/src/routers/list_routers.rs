use std::sync::Arc;

use portero_domain::{
    filter::RouterFilter,
    ids::CompanyId,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    router::Router,
};

/// Lists a company's routers, oldest first.
pub struct ListRouters {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListRouters {
    /// This part of the company's routers that match the filter, if there is such a company.
    pub async fn execute(
        &self,
        company: CompanyId,
        filter: RouterFilter,
        page: Page<Router>,
    ) -> Stored<Option<Listing<Router>>> {
        transact(&*self.storage, move |storage| {
            if storage.companies().is_active(&company)?.is_none() {
                return Ok(None);
            }
            storage.routers().list(&company, &filter, page).map(Some)
        })
        .await
    }
}
