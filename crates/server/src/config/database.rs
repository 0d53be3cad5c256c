//! The database.

use clap::{Args, Parser, ValueEnum};

use super::{LogConfig, database_url::DatabaseUrl, value::whole_number};

/// Where the database is.
#[derive(Args, Debug)]
pub(crate) struct DatabaseConfig {
    /// The PostgreSQL database, version 15 or newer: a URL as libpq or SQLAlchemy takes it, or libpq's `key=value` form
    #[arg(long, env, hide_env_values = true)]
    pub(crate) database_url: DatabaseUrl,
    /// The largest number of connections for requests
    #[arg(long, env, default_value = "10", value_parser = whole_number(1, 1_000))]
    pub(crate) database_pool_size: u32,
    /// How requests of portals are admitted: to compare the two ways
    #[arg(long, env, hide = true, default_value = "group")]
    pub(crate) portal_gate: GateKind,
}

/// What `server migrate` needs.
#[derive(Debug, Parser)]
pub(crate) struct MigrateConfig {
    #[command(flatten)]
    pub(crate) database: DatabaseConfig,
    #[command(flatten)]
    pub(crate) log: LogConfig,
}

/// How requests of captive portals are admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateKind {
    /// One statement for all requests that wait.
    Group,
    /// One statement for each request.
    Single,
}
