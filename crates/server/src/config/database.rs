//! The database.

use clap::{Args, Parser};

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
}

/// What `server migrate` needs.
#[derive(Debug, Parser)]
pub(crate) struct MigrateConfig {
    #[command(flatten)]
    pub(crate) database: DatabaseConfig,
    #[command(flatten)]
    pub(crate) log: LogConfig,
}
