//! The comparisons of companies with their payment gateways, for tests.

pub mod contract;
mod memory;
