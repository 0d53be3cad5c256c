//! The API keys of the routers, for tests.

pub(crate) mod builders;
pub mod contract;
mod memory;
