//! Encrypting every secret with another key.

use std::{thread, time::Duration};

use portero_adapters::{AesVault, postgres::testing::TestDatabase};
use portero_domain::{
    ids::CompanyId,
    ports::{SecretPlace, Vault},
    secret::{Sealed, Secret},
};
use serde_json::json;

use crate::support::{
    eventually,
    program::Program,
    sql::{Held, number},
    tenant::{CONEKTA_PRIVATE_KEY, Tenant, new_router},
};

const OLD: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const NEW: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

const SEALED: &str = "SELECT password_sealed AS text FROM routers \
    UNION ALL SELECT conekta_private_key_sealed FROM companies WHERE conekta_private_key_sealed IS NOT NULL \
    UNION ALL SELECT telegram_bot_token_sealed FROM companies WHERE telegram_bot_token_sealed IS NOT NULL \
    UNION ALL SELECT mercado_pago_access_token_sealed FROM companies WHERE mercado_pago_access_token_sealed IS NOT NULL \
    UNION ALL SELECT mercado_pago_webhook_secret_sealed FROM companies \
    WHERE mercado_pago_webhook_secret_sealed IS NOT NULL";

/// How many sealed texts there are of the key with these bytes.
fn sealed_by(database: &TestDatabase, byte: u8) -> i64 {
    let place = SecretPlace::ConektaPrivateKey(CompanyId::parse("EMP_3A9F1C0B2D").unwrap());
    let sample = AesVault::new([byte; 32], []).unwrap().encrypt(&Secret::new("sample".into()), &place).unwrap();
    let id = sample.as_str().split('.').nth(1).unwrap();
    number(database, &format!("SELECT count(*) FROM ({SEALED}) AS sealed WHERE split_part(text, '.', 2) = '{id}'"))
}

#[test]
fn every_secret_is_sealed_anew_beside_a_service_that_goes_on() {
    let database = TestDatabase::empty();
    let old_service = Program::serving(&database).with("ENCRYPTION_KEY", OLD).serve();
    let tenant = Tenant::of(&old_service);
    for _ in 0..4 {
        tenant.admin.post(&tenant.routers(), &new_router(&tenant.company)).expect(201);
    }
    // More than a batch of them: a hundred.
    database.statement(
        "INSERT INTO companies (id, name, contact_email, conekta_mode, conekta_private_key_sealed, mercado_pago_mode, \
         telegram_enabled, active, created_at) SELECT 'EMP_' || lpad(upper(to_hex(n)), 10, '0'), 'x', 'x@x.mx', 'test', \
         'placeholder', 'test', false, true, now() FROM generate_series(1, 150) AS n",
    );
    let vault = AesVault::new([0; 32], []).unwrap();
    for number in 1..=150 {
        let id = format!("EMP_{number:010X}");
        let place = SecretPlace::ConektaPrivateKey(CompanyId::parse(&id).unwrap());
        let sealed: Sealed = vault.encrypt(&Secret::new(format!("key {number}")), &place).unwrap();
        let set = format!("conekta_private_key_sealed = '{}'", sealed.as_str());
        database.statement(&format!("UPDATE companies SET {set} WHERE id = '{id}'"));
    }
    let company = CompanyId::parse("EMP_0000000001").unwrap();
    for (column, place) in [
        ("mercado_pago_access_token_sealed", SecretPlace::MercadoPagoAccessToken(company.clone())),
        ("mercado_pago_webhook_secret_sealed", SecretPlace::MercadoPagoWebhookSecret(company.clone())),
    ] {
        let sealed = vault.encrypt(&Secret::new("of Mercado Pago".into()), &place).unwrap();
        database.statement(&format!("UPDATE companies SET {column} = '{}' WHERE id = '{company}'", sealed.as_str()));
    }
    let all = number(&database, &format!("SELECT count(*) FROM ({SEALED}) AS sealed"));
    assert_eq!((all, sealed_by(&database, 0)), (158, 158));

    // The service goes over first, so that nothing new is sealed by the old key.
    let service = Program::serving(&database).with("ENCRYPTION_KEY", NEW).with("ENCRYPTION_KEYS_OLD", OLD).serve();
    drop(old_service);
    let admin = service.client().log_in(crate::support::program::ADMIN, crate::support::program::PASSWORD);
    let rekey = Program::on(&database, &["rekey"]).with("ENCRYPTION_KEY", NEW).with("ENCRYPTION_KEYS_OLD", OLD);
    thread::scope(|scope| {
        let rekeying = scope.spawn(|| rekey.run());
        let mut registered = 0;
        while registered < 3 || !rekeying.is_finished() {
            admin.post(&tenant.routers(), &new_router(&tenant.company)).expect(201);
            service.client().with_key(&tenant.key).get("/api/v1/config/public").expect(200);
            registered += 1;
        }
        let ended = rekeying.join().unwrap();
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
        assert!(ended.errors.contains("resealed=158"), "{}", ended.errors);
    });
    assert_eq!(sealed_by(&database, 0), 0);
    let all = number(&database, &format!("SELECT count(*) FROM ({SEALED}) AS sealed"));
    assert_eq!(sealed_by(&database, 1), all);

    // The old key is not needed any more: all secrets can be decrypted without it, and another run finds nothing to do.
    let place = SecretPlace::ConektaPrivateKey(CompanyId::parse(&tenant.company).unwrap());
    let query = format!("SELECT conekta_private_key_sealed FROM companies WHERE id = '{}'", tenant.company);
    let sealed = Sealed::new(database.value(&query).unwrap());
    let opened = AesVault::new([1; 32], []).unwrap().decrypt(&sealed, &place).unwrap();
    assert_eq!(opened.expose(), CONEKTA_PRIVATE_KEY);
    let ended = Program::on(&database, &["rekey"]).with("ENCRYPTION_KEY", NEW).run();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.errors.contains("resealed=0"), "{}", ended.errors);
    service.terminate();
    assert_eq!(service.ended(Duration::from_secs(30)).0.code(), Some(0));
}

