//! How the routers are.

mod fleet_health;
mod look_at_routers;
mod router_health_of;
mod schedule;

pub use self::{
    fleet_health::FleetHealth,
    look_at_routers::{LookAtRouters, LookError},
    router_health_of::{KnownHealth, RouterHealthOf},
    schedule::HealthChecks,
};
