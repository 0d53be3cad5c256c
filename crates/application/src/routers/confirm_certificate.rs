use std::sync::Arc;

use portero_domain::{
    ids::RouterId,
    network::CertificateFingerprint,
    ports::{HotspotError, RouterProbe, StorageError, transact},
    router::{PasswordRequired, Router},
    secret::Secret,
};
use thiserror::Error;

use super::{AccessError, RouterAccessLoader};
use crate::Mandate;

/// Confirms a router's certificate. From then on Portero logs in to this router only if it shows this certificate
/// (`R1302`).
pub struct ConfirmCertificate {
    pub(crate) access: RouterAccessLoader,
    pub(crate) probe: Arc<dyn RouterProbe>,
}

/// Why the certificate is not confirmed.
#[derive(Debug, Error)]
pub enum ConfirmCertificateError {
    /// There is no such router, or its password could not be encrypted.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Another certificate is confirmed, and the kept password was not given for this one.
    #[error(transparent)]
    PasswordRequired(#[from] PasswordRequired),
    /// The router is not reached over TLS, so it shows no certificate.
    #[error("the router is not reached over TLS")]
    NotTls,
    /// The router shows another certificate. A certificate is confirmed only while the router shows it (`R1303`).
    #[error("the router shows another certificate")]
    Mismatch {
        /// The one that it shows.
        shown: CertificateFingerprint,
    },
    /// The router's address was changed while the router was asked.
    #[error("the router was given another address while it was asked")]
    ChangedMeanwhile,
    /// The router showed nothing.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
}

impl From<StorageError> for ConfirmCertificateError {
    fn from(error: StorageError) -> Self {
        Self::Access(error.into())
    }
}

impl ConfirmCertificate {
    /// Confirms that this router has this certificate, which it must show at the moment, and keeps the password if one is
    /// given.
    pub async fn execute(
        &self,
        mandate: Mandate,
        router: RouterId,
        certificate: CertificateFingerprint,
        password: Option<Secret>,
    ) -> Result<Router, ConfirmCertificateError> {
        let asked = self.access.find(mandate.clone(), router.clone()).await?.endpoint;
        if !asked.tls {
            return Err(ConfirmCertificateError::NotTls);
        }
        let shown = self.probe.certificate(&asked).await?;
        if shown != certificate {
            return Err(ConfirmCertificateError::Mismatch { shown });
        }
        let access = self.access.clone();
        let router = transact(&*self.access.storage, move |storage| {
            let company = mandate.enter(storage)?.map_err(AccessError::from)?;
            let mut router = storage.routers().lock(&company, &router)?.ok_or(AccessError::NotFound)?;
            if router.endpoint != asked {
                return Err(ConfirmCertificateError::ChangedMeanwhile);
            }
            let password = access.encrypt(&router, password.as_ref())?;
            router.confirm(certificate, password)?;
            storage.routers().update(&router)?;
            storage.router_healths().make_due(&company, &router.id)?;
            Ok(router)
        })
        .await?;
        tracing::info!(router = %router.id, %certificate, "router's certificate confirmed");
        Ok(router)
    }
}
