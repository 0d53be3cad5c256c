//! The commands other than `serve`.

use portero_adapters::postgres::testing::TestDatabase;
use serde_json::Value;

use crate::support::{
    program::{ADMIN, PASSWORD, Program},
    sql::number,
};

#[test]
fn openapi_needs_no_environment() {
    let ended = Program::bare(&["openapi"]).run();
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    let document: Value = serde_json::from_str(&ended.output).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/admin/empresas/{empresa_id}/routers"]["post"].is_object());
}

#[test]
fn help_names_every_variable_and_needs_none() {
    let ended = Program::bare(&["--help"]).run();
    assert_eq!(ended.code, Some(0));
    for variable in ["DATABASE_URL", "DATABASE_URL_FILE", "ENCRYPTION_KEYS_OLD", "BIND_ADDR", "LOG_FORMAT"] {
        assert!(ended.output.contains(variable), "{}", ended.output);
    }
}

#[test]
fn migrate_needs_the_database_alone_and_may_be_repeated() {
    let database = TestDatabase::empty();
    let migrate = Program::bare(&["migrate"]).with("DATABASE_URL", database.url());
    let ended = migrate.run();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.errors.contains("migration applied"), "{}", ended.errors);
    let applied = number(&database, "SELECT count(*) FROM __diesel_schema_migrations");
    let again = migrate.run();
    assert_eq!((again.code, again.errors.as_str()), (Some(0), ""));
    assert_eq!(number(&database, "SELECT count(*) FROM __diesel_schema_migrations"), applied);
}

#[test]
fn a_super_admin_signs_in_with_the_password_from_standard_input() {
    let database = TestDatabase::empty();
    let create = Program::on(&database, &["create-super-admin", "--email", "Eva@Portero.example", "--name", "Eva"])
        .without("SUPER_ADMIN_INITIAL_EMAIL")
        .without("SUPER_ADMIN_INITIAL_PASSWORD");
    let ended = create.run_with_input("a secret on a line\n");
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(!ended.errors.contains("a secret"), "{}", ended.errors);

    let server = Program::serving(&database).serve();
    server.client().log_in("eva@portero.example", "a secret on a line").get("/admin/empresas").expect(200);

    for (input, why) in [("another secret\n", "the e-mail is taken"), ("short\n", "too short"), ("", "none at all")] {
        let ended = create.run_with_input(input);
        assert_eq!(ended.code, Some(1), "{why}: {}", ended.errors);
    }
    assert_eq!(number(&database, "SELECT count(*) FROM users"), 1);
}

#[test]
fn a_forgotten_password_is_reset_and_whoever_is_signed_in_by_it_is_out() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let signed_in = server.client().log_in(ADMIN, PASSWORD);
    let reset = Program::on(&database, &["reset-password", "--email", &ADMIN.to_uppercase()]);
    let ended = reset.run_with_input("another secret\n");
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(!ended.errors.contains("another secret"), "{}", ended.errors);
    signed_in.get("/admin/empresas").expect(401);
    server.client().log_in(ADMIN, "another secret").get("/admin/empresas").expect(200);

    let nobody = Program::on(&database, &["reset-password", "--email", "nobody@portero.example"]);
    for (reset, input) in [(&nobody, "another secret\n"), (&reset, "short\n"), (&reset, "")] {
        let ended = reset.run_with_input(input);
        assert_eq!(ended.code, Some(1), "{}", ended.errors);
    }
    server.client().log_in(ADMIN, "another secret");
}

#[test]
fn the_demo_is_for_loopback_alone() {
    let database = TestDatabase::empty();
    let ended = Program::on(&database, &["demo"]).with("BIND_ADDR", "0.0.0.0:0").run();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.lines().last().unwrap().contains("BIND_ADDR"), "{}", ended.errors);
    assert!(ended.output.is_empty(), "{}", ended.output);
    assert_eq!(number(&database, "SELECT count(*) FROM companies"), 0);
}

#[test]
fn the_demo_adds_what_is_missing_and_nothing_twice() {
    let database = TestDatabase::empty();
    let demo = Program::on(&database, &["demo"]);
    for _ in 0..2 {
        let server = demo.serve();
        server.client().log_in("admin@hotel.example", PASSWORD).get("/api/v1/admin/mi-empresa").expect(200);
        let count = |table| number(&database, &format!("SELECT count(*) FROM {table}"));
        let counts = ["companies", "routers", "products", "users"].map(count);
        assert_eq!(counts, [1, 1, 2, 2]);
        let elsewhere = number(&database, "SELECT count(*) FROM routers WHERE host <> '127.0.0.1'");
        assert_eq!(elsewhere, 0, "a demo signs in to nobody's router");
    }
}
