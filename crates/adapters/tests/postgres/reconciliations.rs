//! What only a database shows of the comparisons with the payment gateways.

use portero_domain::{
    ids::CompanyId,
    ports::{UnitOfWork, transact},
};
use time::Duration;

use crate::fixture::{number, store, timed};

async fn claim(storage: &dyn UnitOfWork) -> Vec<CompanyId> {
    transact(storage, |storage| storage.reconciliations().claim_due(500, Duration::HOUR)).await.unwrap()
}

/// An older version adds companies beside this one, and knows no comparison.
const COMPANIES: &str = "INSERT INTO companies (id, name, contact_email, conekta_mode, mercado_pago_mode, telegram_enabled, \
     active, created_at) SELECT 'EMP_' || lpad(n::text, 10, '0'), 'Hotel', 'a@b.mx', 'test', 'test', false, true, now() \
     FROM generate_series(1, 300) AS n";

#[tokio::test]
async fn companies_are_spread_over_the_next_day() {
    let store = store(2);
    store.database.statement(COMPANIES);
    assert_eq!(claim(&*store.storage).await, []);
    let count = |condition: &str| {
        number(&store.database, &format!("SELECT count(*) FROM reconciliations WHERE {condition}")) //
    };
    let tomorrow = "date_trunc('day', now(), 'UTC') + interval '1 day'";
    assert_eq!(count(&format!("due_at BETWEEN {tomorrow} AND {tomorrow} + interval '1 day'")), 300);
    for hour in [1, 6, 12, 18] {
        let from = format!("{tomorrow} + interval '{hour} hours'");
        let within = count(&format!("due_at BETWEEN {from} AND {from} + interval '5 hours'"));
        assert!((30..110).contains(&within), "{within} are due within five hours");
    }
    store.database.statement("UPDATE reconciliations SET due_at = due_at - interval '2 days'");
    assert_eq!(claim(&*store.storage).await.len(), 300);
    transact(&*store.storage, |storage| {
        storage.reconciliations().settle(&CompanyId::parse("EMP_0000000007").unwrap()) //
    })
    .await
    .unwrap();
    let settled = format!("compared_at IS NOT NULL AND due_at > {tomorrow}");
    assert_eq!(count(&settled), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_passes_over_what_another_process_holds() {
    let store = store(4);
    store.database.statement(COMPANIES);
    assert_eq!(claim(&*store.storage).await, []);
    store.database.statement("UPDATE reconciliations SET due_at = now()");
    store.database.statement("BEGIN; SELECT FROM reconciliations WHERE company_id < 'EMP_0000000100' FOR UPDATE");
    let (claimed, took) = timed(claim(&*store.storage)).await;
    assert!(claimed.len() == 201 && took < 1_000, "{} after {took} ms", claimed.len());
    store.database.statement("COMMIT");
    assert_eq!(claim(&*store.storage).await.len(), 99);
}

/// An edit of a company holds its row.
#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_claimed_while_it_is_locked() {
    let store = store(4);
    store.database.statement(COMPANIES);
    store.database.statement("BEGIN; SELECT FROM companies FOR NO KEY UPDATE");
    let (claimed, took) = timed(claim(&*store.storage)).await;
    assert!(claimed.is_empty() && took < 1_000, "it waited for {took} ms");
    assert_eq!(number(&store.database, "SELECT count(*) FROM reconciliations"), 300);
}
