//! The schema's history.

use std::{collections::BTreeSet, fs, path::PathBuf, thread};

use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use portero_adapters::{MigrateError, migrate, postgres::testing::TestDatabase};

use crate::fixture::number;

/// The folders of all migrations, the oldest first.
fn migrations() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let mut folders: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

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

/// Of two migrations with one version, PostgreSQL would see only the first.
#[test]
fn no_two_migrations_have_the_same_version() {
    let name = |folder: &PathBuf| folder.file_name().unwrap().to_str().unwrap().to_owned();
    let versions: BTreeSet<String> =
        migrations().iter().map(|folder| name(folder).split('_').next().unwrap().to_owned()).collect();
    assert_eq!(versions.len(), migrations().len(), "{versions:?}");
}

#[test]
fn each_down_undoes_its_up() {
    let database = TestDatabase::new();
    let run = |migration: &PathBuf, half: &str| {
        database.statement(&fs::read_to_string(migration.join(half)).unwrap());
        described(&database)
    };
    let mut states = vec![described(&database)];
    assert!(states[0].len() > 80, "{}", states[0].len());
    states.extend(migrations().iter().rev().map(|migration| run(migration, "down.sql")));
    let left = states.pop().unwrap();
    assert!(left.iter().all(|Line { line }| line.contains("__diesel_schema_migrations")), "{left:?}");
    for migration in migrations() {
        assert_eq!(run(&migration, "up.sql"), states.pop().unwrap(), "{}", migration.display());
    }
}

#[test]
fn a_migration_that_fails_leaves_nothing_and_says_so() {
    let database = TestDatabase::empty();
    database.statement("CREATE TABLE products ()");
    assert!(matches!(migrate(database.url()), Err(MigrateError::Migration(_))));
    assert!(database.attempt("SELECT 1 FROM companies").is_err(), "half a migration is there");
    database.statement("DROP TABLE products");
    assert_eq!(migrate(database.url()).unwrap().len(), migrations().len());
}

#[test]
fn routers_from_before_the_health_monitor_are_due_at_once() {
    let database = TestDatabase::empty();
    for migration in migrations() {
        if migration.ends_with("2026-11-24-020000_router_health") {
            database.statement(
                "INSERT INTO companies (id, name, contact_email, conekta_mode, mercado_pago_mode, telegram_enabled, \
                 active, created_at) VALUES ('EMP_0000000001', 'Hotel', 'a@b.mx', 'test', 'test', false, true, now()); \
                 INSERT INTO routers (id, company_id, name, host, port, tls, username, password_sealed, old_login, \
                 active, created_at) SELECT 'RTR_0000000' || n, 'EMP_0000000001', 'Router', '10.0.0.1', 8728, false, \
                 'admin', 'v1.x', false, true, now() FROM generate_series(1, 3) AS n",
            );
        }
        database.statement(&fs::read_to_string(migration.join("up.sql")).unwrap());
    }
    let due = "SELECT count(*) FROM router_health WHERE condition IS NULL AND next_check_at = 'epoch'";
    assert_eq!(number(&database, due), 3);
}

/// An older version adds companies beside this one, and knows no webhooks.
#[test]
fn each_company_has_a_webhook_token_of_its_own_whichever_version_adds_it() {
    let database = TestDatabase::empty();
    let add = |ids: &str| {
        database.statement(&format!(
            "INSERT INTO companies (id, name, contact_email, conekta_mode, mercado_pago_mode, telegram_enabled, active, \
             created_at) SELECT 'EMP_000000000' || n, 'Hotel', 'a@b.mx', 'test', 'test', false, true, now() \
             FROM generate_series({ids}) AS n",
        ));
    };
    for migration in migrations() {
        if migration.ends_with("2026-11-28-050000_gateway_settings") {
            add("1, 3");
        }
        database.statement(&fs::read_to_string(migration.join("up.sql")).unwrap());
    }
    add("4, 6");
    assert_eq!(number(&database, "SELECT count(DISTINCT webhook_token) FROM companies"), 6);
    assert_eq!(number(&database, "SELECT count(*) FROM companies WHERE three_ds"), 0);
}

#[test]
fn a_database_that_is_not_there_is_no_panic() {
    let nowhere = migrate("postgres://nobody@127.0.0.1:1/nothing");
    assert!(matches!(nowhere, Err(MigrateError::Connect(_))), "{nowhere:?}");
}

#[test]
fn a_start_with_nothing_pending_waits_for_no_lock() {
    let database = TestDatabase::new();
    database.statement(
        "SELECT pg_advisory_lock(hashtextextended('portero migrations ' || coalesce(current_schema(), ''), 0))",
    );
    assert_eq!(migrate(database.url()).unwrap(), Vec::<String>::new());
}

#[test]
fn a_database_that_is_not_utf8_is_refused() {
    let database = TestDatabase::empty();
    for encoding in ["LATIN1", "SQL_ASCII"] {
        let name = format!("{}_{}", database.schema(), encoding.to_lowercase());
        database.statement(&format!("CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"));
        let joint = if database.url().contains("://") { '&' } else { ' ' };
        let refused = migrate(&format!("{}{joint}dbname={name}", database.url()));
        database.statement(&format!("DROP DATABASE {name} WITH (FORCE)"));
        assert!(matches!(&refused, Err(MigrateError::NotUtf8(found)) if found == encoding), "{refused:?}");
    }
}
