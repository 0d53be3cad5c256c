//! The storage ports on PostgreSQL, by synchronous Diesel. Its types never leave this folder.

mod api_keys;
mod companies;
mod connection_string;
mod error;
mod executor;
mod gate;
mod listing;
mod logos;
mod migrations;
mod notices;
mod pool;
mod products;
mod reconciliations;
mod router_healths;
mod routers;
#[rustfmt::skip]
mod schema;
mod purchases;
mod sealed_secrets;
mod sessions;
#[cfg(feature = "test-support")]
pub mod testing;
mod unit_of_work;
mod users;
mod webhook_events;

pub use executor::PgExecutor;
pub use gate::PgGate;
#[cfg(feature = "bench")]
pub use gate::PgSingleGate;
pub use migrations::{MigrateError, migrate};
pub use unit_of_work::PgUnitOfWork;
