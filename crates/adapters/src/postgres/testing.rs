//! A database for each test, as quick as a schema.

use std::{
    env, process,
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use diesel::{
    Connection, PgConnection, RunQueryDsl,
    connection::{InstrumentationEvent, SimpleConnection},
    dsl::sql,
    sql_types::{Nullable, Text},
};

use super::migrate;

/// A schema of its own in the database of `DATABASE_URL`, with all migrations applied. It is dropped with this value.
pub struct TestDatabase {
    schema: String,
    url: String,
    connection: Mutex<PgConnection>,
}

impl TestDatabase {
    /// A fresh schema, migrated.
    ///
    /// # Panics
    /// When `DATABASE_URL` is unset or the database cannot be used: a test cannot go on then.
    #[must_use]
    pub fn new() -> Self {
        let database = Self::empty();
        assert!(migrate(&database.url).is_ok(), "the migrations of a fresh schema failed");
        database
    }

    /// A fresh schema with nothing in it.
    ///
    /// # Panics
    /// As [`TestDatabase::new`] does.
    #[must_use]
    pub fn empty() -> Self {
        let Ok(given) = env::var("DATABASE_URL") else {
            panic!("these tests need a PostgreSQL named by DATABASE_URL: run `make test`")
        };
        let schema = unique_name();
        let url = if given.contains("://") {
            let joint = if given.contains('?') { '&' } else { '?' };
            format!("{given}{joint}options=-c%20search_path%3D{schema}&application_name={schema}")
        } else {
            format!("{given} options='-c search_path={schema}' application_name={schema}")
        };
        let connection = PgConnection::establish(&url);
        let Ok(mut connection) = connection else {
            panic!("the PostgreSQL of DATABASE_URL cannot be reached: run `make test`")
        };
        // Tests watch the program's statements, not their own.
        connection.set_instrumentation(|_: InstrumentationEvent<'_>| ());
        let database = Self { schema, url, connection: Mutex::new(connection) };
        database.statement(&format!("CREATE SCHEMA {}", database.schema));
        database
    }

    /// A connection string into this schema, for as many pools and processes as a test wants.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The schema's name, which no other test has.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Runs SQL in this schema.
    ///
    /// # Panics
    /// When PostgreSQL refuses it; [`TestDatabase::attempt`] is for what should be refused.
    pub fn statement(&self, sql: &str) {
        if let Err(error) = self.attempt(sql) {
            panic!("{error}: {sql}");
        }
    }

    /// Runs SQL in this schema, which may be refused.
    pub fn attempt(&self, sql: &str) -> diesel::QueryResult<()> {
        self.connection().batch_execute(sql)
    }

    /// The one value that a query answers, as text; nothing for NULL.
    ///
    /// # Panics
    /// When PostgreSQL refuses it.
    pub fn value(&self, query: &str) -> Option<String> {
        let value =
            diesel::select(sql::<Nullable<Text>>(&format!("({query})::text"))).get_result(&mut *self.connection());
        value.unwrap_or_else(|error| panic!("{error}: {query}"))
    }

    /// Ends all other connections into this schema, as a PostgreSQL that stops does.
    ///
    /// # Panics
    /// When PostgreSQL refuses it.
    pub fn cut_connections(&self) {
        self.statement(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
             WHERE application_name = '{}' AND pid <> pg_backend_pid()",
            self.schema
        ));
    }

    /// The connection behind [`TestDatabase::statement`], for queries.
    pub fn connection(&self) -> MutexGuard<'_, PgConnection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // A schema that could not be dropped does no harm, because its name is never used again.
        let _ = self.attempt(&format!("SET lock_timeout = 5000; DROP SCHEMA {} CASCADE", self.schema));
    }
}

impl std::fmt::Debug for TestDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestDatabase").field("schema", &self.schema).finish_non_exhaustive()
    }
}

/// A name that no other test has, in this process or another, now or before.
fn unique_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "a name for a test's schema, not a time that anything depends on")]
    static START: LazyLock<u128> =
        LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos()));
    format!("test_{}_{}_{}", process::id(), *START, COUNT.fetch_add(1, Ordering::Relaxed))
}
