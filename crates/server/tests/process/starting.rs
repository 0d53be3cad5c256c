//! Two processes that start at once.

use portero_adapters::postgres::testing::TestDatabase;

use crate::support::{
    program::{ADMIN, PASSWORD, Program, Starting},
    sql::number,
};

#[test]
fn two_processes_that_start_at_once_on_an_empty_database_both_serve_and_migrate_once() {
    let database = TestDatabase::empty();
    let program = Program::serving(&database);
    let servers = [program.start(), program.start()].map(Starting::serving);
    for server in &servers {
        server.client().get("/ready").expect(200);
        server.client().log_in(ADMIN, PASSWORD);
    }
    let said = |sentence: &str| servers.iter().map(|server| server.log().matches(sentence).count()).sum::<usize>();
    let applied = number(&database, "SELECT count(*) FROM __diesel_schema_migrations");
    assert_eq!(i64::try_from(said("migration applied")).unwrap(), applied);
    assert_eq!(said("first super admin added"), 1);
    assert_eq!(number(&database, "SELECT count(*) FROM users"), 1);
}

#[test]
fn a_process_that_starts_beside_a_busy_one_changes_nothing() {
    let database = TestDatabase::empty();
    let first = Program::serving(&database).serve();
    let admin = first.client().log_in(ADMIN, PASSWORD);
    let second = Program::serving(&database).serve();
    assert!(!second.log().contains("migration applied"));
    assert!(!second.log().contains("first super admin added"));
    admin.get("/admin/empresas").expect(200);
}
