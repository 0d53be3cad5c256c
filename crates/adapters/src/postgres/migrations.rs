//! The schema's history, carried inside the program.

use diesel::{
    Connection, ConnectionError, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::Text,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::connection_string;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Why the schema is not up to date.
#[derive(Debug, Error)]
pub enum MigrateError {
    /// The database was not reached.
    #[error("the database cannot be reached")]
    Connect(#[from] ConnectionError),
    /// The lock was not got.
    #[error("the migration lock could not be taken")]
    Lock(#[from] diesel::result::Error),
    /// A migration did not go through. It left nothing behind: each is a transaction.
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Applies the migrations that are pending, and answers their names. Of several processes that begin at once, one
/// migrates while the others wait.
///
/// The lock is PostgreSQL's own and bound to the schema in use. It ends with the connection, whatever happens.
pub fn migrate(database_url: &str) -> Result<Vec<String>, MigrateError> {
    let mut connection = PgConnection::establish(&connection_string::for_migrations(database_url))?;
    // A fresh database has no migrations table, and saying each time that one is there already is noise.
    connection.batch_execute("SET client_min_messages = warning")?;
    sql_query("SELECT pg_advisory_lock(hashtextextended($1 || coalesce(current_schema(), ''), 0))")
        .bind::<Text, _>("portero migrations ")
        .execute(&mut connection)?;
    let applied = connection.run_pending_migrations(MIGRATIONS).map_err(MigrateError::Migration)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}
