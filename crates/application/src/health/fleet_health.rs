use std::sync::Arc;

use portero_domain::{
    filter::FleetFilter,
    health::FleetRouter,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
};

/// Lists the health of all routers of all companies, oldest first (`R1400`).
pub struct FleetHealth {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FleetHealth {
    /// This part of all routers that match the filter.
    pub async fn execute(&self, filter: FleetFilter, page: Page<FleetRouter>) -> Stored<Listing<FleetRouter>> {
        transact(&*self.storage, move |storage| storage.router_healths().fleet(&filter, page)).await
    }
}
