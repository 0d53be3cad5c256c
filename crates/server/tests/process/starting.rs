//! Two processes on one database.

use portero_adapters::postgres::testing::TestDatabase;

use serde_json::json;

use crate::support::{
    program::{ADMIN, PASSWORD, Program, Starting},
    sql::number,
    tenant::Tenant,
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

#[test]
fn what_one_process_ends_the_other_refuses_at_once() {
    let database = TestDatabase::empty();
    let program = Program::serving(&database);
    let (one, other) = (program.serve(), program.serve());
    let tenant = Tenant::of(&one);
    let portal = other.client().with_key(&tenant.key);
    for _ in 0..3 {
        portal.get("/api/v1/config/public").expect(200);
    }
    tenant.admin.post(&tenant.regenerate(), &json!({})).expect(200);
    portal.get("/api/v1/config/public").expect(401);

    let login = one.client().post("/api/v1/auth/login", &json!({"email": ADMIN, "password": PASSWORD})).expect(200);
    let token = login.text("access_token");
    other.client().with_session(token).get("/admin/empresas").expect(200);
    one.client().with_session(token).post("/api/v1/auth/logout", &json!({})).expect(200);
    other.client().with_session(token).get("/admin/empresas").expect(401);
}
