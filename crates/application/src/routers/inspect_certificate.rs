use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    network::CertificateFingerprint,
    ports::{HotspotResult, RouterProbe, Stored, UnitOfWork, transact},
    router::Router,
};

/// Looks at the certificate that a router shows, so that an admin can hold it against the router's own word.
pub struct InspectCertificate {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) probe: Arc<dyn RouterProbe>,
}

/// The certificates of a router: the confirmed one, which it carries, and what it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectedCertificate {
    /// The router.
    pub router: Router,
    /// What it shows now; nothing without TLS.
    pub shown: Option<HotspotResult<CertificateFingerprint>>,
}

impl InspectCertificate {
    /// The certificates of this router, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Stored<Option<InspectedCertificate>> {
        let found = transact(&*self.storage, move |storage| storage.routers().find(&company, &router)).await?;
        let Some(router) = found else { return Ok(None) };
        let shown = if router.endpoint.tls { Some(self.probe.certificate(&router.endpoint).await) } else { None };
        Ok(Some(InspectedCertificate { router, shown }))
    }
}
