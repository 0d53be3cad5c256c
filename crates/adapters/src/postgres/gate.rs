//! The gate on PostgreSQL.
//!
//! A request goes from [`queue`], where it waits with others, to [`batch`], which admits or rejects all of them.
//! [`statement`] holds the SQL.

mod batch;
mod queue;
#[cfg(feature = "bench")]
mod single;
mod statement;

pub use self::queue::PgGate;
#[cfg(feature = "bench")]
pub use self::single::PgSingleGate;

#[cfg(test)]
mod tests;
