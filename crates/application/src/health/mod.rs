//! How the routers are.

mod check_routers;
mod fleet_health;
mod router_health_of;
mod schedule;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::Settings;
use crate::routers::RouterAccessLoader;

pub use self::{
    check_routers::{CheckRouters, HealthCheckError},
    fleet_health::FleetHealth,
    router_health_of::{KnownHealth, RouterHealthOf},
    schedule::HealthChecks,
};

/// The health of the routers.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Health {
    pub check_routers: CheckRouters,
    pub of_router: RouterHealthOf,
    pub of_fleet: FleetHealth,
}

impl Health {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            check_routers: CheckRouters {
                access: RouterAccessLoader::new(ports),
                clock: Arc::clone(&ports.clock),
                probe: Arc::clone(&ports.router_probe),
                checks: settings.health_checks,
            },
            of_router: RouterHealthOf { storage: Arc::clone(&ports.storage) },
            of_fleet: FleetHealth { storage: Arc::clone(&ports.storage) },
        }
    }
}
