//! The adapters on a real PostgreSQL, a schema a test. `make test` brings one; else `DATABASE_URL` names it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod constraints;
mod contract;
mod damaged;
mod executor;
mod fixture;
mod gate;
mod gate_batches;
mod gate_faults;
mod gate_limits;
mod health;
mod migrations;
mod notices;
mod paging;
mod proxy;
mod read_back;
mod reconciliations;
mod statements;
mod waiting;
