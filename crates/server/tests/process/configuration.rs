//! A start that is refused says why in one sentence.

use portero_adapters::postgres::testing::TestDatabase;

use crate::support::program::Program;

/// The program ends with 1, and says one sentence that names this variable.
#[track_caller]
fn is_refused_for(program: &Program, variable: &str) {
    let ended = program.run();
    assert_eq!(ended.code, Some(1), "{variable}: {}", ended.errors);
    assert_eq!(ended.errors.lines().count(), 1, "{variable}: {}", ended.errors);
    assert!(ended.errors.contains(variable), "{variable}: {}", ended.errors);
    assert!(ended.errors.trim_end().ends_with('.'), "{variable}: {}", ended.errors);
    assert!(ended.output.is_empty(), "{variable}: {}", ended.output);
}

#[test]
fn a_missing_variable_is_named() {
    let database = TestDatabase::empty();
    for variable in [
        "DATABASE_URL",
        "JWT_APIKEY_SECRET",
        "JWT_SESSION_SECRET",
        "ENCRYPTION_KEY",
        "SUPER_ADMIN_INITIAL_EMAIL",
        "SUPER_ADMIN_INITIAL_PASSWORD",
    ] {
        is_refused_for(&Program::serving(&database).without(variable), variable);
        is_refused_for(&Program::serving(&database).with(variable, ""), variable);
    }
}

#[test]
fn a_wrong_variable_is_named() {
    let database = TestDatabase::empty();
    for (variable, wrong) in [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://portero@127.0.0.1:1/x"),
        ("DATABASE_URL", "postgres://portero@127.0.0.1:1/x?sslmod=require"),
        ("DATABASE_URL_FILE", "/nowhere"),
        ("JWT_ALGORITHM", "none"),
        ("DATABASE_POOL_SIZE", "many"),
        ("BIND_ADDR", "8000"),
        ("JWT_APIKEY_SECRET", "short"),
        ("JWT_SESSION_SECRET", "the API key secret of these tests"),
        ("JWT_APIKEY_EXPIRE_DAYS", "0"),
        ("JWT_SESSION_EXPIRE_HOURS", "a day"),
        ("ENCRYPTION_KEY", "not a key"),
        ("ENCRYPTION_KEYS_OLD", "not a key"),
        ("SUPER_ADMIN_INITIAL_EMAIL", "nobody"),
        ("SUPER_ADMIN_INITIAL_PASSWORD", "short"),
        ("BACKEND_CORS_ORIGINS", "panel.example"),
        ("ROUTER_CHECK_INTERVAL_SECONDS", "5"),
        ("RUST_LOG", "portero=loud"),
        ("LOG_FORMAT", "xml"),
    ] {
        is_refused_for(&Program::serving(&database).with(variable, wrong), variable);
    }
}

#[test]
fn the_address_of_the_existing_system_leads_to_its_database() {
    let database = TestDatabase::empty();
    let given = database.url().to_owned();
    for url in [
        given.replacen("postgresql://", "postgresql+asyncpg://", 1) + "&prepared_statement_cache_size=0&ssl=prefer",
        format!(" \"{}\"\n", given.replacen("postgresql://", "postgresql+psycopg2://", 1)),
    ] {
        let ended = Program::bare(&["migrate"]).with("DATABASE_URL", &url).run();
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
        let warned = ended.errors.lines().filter(|line| line.contains("WARN")).count();
        assert_eq!(warned, url.matches("prepared_statement").count(), "{}", ended.errors);
    }
}

#[test]
fn secrets_come_from_files() {
    let database = TestDatabase::empty();
    let file = std::env::temp_dir().join(format!("portero-database-url-{}", std::process::id()));
    std::fs::write(&file, format!("{}\n", database.url())).unwrap();
    let program = Program::bare(&["migrate"]).with("DATABASE_URL_FILE", file.to_str().unwrap());
    let ended = program.run();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    is_refused_for(&program.with("DATABASE_URL", database.url()), "DATABASE_URL_FILE");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn help_shows_no_value_of_a_secret() {
    let database = TestDatabase::empty();
    let help = Program::on(&database, &["--help"]).run();
    assert_eq!(help.code, Some(0));
    for secret in [database.url(), "the API key secret", "AAAAAAA", crate::support::program::PASSWORD] {
        assert!(!help.output.contains(secret), "{}", help.output);
    }
}

#[test]
fn an_unreachable_database_and_a_taken_address_are_named() {
    let database = TestDatabase::empty();
    is_refused_for(
        &Program::serving(&database).with("DATABASE_URL", "postgres://portero@127.0.0.1:1/x"),
        "DATABASE_URL",
    );

    let server = Program::serving(&database).serve();
    let ended = Program::serving(&database).with("BIND_ADDR", &server.address.to_string()).run();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.lines().last().unwrap().contains("BIND_ADDR"), "{}", ended.errors);
}

#[test]
fn no_refusal_shows_a_secret() {
    let database = TestDatabase::empty();
    let secret = "s3cret-s3cret";
    for program in [
        Program::serving(&database).with("JWT_APIKEY_SECRET", secret),
        Program::serving(&database).with("ENCRYPTION_KEY", secret),
        Program::serving(&database).with("ENCRYPTION_KEYS_OLD", secret),
        Program::serving(&database).with("SUPER_ADMIN_INITIAL_PASSWORD", "s3cret"),
        Program::serving(&database).with("DATABASE_URL", &format!("postgres://portero:{secret}@127.0.0.1:1/x")),
        Program::serving(&database).with("DATABASE_URL", &format!("mysql://portero:{secret}@127.0.0.1:1/x")),
        Program::serving(&database)
            .with("DATABASE_URL", &format!("postgres://portero:{secret}@127.0.0.1:1/x?ssl={secret}")),
        Program::serving(&database).with("DATABASE_URL", &format!("postgres//portero:{secret}@127.0.0.1:1/x")),
        Program::serving(&database).with("DATABASE_URL", &format!("postgres://portero:/{secret}@127.0.0.1:1/x")),
    ] {
        let ended = program.run();
        assert_eq!(ended.code, Some(1));
        assert!(!ended.errors.contains("s3cret"), "{}", ended.errors);
    }
}
