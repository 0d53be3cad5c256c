//! What only a database shows of the notices.

use portero_domain::{
    notification::{DaysLeft, NewNotice, Occasion, RouterEvent},
    ports::{NoticeClaims, Stored, UnitOfWork, transact},
};
use portero_testkit::builders::{a_company, a_router, start};
use time::Duration;

use crate::fixture::{Fixture, eventually, number, shop, timed};

fn down() -> NewNotice {
    let occasion = Occasion::Router(RouterEvent::Down, a_router().build().id);
    NewNotice::at(a_company().build().id, occasion, start())
}

/// A shop with one notice that is due.
async fn a_notice() -> Fixture {
    let shop = shop(4).await;
    let stored: Stored<()> = transact(&*shop.storage, |storage| storage.notices().insert(&down())).await;
    stored.unwrap();
    shop
}

async fn claim(storage: &dyn UnitOfWork) -> NoticeClaims {
    transact(storage, |storage| storage.notices().claim_due(9, &[])).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_passes_over_what_another_process_holds() {
    let shop = a_notice().await;
    shop.database.statement("BEGIN; SELECT FROM notices FOR UPDATE");
    let (claims, took) = timed(claim(&*shop.storage)).await;
    assert!(claims.notices.is_empty() && took < 1_000, "it waited for {took} ms");
    shop.database.statement("COMMIT");
    assert_eq!(claim(&*shop.storage).await.notices.len(), 1);
}

/// An edit of a company holds its row.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_stored_and_claimed_while_its_company_is_locked() {
    let shop = shop(4).await;
    shop.database.statement("BEGIN; SELECT FROM companies FOR NO KEY UPDATE");
    let (stored, took) = timed(transact(&*shop.storage, |storage| storage.notices().insert(&down()))).await;
    let stored: Stored<()> = stored;
    stored.unwrap();
    assert_eq!(claim(&*shop.storage).await.notices.len(), 1);
    assert!(took < 1_000, "it waited for {took} ms");
}

#[tokio::test]
async fn a_notice_whose_record_breaks_a_rule_holds_up_no_other() {
    let shop = a_notice().await;
    shop.database.statement(
        "INSERT INTO notices (company_id, kind, subject, occurrence) VALUES ('EMP_3A9F1C0B2D', 'router_down', 'x', 0)",
    );
    let NoticeClaims { notices, .. } = claim(&*shop.storage).await;
    assert_eq!((notices.len(), notices.iter().flatten().count()), (2, 1));
    assert!(claim(&*shop.storage).await.notices.is_empty(), "it is leased like any other");
}

/// Most scans find nothing new. Each of them costs one look into an index for each key, not a comparison with each notice.
#[tokio::test]
async fn a_scan_looks_up_the_notice_of_each_key() {
    const KEYS: i64 = 2_000;
    let shop = shop(1).await;
    shop.database.statement(&format!(
        "INSERT INTO routers (id, company_id, name, host, port, tls, username, password_sealed, old_login, active, created_at) \
         SELECT 'RTR_' || lpad(n::text, 8, '0'), 'EMP_3A9F1C0B2D', 'Router', 'localhost', 8728, false, 'admin', 'v1.x', false, \
         true, now() FROM generate_series(1, {KEYS}) AS n; \
         INSERT INTO api_keys (id, router_id, company_id, token_sha256, issued_at, expires_at) \
         SELECT 'key_' || n, 'RTR_' || lpad(n::text, 8, '0'), 'EMP_3A9F1C0B2D', sha256(n::text::bytea), \
         '2025-01-15 09:00Z', '2026-01-15 09:00Z' FROM generate_series(1, {KEYS}) AS n"
    ));
    // With many other notices, PostgreSQL takes those of expiring keys for few.
    shop.database.statement(
        "INSERT INTO notices (company_id, kind, subject, occurrence) \
         SELECT company_id, 'api_key_expiring_30', router_id || ' ' || id, 0 FROM api_keys; \
         INSERT INTO notices (company_id, kind, subject, occurrence) \
         SELECT 'EMP_3A9F1C0B2D', 'router_up', 'RTR_A1B2C3D4', n FROM generate_series(1, 50000) AS n; \
         ANALYZE notices, api_keys",
    );
    let now = start().plus(Duration::days(365 - 20));
    let scan: Stored<usize> =
        transact(&*shop.storage, move |storage| storage.notices().insert_expiring(DaysLeft::Thirty, now, 500)).await;
    assert_eq!(scan.unwrap(), 0);
    // PostgreSQL counts for good when the connection ends.
    let Fixture { storage, gate, database } = shop;
    drop((storage, gate));
    let looks = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelid = 'notices_once'::regclass";
    eventually("each key is looked up", || number(&database, looks) >= KEYS).await;
}
