use std::sync::Arc;

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUser, HotspotUsername, Profile},
    ports::{Hotspot, SellingRouter},
};

use super::{GuestError, prove::Proof};
use crate::routers::RouterAccessLoader;

/// Shows a guest what stands behind their user, for the right password.
pub struct GuestProfileOf {
    pub(crate) access: RouterAccessLoader,
    pub(crate) hotspot: Arc<dyn Hotspot>,
}

/// A hotspot user and the profile that it follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestProfile {
    /// The user.
    pub user: HotspotUser,
    /// Its profile, unless it is gone from the router.
    pub profile: Option<Profile>,
}

impl GuestProfileOf {
    /// The user of this name on the router.
    pub async fn execute(
        &self,
        router: SellingRouter,
        username: HotspotUsername,
        password: HotspotPassword,
    ) -> Result<GuestProfile, GuestError> {
        let router = self.access.selling(&router).await?;
        let proof =
            Proof { hotspot: &*self.hotspot, router: &router, name: &username, password: &password, device: None };
        let user = proof.sold_user().await?.user().clone();
        let profiles = self.hotspot.profiles(&router).await?;
        let profile = profiles.into_iter().find(|profile| profile.name == user.profile);
        Ok(GuestProfile { user, profile })
    }
}
