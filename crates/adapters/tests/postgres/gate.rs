//! The gate against rivals, on PostgreSQL. Its contract runs with the other contracts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering::SeqCst},
};

use portero_domain::ports::{GateError, Refusal, Storage, Stored, transact};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of, start};

use crate::{
    fixture::{a_gate, eventually, held_up, shop},
    waiting::{admit, count_of, counted, refusal, the_key, watched_shop},
};

/// How many callers, half of them at each gate.
const CALLERS: usize = 300;

/// How many admissions there are before the end comes.
const MIDDLE: i64 = 1_000;

type End = fn(&mut dyn Storage) -> Stored<()>;

fn revoke(storage: &mut dyn Storage) -> Stored<()> {
    let router = a_router().build();
    storage.routers().lock(&router.company, &router.id)?;
    for mut key in storage.api_keys().open(&router.company, &router.id)? {
        key.revoke(start()).unwrap();
        storage.api_keys().record_revocation(&key)?;
    }
    Ok(())
}

fn regenerate(storage: &mut dyn Storage) -> Stored<()> {
    revoke(storage)?;
    let key = a_key().id("key_new").build();
    storage.api_keys().insert(&key, fingerprint_of(key.id()))
}

fn delete(storage: &mut dyn Storage) -> Stored<()> {
    let router = a_router().build();
    storage.routers().lock(&router.company, &router.id)?;
    storage.routers().remove(&router)
}

fn switch_off(storage: &mut dyn Storage) -> Stored<()> {
    let company = a_company().build();
    storage.companies().lock(&company.id)?;
    storage.companies().update(&a_company().inactive().build())
}

/// Hundreds of callers at two gates, as two processes have them, call and call until they are refused. None that began after
/// the end was answered is admitted, and what was counted are the admissions.
async fn is_the_last_word(end: End, expected: Refusal) {
    let store = watched_shop().await;
    let gates = [a_gate(store.database.url()), a_gate(store.database.url())];
    let (answered, admitted) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let gate = Arc::clone(&gates[caller % 2]);
            let (answered, admitted) = (Arc::clone(&answered), Arc::clone(&admitted));
            tokio::spawn(async move {
                loop {
                    let began_after = answered.load(SeqCst);
                    match admit(&gate, the_key()).await {
                        Ok(_) => {
                            assert!(!began_after, "admitted after the end was answered");
                            admitted.fetch_add(1, SeqCst);
                        }
                        Err(GateError::Refused(refusal)) => return refusal,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            })
        })
        .collect();
    eventually("calls are admitted", || admitted.load(SeqCst) >= MIDDLE).await;
    transact(&*store.storage, end).await.unwrap();
    answered.store(true, SeqCst);
    for gate in &gates {
        assert_eq!(refusal(admit(gate, the_key()).await), Some(expected));
    }
    for caller in callers {
        assert_eq!(caller.await.unwrap(), expected);
    }
    assert_eq!(counted(&store), admitted.load(SeqCst));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_amid_hundreds_of_callers_is_the_last_word() {
    is_the_last_word(revoke, Refusal::Revoked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_regeneration_amid_hundreds_of_callers_is_the_last_word() {
    is_the_last_word(regenerate, Refusal::Revoked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_deletion_amid_hundreds_of_callers_is_the_last_word() {
    is_the_last_word(delete, Refusal::Unknown).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_company_switched_off_amid_hundreds_of_callers_stays_out() {
    is_the_last_word(switch_off, Refusal::CompanyInactive).await;
}

/// The call has found the key open and waits for the row; what it then acts on is the row as the revocation left it.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_waited_for_a_revocation_is_refused() {
    let store = shop(2).await;
    store.database.statement("BEGIN; UPDATE api_keys SET revoked_at = now()");
    let gate = Arc::clone(&store.gate);
    let call = tokio::spawn(async move { admit(&gate, the_key()).await });
    eventually("the call waits", || held_up(&store.database) == 1).await;
    store.database.statement("COMMIT");
    assert_eq!(refusal(call.await.unwrap()), Some(Refusal::Revoked));
    assert_eq!(count_of(&store, &the_key()), 0);
}

/// Use cases hold a router while they change it. Its portal goes on meanwhile, and so do its readers.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_router_is_read_and_admits() {
    let store = shop(2).await;
    let lock = "BEGIN; SELECT FROM companies FOR NO KEY UPDATE; SELECT FROM routers FOR NO KEY UPDATE";
    store.database.statement(lock);
    assert_eq!(refusal(admit(&store.gate, the_key()).await), None);
    let router = a_router().build();
    let found = transact(&*store.storage, move |storage| storage.routers().find(&router.company, &router.id)).await;
    assert_eq!(found.unwrap(), Some(a_router().build()));
    store.database.statement("ROLLBACK");
}
