//! The sessions of the users, for tests.

pub(crate) mod builders;
pub mod contract;
mod memory;
