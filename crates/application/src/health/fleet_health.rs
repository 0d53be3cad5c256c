use std::sync::Arc;

use portero_domain::{
    health::{FleetRouter, FleetState},
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
};

/// Lists the health of all routers of all companies, oldest first (`R1400`).
pub struct FleetHealth {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FleetHealth {
    /// This part of all routers, of those that stand so where that is given.
    pub async fn execute(&self, state: Option<FleetState>, page: Page<FleetRouter>) -> Stored<Listing<FleetRouter>> {
        transact(&*self.storage, move |storage| storage.router_healths().fleet(state, page)).await
    }
}
