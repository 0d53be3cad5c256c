//! The gate of the captive portals, for tests.

pub mod contract;
mod memory;
