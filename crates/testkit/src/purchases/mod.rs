//! The purchases, for tests.

pub(crate) mod builders;
pub mod contract;
mod memory;

pub use memory::PurchaseRow;
