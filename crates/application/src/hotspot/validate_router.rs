use std::{sync::Arc, time::Duration};

use portero_domain::ports::{Admission, HotspotError, RouterProbe};

use crate::routers::{AccessError, RouterAccessLoader};

/// How long the router has to respond (`R505`).
const TIMEOUT: Duration = Duration::from_secs(5);

/// Tells a captive portal whether its router can serve guests.
pub struct ValidateRouter {
    pub(crate) access: RouterAccessLoader,
    pub(crate) probe: Arc<dyn RouterProbe>,
}

/// Whether a router can serve guests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterValidity {
    /// It answers.
    Online,
    /// The router is inactive in Portero. It was not asked.
    Inactive,
    /// It does not answer as it should.
    Offline(HotspotError),
}

impl ValidateRouter {
    /// Asks the router of an admitted call.
    pub async fn execute(&self, admission: Admission) -> Result<RouterValidity, AccessError> {
        let Ok(router) = admission.selling() else { return Ok(RouterValidity::Inactive) };
        let router = self.access.selling(&router).await?;
        Ok(match self.probe.check(&router, TIMEOUT).await {
            Ok(_) => RouterValidity::Online,
            Err(error) => RouterValidity::Offline(error),
        })
    }
}
