use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ids::RouterId,
    ports::{Ports, SellingRouter, StorageError, UnitOfWork, Vault, VaultError, transact},
    router::{Router, RouterAccess},
    secret::{Sealed, Secret},
};
use thiserror::Error;

use crate::Mandate;

/// Decrypts the data for logging in to routers.
#[derive(Clone)]
pub(crate) struct RouterAccessLoader {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// Why there is no access to a router.
#[derive(Debug, Error)]
pub enum AccessError {
    /// The company has no such router.
    #[error("there is no such router")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The router's password could not be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RouterAccessLoader {
    pub(crate) fn new(ports: &Ports) -> Self {
        Self { storage: Arc::clone(&ports.storage), vault: Arc::clone(&ports.vault) }
    }

    /// The access to the router of an admitted portal.
    pub(crate) async fn selling(&self, router: &SellingRouter) -> Result<RouterAccess, AccessError> {
        let (company, router) = (router.company().id.clone(), router.router().id.clone());
        let found = transact(&*self.storage, move |storage| storage.routers().find(&company, &router)).await?;
        Ok(self.decrypt(&found.ok_or(AccessError::NotFound)?)?)
    }

    /// The router of the mandate's company, and the access to it.
    pub(crate) async fn load(&self, mandate: Mandate, router: RouterId) -> Result<(Router, RouterAccess), AccessError> {
        let router = self.find(mandate, router).await?;
        let access = self.decrypt(&router)?;
        Ok((router, access))
    }

    /// The router of the mandate's company.
    pub(crate) async fn find(&self, mandate: Mandate, router: RouterId) -> Result<Router, AccessError> {
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            storage.routers().find(&company, &router)?.ok_or(AccessError::NotFound)
        })
        .await
    }

    /// Another password for this router, sealed, if there is one.
    pub(crate) fn encrypt(&self, router: &Router, password: Option<&Secret>) -> Result<Option<Sealed>, AccessError> {
        let place = router.password_place();
        Ok(password.map(|password| self.vault.encrypt(password, &place)).transpose()?)
    }

    /// The access to this router.
    pub(crate) fn decrypt(&self, router: &Router) -> Result<RouterAccess, VaultError> {
        Ok(router.access(self.vault.decrypt(&router.credentials.password, &router.password_place())?))
    }
}
