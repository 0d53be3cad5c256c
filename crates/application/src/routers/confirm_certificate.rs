use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    network::CertificateFingerprint,
    ports::{HotspotError, RouterProbe, StorageError, Stored, UnitOfWork, transact},
    router::Router,
};
use thiserror::Error;

/// Confirms a router's certificate as its own. From then on Portero signs in to whoever shows it, and to nobody else
/// (decisions, "TLS to a router").
pub struct ConfirmCertificate {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) probe: Arc<dyn RouterProbe>,
}

/// Why the certificate is not confirmed.
#[derive(Debug, Error)]
pub enum ConfirmCertificateError {
    /// The company has no such router.
    #[error("the company has no such router")]
    NotFound,
    /// The router is not reached over TLS, so it shows no certificate.
    #[error("the router is not reached over TLS")]
    NotTls,
    /// The router shows another certificate: nobody is to trust one that nobody shows.
    #[error("the router shows another certificate")]
    Mismatch {
        /// The one that it shows.
        shown: CertificateFingerprint,
    },
    /// While the router was asked, somebody else gave it another address: it is not the one that was asked.
    #[error("the router was given another address while it was asked")]
    ChangedMeanwhile,
    /// The router showed nothing.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ConfirmCertificate {
    /// Confirms that this router has this certificate, which it must show at the moment.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: RouterId,
        certificate: CertificateFingerprint,
    ) -> Result<Router, ConfirmCertificateError> {
        let asked =
            self.find(company.clone(), router.clone()).await?.ok_or(ConfirmCertificateError::NotFound)?.endpoint;
        if !asked.tls {
            return Err(ConfirmCertificateError::NotTls);
        }
        let shown = self.probe.certificate(&asked).await?;
        if shown != certificate {
            return Err(ConfirmCertificateError::Mismatch { shown });
        }
        let router = transact(&*self.storage, move |storage| {
            let mut router = storage.routers().lock(&company, &router)?.ok_or(ConfirmCertificateError::NotFound)?;
            if router.endpoint != asked {
                return Err(ConfirmCertificateError::ChangedMeanwhile);
            }
            router.certificate = Some(certificate);
            storage.routers().update(&router)?;
            storage.router_healths().make_due(&router.id)?;
            Ok(router)
        })
        .await?;
        tracing::info!(router = %router.id, %certificate, "router's certificate confirmed");
        Ok(router)
    }

    async fn find(&self, company: CompanyId, router: RouterId) -> Stored<Option<Router>> {
        transact(&*self.storage, move |storage| storage.routers().find(&company, &router)).await
    }
}
