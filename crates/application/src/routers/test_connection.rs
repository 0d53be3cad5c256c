use std::sync::Arc;

use portero_domain::{
    ids::RouterId,
    ports::{Hotspot, HotspotResult, RouterProbe},
    router::{Router, RouterAccess},
};

use super::{AccessError, RouterAccessLoader};
use crate::Mandate;

/// Tests whether Portero gets through to a router. An inactive one is tested too: one tests before one switches on, and
/// nothing is changed by it.
pub struct TestConnection {
    pub(crate) access: RouterAccessLoader,
    pub(crate) probe: Arc<dyn RouterProbe>,
    pub(crate) hotspot: Arc<dyn Hotspot>,
}

/// What a test of a router found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionTest {
    /// The router.
    pub router: Router,
    /// What it answered.
    pub reached: HotspotResult<Reached>,
}

/// What a router answered to a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// What it calls itself.
    pub identity: String,
    /// How many user profiles its hotspot has.
    pub profiles: usize,
}

impl TestConnection {
    /// Logs in to this router with a new session, whatever failed before, and reads its hotspot.
    pub async fn execute(&self, mandate: Mandate, router: RouterId) -> Result<ConnectionTest, AccessError> {
        let (router, access) = self.access.load(mandate, router).await?;
        let reached = self.reach(&access).await;
        Ok(ConnectionTest { router, reached })
    }

    async fn reach(&self, access: &RouterAccess) -> HotspotResult<Reached> {
        let identity = self.probe.try_access(access).await?.identity;
        let profiles = self.hotspot.profiles(access).await?.len();
        Ok(Reached { identity, profiles })
    }
}
