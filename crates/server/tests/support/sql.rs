//! What only the database can tell.

use portero_adapters::postgres::testing::TestDatabase;

/// One number that a query answers.
pub(crate) fn number(database: &TestDatabase, query: &str) -> i64 {
    let value = database.value(query).unwrap_or_else(|| panic!("nothing is answered: {query}"));
    value.parse().unwrap_or_else(|_| panic!("{value} is no number: {query}"))
}

/// How many connections other than the test's own there are to this database.
pub(crate) fn connections(database: &TestDatabase) -> i64 {
    let name = "application_name = current_setting('application_name')";
    number(database, &format!("SELECT count(*) FROM pg_stat_activity WHERE {name} AND pid <> pg_backend_pid()"))
}

/// Rows that the test holds, until this value goes.
pub(crate) struct Held<'a>(&'a TestDatabase);

impl<'a> Held<'a> {
    /// Holds every row of a table.
    pub(crate) fn all_of(database: &'a TestDatabase, table: &str) -> Self {
        database.statement(&format!("BEGIN; SELECT FROM {table} FOR UPDATE"));
        Self(database)
    }

    /// Holds nothing yet.
    pub(crate) fn nothing(database: &'a TestDatabase) -> Self {
        database.statement("BEGIN");
        Self(database)
    }

    /// Holds what this statement locks too.
    pub(crate) fn add(&self, lock: &str) {
        self.0.statement(lock);
    }

    /// How many others wait for what is held.
    pub(crate) fn waiting(&self) -> i64 {
        let ours = "locktype = 'transactionid' AND transactionid = pg_current_xact_id()::text::xid";
        let behind = "locktype = 'tuple' AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)";
        number(self.0, &format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND ({ours} OR {behind})"))
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.statement("COMMIT");
    }
}
