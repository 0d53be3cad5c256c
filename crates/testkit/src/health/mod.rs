//! The health of the routers, for tests.

pub mod contract;
mod memory;
