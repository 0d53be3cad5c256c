//! The schema's history.

use std::thread;

use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use portero_adapters::{MigrateError, migrate, postgres::testing::TestDatabase};

const UP: &str = include_str!("../../../../migrations/2026-11-24-000000_initial/up.sql");
const DOWN: &str = include_str!("../../../../migrations/2026-11-24-000000_initial/down.sql");

#[derive(QueryableByName, Debug, PartialEq)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Every column, constraint and index of the schema, as text.
fn described(database: &TestDatabase) -> Vec<Line> {
    let query = sql_query(
        "SELECT line FROM ( \
           SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line \
           FROM information_schema.columns WHERE table_schema = current_schema() \
           UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) \
           FROM pg_constraint WHERE connamespace = current_schema()::regnamespace \
           UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() \
         ) AS lines ORDER BY line",
    );
    let lines: QueryResult<Vec<Line>> = query.load(&mut *database.connection());
    lines.unwrap()
}

#[test]
fn processes_that_begin_at_once_migrate_once() {
    let database = TestDatabase::empty();
    let applied: Vec<usize> = thread::scope(|scope| {
        let racers: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(database.url()).unwrap().len())).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(applied.iter().filter(|&&count| count > 0).count(), 1, "{applied:?}");
    assert_eq!(migrate(database.url()).unwrap(), Vec::<String>::new());
}

#[test]
fn down_undoes_up() {
    let database = TestDatabase::new();
    let before = described(&database);
    assert!(before.len() > 80, "{}", before.len());
    database.statement(DOWN);
    let left = described(&database);
    assert!(left.iter().all(|Line { line }| line.contains("__diesel_schema_migrations")), "{left:?}");
    database.statement(UP);
    assert_eq!(described(&database), before);
}

#[test]
fn a_migration_that_fails_leaves_nothing_and_says_so() {
    let database = TestDatabase::empty();
    database.statement("CREATE TABLE products ()");
    assert!(matches!(migrate(database.url()), Err(MigrateError::Migration(_))));
    assert!(database.attempt("SELECT 1 FROM companies").is_err(), "half a migration is there");
    database.statement("DROP TABLE products");
    assert_eq!(migrate(database.url()).unwrap().len(), 1);
}

#[test]
fn a_database_that_is_not_there_is_no_panic() {
    let nowhere = migrate("postgres://nobody@127.0.0.1:1/nothing");
    assert!(matches!(nowhere, Err(MigrateError::Connect(_))), "{nowhere:?}");
}
