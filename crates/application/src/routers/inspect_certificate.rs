use std::sync::Arc;

use portero_domain::{
    ids::RouterId,
    network::CertificateFingerprint,
    ports::{HotspotResult, RouterProbe},
    router::Router,
};

use super::{AccessError, RouterAccessLoader};
use crate::Mandate;

/// Looks at the certificate that a router shows, so that an admin can hold it against the router's own word.
pub struct InspectCertificate {
    pub(crate) access: RouterAccessLoader,
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
    /// The certificates of this router.
    pub async fn execute(&self, mandate: Mandate, router: RouterId) -> Result<InspectedCertificate, AccessError> {
        let router = self.access.find(mandate, router).await?;
        let shown = if router.endpoint.tls { Some(self.probe.certificate(&router.endpoint).await) } else { None };
        Ok(InspectedCertificate { router, shown })
    }
}
