//! What the log must not say.

use std::time::Duration;

use portero_adapters::postgres::testing::TestDatabase;
use serde_json::json;

use crate::support::{
    eventually,
    program::{ADMIN, PASSWORD, Program, Server},
    proxy::{Network, Proxy},
    tenant::{CONEKTA_PRIVATE_KEY, ROUTER_PASSWORD, Tenant},
};

/// Does much that involves secrets, well and badly. Answers the secrets.
fn be_busy(server: &Server) -> Vec<String> {
    let tenant = Tenant::of(server);
    let anybody = server.client();
    let mut secrets = [ADMIN, PASSWORD, ROUTER_PASSWORD, CONEKTA_PRIVATE_KEY].map(str::to_owned).to_vec();
    let login = anybody.post("/api/v1/auth/login", &json!({"email": ADMIN, "password": PASSWORD})).expect(200);
    let session = anybody.with_session(login.text("access_token"));
    secrets.push(login.text("access_token").to_owned());
    anybody.post("/api/v1/auth/login", &json!({"email": ADMIN, "password": "a wrong password"})).expect(401);
    secrets.push("a wrong password".into());
    anybody.post("/api/v1/auth/login", &json!({"email": ADMIN, "password": ["a malformed password"]})).expect(422);
    secrets.push("a malformed password".into());

    let regenerated = session.post(&tenant.regenerate(), &json!({})).expect(200);
    let new_key = regenerated.text("new_api_key").to_owned();
    let config = "/api/v1/config/public";
    anybody.with_key(&new_key).get(config).expect(200);
    anybody.with_key(&tenant.key).get(config).expect(401);
    anybody.with_session(&new_key).get(config).expect(200);
    anybody.with_key("jwt_not.a.signature-of-ours").get(config).expect(401);
    secrets.extend([new_key, tenant.key.clone(), "jwt_not.a.signature-of-ours".into()]);

    let change = json!({"current_password": PASSWORD, "new_password": "an entirely new password"});
    session.post("/api/v1/auth/change-password", &change).expect(200);
    secrets.push("an entirely new password".into());
    secrets
}

#[test]
fn a_busy_log_holds_no_token_no_password_and_no_key() {
    for format in ["text", "json"] {
        let database = TestDatabase::empty();
        let server = Program::serving(&database).with("RUST_LOG", "trace").with("LOG_FORMAT", format).serve();
        let mut secrets = be_busy(&server);
        let fingerprints = database.value("SELECT string_agg(encode(token_sha256, 'hex'), ' ') FROM api_keys").unwrap();
        secrets.extend(fingerprints.split(' ').map(str::to_owned));
        secrets.push(database.value("SELECT password_hash FROM users").unwrap());
        secrets.extend(["the API key secret of these tests", "the session secret of these tests"].map(str::to_owned));
        server.terminate();
        let (_, log) = server.ended(Duration::from_secs(30));
        assert!(log.contains("API key regenerated"), "the log is about these calls: {log}");
        for secret in secrets {
            // A token is recognised by its signature alone.
            let told = secret.rsplit('.').next().unwrap();
            assert!(!log.contains(told), "{format}: {secret} is in the log");
        }
    }
}

#[test]
fn an_outage_is_one_line_and_then_a_count() {
    let database = TestDatabase::empty();
    let proxy = Proxy::to(&database);
    let server = Program::serving(&database).with("DATABASE_URL", proxy.url()).serve();
    let portal = server.client().with_session("no session");
    let login = json!({"email": ADMIN, "password": PASSWORD});
    proxy.set(Network::Refuses);
    for _ in 0..20 {
        portal.post("/api/v1/auth/login", &login).expect(503);
    }
    let logged = || server.log().matches("request failed").count();
    let number = |text: &str| text.split(' ').next().and_then(|number| number.parse::<usize>().ok());
    let counted = || server.log().split("more=").skip(1).filter_map(number).sum::<usize>();
    eventually(Duration::from_secs(20), "each failure is logged or counted", || logged() + counted() == 20);
    let log = server.log();
    assert!(logged() < 10, "{log}");
    assert!(log.lines().all(|line| line.starts_with("20")), "an event takes more than one line: {log}");
}
