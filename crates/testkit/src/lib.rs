//! Clocks, ids, an in-memory store and the contracts that every store must keep, for tests.
//!
//! [`InMemory`] is the store. The fakes sign, encrypt and hash. The [`builders`] make the entities of wire.md's
//! examples. [`contract`] has the tests that every store must pass, this one included.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking, and its tools tell it so by panicking too"
)]

mod api_keys;
pub mod builders;
mod clock;
mod companies;
pub mod contract;
mod gateways;
mod health;
mod hotspot;
mod ids;
mod logos;
mod memory;
mod notifications;
mod passwords;
mod portal;
mod ports;
mod products;
mod purchases;
mod reconciliations;
mod routers;
mod sessions;
mod system;
mod tokens;
mod users;
mod vault;
mod webhooks;

pub use clock::FixedClock;
pub use gateways::FakeGateway;
pub use hotspot::{FakeRouter, FakeRouters, Slow};
pub use ids::CountingIds;
pub use memory::{EventRow, HealthRow, InMemory, KeyRow, NoticeRow, Tables};
pub use notifications::{FakeNotifier, SentMessage};
pub use passwords::FakePasswords;
pub use ports::{fake_gateways, fake_ports};
pub use purchases::PurchaseRow;
pub use tokens::FakeTokens;
pub use vault::FakeVault;
pub use webhooks::FakeSignatures;
