//! The hotspots of the routers, for tests.

pub(crate) mod builders;
pub mod contract;
mod fake_routers;

pub use self::fake_routers::{FakeRouter, FakeRouters, Slow};
