//! The gate against rivals, on PostgreSQL; its contract is proved with the others.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use portero_adapters::{PgExecutor, PgGate};
use portero_domain::ports::{Gate, GateError, Refusal, StorageError, transact};
use portero_testkit::builders::{a_key, a_router, start};

use crate::fixture::{Fixture, number, presented, shop};

const USE_COUNT: &str = "SELECT use_count FROM api_keys";

async fn revoke(store: &Fixture) {
    let revoked: Result<(), StorageError> = transact(&*store.storage, |storage| {
        let router = a_router().build();
        storage.routers().lock(&router.company, &router.id)?;
        for mut key in storage.api_keys().open(&router.id)? {
            key.revoke(start()).unwrap();
            storage.api_keys().record_revocation(&key)?;
        }
        Ok(())
    })
    .await;
    revoked.unwrap();
}

/// Two pools play two server processes. A call that began after the revocation was answered is never admitted, and the
/// count is that of the admissions.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_racing_admissions_is_the_last_word() {
    let store = shop(4).await;
    let gates = [Arc::clone(&store.gate), Arc::new(PgGate::new(PgExecutor::new(store.database.url(), 4)))];
    let answered = Arc::new(AtomicBool::new(false));
    let calls: Vec<_> = (0..200)
        .map(|call: usize| {
            let (gate, answered) = (Arc::clone(&gates[call % 2]), Arc::clone(&answered));
            tokio::spawn(async move {
                let began_after = answered.load(SeqCst);
                match gate.admit(presented(&a_key().build()), start()).await {
                    Ok(_) => {
                        assert!(!began_after, "admitted after the revocation was answered");
                        1
                    }
                    Err(GateError::Refused(Refusal::Revoked)) => 0,
                    other => panic!("{other:?}"),
                }
            })
        })
        .collect();
    revoke(&store).await;
    answered.store(true, SeqCst);
    for gate in &gates {
        let late = gate.admit(presented(&a_key().build()), start()).await;
        assert!(matches!(late, Err(GateError::Refused(Refusal::Revoked))), "{late:?}");
    }
    let mut admitted = 0;
    for call in calls {
        admitted += call.await.unwrap();
    }
    assert_eq!(number(&store.database, USE_COUNT), admitted);
}

/// The call has found the key open and waits for the row; what it then acts on is the row as the revocation left it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waited_for_a_revocation_is_refused() {
    let store = shop(2).await;
    store.database.statement("BEGIN; UPDATE api_keys SET revoked_at = now()");
    let gate = Arc::clone(&store.gate);
    let call = tokio::spawn(async move { gate.admit(presented(&a_key().build()), start()).await });
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
    while number(&store.database, waiting) == 0 {
        tokio::task::yield_now().await;
    }
    store.database.statement("COMMIT");
    let answer = call.await.unwrap();
    assert!(matches!(answer, Err(GateError::Refused(Refusal::Revoked))), "{answer:?}");
    assert_eq!(number(&store.database, USE_COUNT), 0);
}

/// Use cases hold a router while they change it. Its portal goes on meanwhile, and so do its readers.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_router_is_read_and_admits() {
    let store = shop(2).await;
    store.database.statement("BEGIN; SELECT FROM companies FOR NO KEY UPDATE; SELECT FROM routers FOR NO KEY UPDATE");
    assert!(store.gate.admit(presented(&a_key().build()), start()).await.is_ok());
    let router = a_router().build();
    let found = transact(&*store.storage, move |storage| storage.routers().find(&router.company, &router.id)).await;
    assert_eq!(found.unwrap(), Some(a_router().build()));
    store.database.statement("ROLLBACK");
}
