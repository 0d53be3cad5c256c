//! The gate: a call is admitted and counted by one statement, alone or with whoever waits beside it.

mod batch;
mod group;
mod refusal;
mod single;
mod statement;

pub use self::{group::PgGroupGate, single::PgGate};

#[cfg(test)]
mod tests;
