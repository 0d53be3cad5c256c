//! What only a database shows of the notices.

use portero_domain::{
    notification::{NewNotice, Occasion, RouterEvent},
    ports::{NoticeClaims, Stored, UnitOfWork, transact},
};
use portero_testkit::builders::{a_company, a_router, start};

use crate::fixture::{Fixture, shop, timed};

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
