//! The encrypted secrets of all tables, for tests.

pub mod contract;
mod memory;
