//! The schema's history, which is part of the program.

use diesel::{
    ConnectionError, PgConnection, QueryResult, RunQueryDsl,
    connection::SimpleConnection,
    dsl::sql,
    select, sql_query,
    sql_types::{Bool, Text},
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
    /// The database would refuse letters that names have.
    #[error("its encoding is {0}, and must be UTF8")]
    NotUtf8(String),
    /// The database did not answer.
    #[error("the database did not report its state")]
    Database(#[from] diesel::result::Error),
    /// A migration failed. It left nothing behind: each is a transaction.
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
}

/// Applies the migrations that are pending and returns their names. If several processes start at once, one migrates while
/// the others wait.
///
/// The lock is PostgreSQL's and bound to the schema in use. It is only taken if a migration is pending, and it is released
/// by name: a connection pooler between may keep the connection.
pub fn migrate(database_url: &str) -> Result<Vec<String>, MigrateError> {
    let mut connection = connection_string::for_migrations(database_url).establish()?;
    let encoding: String = select(sql::<Text>("current_setting('server_encoding')")).get_result(&mut connection)?;
    if encoding != "UTF8" {
        return Err(MigrateError::NotUtf8(encoding));
    }
    if is_up_to_date(&mut connection)? {
        return Ok(Vec::new());
    }
    // A fresh database has no migrations table. The notice that it exists already would be noise each time.
    connection.batch_execute("SET client_min_messages = warning")?;
    lock(&mut connection, "pg_advisory_lock")?;
    let applied = connection.run_pending_migrations(MIGRATIONS).map_err(MigrateError::Migration);
    let applied = applied.map(|applied| applied.iter().map(ToString::to_string).collect());
    let unlocked = lock(&mut connection, "pg_advisory_unlock");
    let applied = applied?;
    unlocked?;
    Ok(applied)
}

/// Whether nothing is pending. Asks without creating the table of migrations, which two processes could do at once.
fn is_up_to_date(connection: &mut PgConnection) -> Result<bool, MigrateError> {
    let has_table = sql::<Bool>("to_regclass('__diesel_schema_migrations') IS NOT NULL");
    if !select(has_table).get_result(connection)? {
        return Ok(false);
    }
    let pending = connection.has_pending_migration(MIGRATIONS).map_err(MigrateError::Migration)?;
    Ok(!pending)
}

fn lock(connection: &mut PgConnection, function: &str) -> QueryResult<()> {
    let statement = format!("SELECT {function}(hashtextextended($1 || coalesce(current_schema(), ''), 0))");
    sql_query(statement).bind::<Text, _>("portero migrations ").execute(connection).map(|_| ())
}
