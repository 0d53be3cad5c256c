use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{Stored, UnitOfWork, transact},
    router::Router,
};

/// Takes back the confirmation of a router's certificate: until another is confirmed, nothing secret is sent to it over
/// TLS.
pub struct UnconfirmCertificate {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl UnconfirmCertificate {
    /// Leaves this router without a confirmed certificate and answers it as it is then, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Stored<Option<Router>> {
        let router = transact(&*self.storage, move |storage| -> Stored<_> {
            let Some(mut router) = storage.routers().lock(&company, &router)? else { return Ok(None) };
            router.certificate = None;
            storage.routers().update(&router)?;
            storage.router_healths().make_due(&router.id)?;
            Ok(Some(router))
        })
        .await?;
        if let Some(router) = &router {
            tracing::info!(router = %router.id, "confirmation of the router's certificate taken back");
        }
        Ok(router)
    }
}