/// Otherwise the fault would show only when a router is contacted.
#[test]
fn a_service_does_not_start_with_a_key_that_is_not_that_of_the_secrets() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).with("ENCRYPTION_KEY", OLD).serve();
    let tenant = Tenant::of(&server);
    let other = Program::serving(&database).with("ENCRYPTION_KEY", NEW);
    let ended = other.run();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    let said = ended.errors.lines().last().unwrap();
    assert!(said.contains("ENCRYPTION_KEY") && said.contains(&tenant.router), "{said}");

    // Who has lost the key gives the router its password again.
    let server = other.with("ALLOW_LOST_SECRETS", "true").serve();
    let admin = server.client().log_in(crate::support::program::ADMIN, crate::support::program::PASSWORD);
    let router = format!("{}/{}", tenant.routers(), tenant.router);
    admin.put(&router, &json!({ "password": "entered again" })).expect(200);
    assert_eq!(sealed_by(&database, 1), 1);
}

/// A writer that locks a company and then one of its routers, as adding a product does, never has a deadlock with
/// `rekey`.
#[test]
fn rekeying_holds_nothing_while_it_waits() {
    let database = TestDatabase::empty();
    let service = Program::serving(&database).with("ENCRYPTION_KEY", OLD).serve();
    let tenant = Tenant::of(&service);
    let rekey = Program::on(&database, &["rekey"]).with("ENCRYPTION_KEY", NEW).with("ENCRYPTION_KEYS_OLD", OLD);
    thread::scope(|scope| {
        let held = Held::all_of(&database, "companies");
        let rekeying = scope.spawn(|| rekey.run());
        eventually(Duration::from_secs(10), "it waits for the company", || held.waiting() == 1);
        database.statement(&format!("SELECT FROM routers WHERE id = '{}' FOR NO KEY UPDATE NOWAIT", tenant.router));
        drop(held);
        let ended = rekeying.join().unwrap();
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
    });
    assert_eq!(sealed_by(&database, 0), 0);
}

#[test]
fn a_secret_that_does_not_open_stops_the_rekeying_and_is_named() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).with("ENCRYPTION_KEY", OLD).serve();
    let tenant = Tenant::of(&server);
    let ended = Program::on(&database, &["rekey"]).with("ENCRYPTION_KEY", NEW).run();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.contains(&tenant.router), "{}", ended.errors);
    assert_eq!(sealed_by(&database, 0), 2);
    tenant.admin.post(&tenant.regenerate(), &json!({})).expect(200);
}
