//! Webhooks of the payment gateways, for tests.

pub(crate) mod builders;
pub mod contract;
mod fake_signatures;
mod memory;

pub use fake_signatures::FakeSignatures;
