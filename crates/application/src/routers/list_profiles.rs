use std::sync::Arc;

use portero_domain::{
    hotspot::Profile,
    ids::RouterId,
    ports::{Hotspot, HotspotError},
    router::RouterInactive,
};
use thiserror::Error;

use super::{AccessError, RouterAccessLoader};
use crate::Mandate;

/// Lists the user profiles of a router's hotspot, which products are made of.
pub struct ListProfiles {
    pub(crate) access: RouterAccessLoader,
    pub(crate) hotspot: Arc<dyn Hotspot>,
}

/// Why there is no list of profiles.
#[derive(Debug, Error)]
pub enum ListProfilesError {
    /// There is no access to such a router.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The router is inactive, so its hotspot is not read.
    #[error(transparent)]
    Inactive(#[from] RouterInactive),
    /// The router gave no answer.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
}

impl ListProfiles {
    /// The profiles of this router, in its own order.
    pub async fn execute(&self, mandate: Mandate, router: RouterId) -> Result<Vec<Profile>, ListProfilesError> {
        let (router, access) = self.access.load(mandate, router).await?;
        router.active()?;
        Ok(self.hotspot.profiles(&access).await?)
    }
}
