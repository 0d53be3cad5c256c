//! The logos, for tests.

pub(crate) mod builders;
pub mod contract;
mod memory;
