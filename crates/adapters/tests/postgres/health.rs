//! How routers are looked after beside everything else: who waits for whom, and what a look costs.

use portero_domain::{
    Timestamp,
    health::{Claim, Condition, HealthChange, RouterHealth},
    ports::{Stored, UnitOfWork, transact},
};
use portero_testkit::builders::{a_router, router_id, start};
use time::Duration;

use crate::fixture::{Fixture, eventually, held_up, number, shop, timed};

/// The claims of all that are due.
async fn claim(storage: &dyn UnitOfWork) -> Vec<Stored<Claim>> {
    let claims = transact(storage, |storage| {
        storage.router_healths().claim_due(start(), 9, &|_| start().plus(Duration::MINUTE)) //
    });
    claims.await.unwrap().claims
}

/// Writes that a router does not answer, as a change.
async fn record(storage: &dyn UnitOfWork, claim: Claim, at: Timestamp) -> Stored<bool> {
    let change = HealthChange { at, condition: Condition::Unreachable, error: Some("away".to_owned()) };
    let found = RouterHealth {
        router: claim.router.id.clone(),
        condition: change.condition,
        since: at,
        checked_at: at,
        error: change.error.clone(),
        contact: None,
    };
    transact(storage, move |storage| storage.router_healths().record(&claim, &found, Some(&change))).await
}

/// A shop with a second router.
async fn two_routers() -> Fixture {
    let shop = shop(4).await;
    let second = a_router().id("RTR_00000002").build();
    transact(&*shop.storage, move |storage| storage.routers().insert(&second)).await.unwrap().unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_passes_over_what_somebody_holds() {
    let shop = two_routers().await;
    shop.database.statement("BEGIN; SELECT FROM router_health WHERE router_id = 'RTR_A1B2C3D4' FOR UPDATE");
    let (claims, took) = timed(claim(&*shop.storage)).await;
    let claimed: Vec<_> = claims.into_iter().map(|claim| claim.unwrap().router.id).collect();
    assert_eq!(claimed, [router_id("RTR_00000002")]);
    assert!(took < 1_000, "it waited for {took} ms");
    shop.database.statement("COMMIT");
    assert_eq!(claim(&*shop.storage).await.len(), 1);
}

/// A sale, an edit and a deletion hold a router for as long as they take.
#[tokio::test(flavor = "multi_thread")]
async fn neither_a_claim_nor_a_result_waits_for_whoever_holds_the_router() {
    let shop = shop(4).await;
    shop.database.statement("BEGIN; SELECT FROM companies FOR UPDATE; SELECT FROM routers FOR UPDATE");
    let (recorded, took) = timed(async {
        let claim = claim(&*shop.storage).await.remove(0).unwrap();
        record(&*shop.storage, claim, start()).await.unwrap()
    })
    .await;
    assert!(recorded && took < 1_000, "it waited for {took} ms");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_waits_for_a_deletion_finds_nothing_to_write() {
    let shop = shop(4).await;
    let claim = claim(&*shop.storage).await.remove(0).unwrap();
    shop.database.statement("BEGIN; DELETE FROM api_keys; DELETE FROM routers");
    let storage = shop.storage.clone();
    let result = tokio::spawn(async move { record(&*storage, claim, start()).await });
    eventually("the result waits", || held_up(&shop.database) == 1).await;
    shop.database.statement("COMMIT");
    assert!(!result.await.unwrap().unwrap());
    assert_eq!(number(&shop.database, "SELECT count(*) FROM router_health_changes"), 0);
}

#[tokio::test]
async fn a_router_whose_record_breaks_a_rule_holds_up_no_other() {
    let shop = two_routers().await;
    shop.database.statement("UPDATE routers SET name = repeat('x', 101) WHERE id = 'RTR_00000002'");
    let claims = claim(&*shop.storage).await;
    let good: Vec<_> = claims.iter().flatten().map(|claim| &claim.router.id).collect();
    assert_eq!((claims.len(), good), (2, vec![&router_id("RTR_A1B2C3D4")]));
    assert!(claim(&*shop.storage).await.is_empty(), "it is put off like any other");
}

/// All but the claim, which has to move an indexed column: no index is touched for a result.
#[tokio::test]
async fn a_result_stays_on_its_page() {
    const RESULTS: i64 = 50;
    let shop = shop(1).await;
    let claim = claim(&*shop.storage).await.remove(0).unwrap();
    for minute in 0..RESULTS {
        assert!(record(&*shop.storage, claim.clone(), start().plus(Duration::minutes(minute))).await.unwrap());
    }
    // PostgreSQL counts for good when the connection ends.
    let Fixture { storage, gate, database } = shop;
    drop((storage, gate));
    let counted = |what: &str| {
        number(&database, &format!("SELECT {what} FROM pg_stat_user_tables WHERE relid = 'router_health'::regclass"))
    };
    eventually("every update is counted", || counted("n_tup_upd") == 1 + RESULTS).await;
    assert_eq!(counted("n_tup_hot_upd"), RESULTS);
}
