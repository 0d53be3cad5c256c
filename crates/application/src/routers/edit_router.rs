use std::sync::Arc;

use portero_domain::{
    ids::RouterId,
    ports::{HotspotError, RouterProbe, StorageError, VaultError, transact},
    router::{PasswordRequired, Router, RouterAccess, RouterEdit},
    secret::Secret,
};
use thiserror::Error;

use super::{AccessError, RouterAccessLoader};
use crate::Mandate;

/// Changes what is known of a router and how it is reached.
pub struct EditRouter {
    pub(crate) access: RouterAccessLoader,
    pub(crate) probe: Arc<dyn RouterProbe>,
}

/// Changes to a router.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouterChanges {
    /// All but its password.
    pub edit: RouterEdit,
    /// Another password, in plain form until it is sealed.
    pub password: Option<Secret>,
    /// Whether to log in to the router with the new data first, and to store the edit only if that succeeds (`R221`).
    pub try_first: bool,
}

/// Why the router is what it was.
#[derive(Debug, Error)]
pub enum EditRouterError {
    /// There is no access to such a router.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The kept password would go where it was not given for.
    #[error(transparent)]
    PasswordRequired(#[from] PasswordRequired),
    /// The router did not let Portero in as changed.
    #[error(transparent)]
    Trial(#[from] HotspotError),
    /// The access to the router was changed during the trial. The combination of both changes was not tried.
    #[error("the router was changed while the changes were tried")]
    ChangedMeanwhile,
}

impl From<VaultError> for EditRouterError {
    fn from(error: VaultError) -> Self {
        Self::Access(error.into())
    }
}

impl From<StorageError> for EditRouterError {
    fn from(error: StorageError) -> Self {
        Self::Access(error.into())
    }
}

impl RouterChanges {
    fn carry_out(self, router: &mut Router, access: &RouterAccessLoader) -> Result<(), EditRouterError> {
        let password = access.encrypt(router, self.password.as_ref())?;
        Ok(router.edit(self.edit, password)?)
    }
}

impl EditRouter {
    /// Changes this router, and answers it as it is then.
    pub async fn execute(
        &self,
        mandate: Mandate,
        router: RouterId,
        changes: RouterChanges,
    ) -> Result<Router, EditRouterError> {
        let tried = if changes.try_first {
            Some(self.try_out(mandate.clone(), router.clone(), changes.clone()).await?)
        } else {
            None
        };
        let access = self.access.clone();
        let router = transact(&*self.access.storage, move |storage| {
            let company = mandate.enter(storage)?.map_err(AccessError::from)?;
            let mut router = storage.routers().lock(&company, &router)?.ok_or(AccessError::NotFound)?;
            let before = (router.endpoint.clone(), router.credentials.clone());
            changes.carry_out(&mut router, &access)?;
            if let Some(tried) = tried
                && tried != access.decrypt(&router)?
            {
                return Err(EditRouterError::ChangedMeanwhile);
            }
            storage.routers().update(&router)?;
            if before != (router.endpoint.clone(), router.credentials.clone()) {
                storage.router_healths().make_due(&company, &router.id)?;
            }
            Ok(router)
        })
        .await?;
        tracing::info!(router = %router.id, "router edited");
        Ok(router)
    }

    /// Logs in to the router with the new data. Returns the data that was tried.
    async fn try_out(
        &self,
        mandate: Mandate,
        router: RouterId,
        changes: RouterChanges,
    ) -> Result<RouterAccess, EditRouterError> {
        let mut router = self.access.find(mandate, router).await?;
        changes.carry_out(&mut router, &self.access)?;
        let access = self.access.decrypt(&router)?;
        self.probe.try_access(&access).await?;
        Ok(access)
    }
}
