//! Clocks, ids, an in-memory store and the contracts that every store must keep, for tests.
//!
//! [`InMemory`] is the store. The fakes sign, encrypt and hash. The [`builders`] make the entities of wire.md's
//! examples. [`contract`] has the tests that every store must pass, this one included.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, and its tools tell it so by panicking too"
)]

pub mod builders;
mod clock;
pub mod contract;
mod ids;
mod memory;
mod passwords;
mod ports;
mod routers;
mod tokens;
mod vault;

pub use clock::FixedClock;
pub use ids::CountingIds;
pub use memory::{HealthRow, InMemory, KeyRow, Tables};
pub use passwords::FakePasswords;
pub use ports::fake_ports;
pub use routers::{FakeRouter, FakeRouters};
pub use tokens::FakeTokens;
pub use vault::FakeVault;
