//! Calls that wait together are admitted by one statement, each as if it were alone.

use std::sync::Arc;

use portero_domain::{
    api_key::ApiKey,
    ports::{PresentedKey, Refusal, Stored, transact},
    secret::Fingerprint,
};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of, key_id, router_id, start};

use crate::{
    fixture::{Fixture, a_gate, number, presented},
    waiting::{
        admit, begin_all, count_of, counted, occupied, refusal, statements, the_key, the_other_key, watched_shop,
    },
};

/// Adds a router with a key, of a company more where there is one.
async fn keep(store: &Fixture, router: &str, key: ApiKey) {
    let router = a_router().id(router).of(&key.parts().company).build();
    let stocked: Stored<()> = transact(&*store.storage, move |storage| {
        storage.routers().insert(&router)?.unwrap();
        storage.api_keys().insert(&key, fingerprint_of(key.id()))
    })
    .await;
    stocked.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_wait_together_are_counted_by_one_statement() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..400).map(|_| the_key())).await;
    store.database.statement("COMMIT");
    for call in [first].into_iter().chain(waiting) {
        assert_eq!(refusal(call.answer().await), None);
    }
    assert_eq!((statements(&store), counted(&store)), (2, 401));
    assert_eq!(count_of(&store, &the_key()), 401);
}

/// Good and bad keys lie mixed in one batch, the good ones too often in it to be counted one by one.
#[tokio::test(flavor = "multi_thread")]
async fn everyone_in_a_batch_gets_their_own_answer() {
    let store = watched_shop().await;
    let off = a_company().id("EMP_0000000FFF").inactive().build();
    let of_off = a_router().id("RTR_000000C0").of(&off.id).build();
    let (revoked, expired, company_off) = (
        a_key().id("key_revoked").of(&a_router().id("RTR_000000A0").build()).revoked_at(start()).build(),
        a_key().id("key_expired").of(&a_router().id("RTR_000000B0").build()).expires_at(start()).build(),
        a_key().id("key_company").of(&of_off).build(),
    );
    transact(&*store.storage, move |storage| storage.companies().insert(&off)).await.unwrap().unwrap();
    for (router, key) in [("RTR_000000A0", &revoked), ("RTR_000000B0", &expired), ("RTR_000000C0", &company_off)] {
        keep(&store, router, key.clone()).await;
    }
    let good = the_other_key();
    let kinds: [(PresentedKey, Option<Refusal>); 8] = [
        (good.clone(), None),
        (presented(&revoked), Some(Refusal::Revoked)),
        (PresentedKey { fingerprint: Fingerprint::new([7; 32]), ..good.clone() }, Some(Refusal::Unknown)),
        (the_key(), None),
        (presented(&company_off), Some(Refusal::CompanyInactive)),
        (PresentedKey { router: router_id("RTR_000000A0"), ..good.clone() }, Some(Refusal::Unknown)),
        (PresentedKey { id: key_id("key_unknown"), ..good.clone() }, Some(Refusal::Unknown)),
        (presented(&expired), Some(Refusal::Expired)),
    ];
    let first = occupied(&store, &the_key()).await;
    // Five is no divisor of eight: every kind comes fifty times, in no simple order.
    let order: Vec<_> = (0..400).map(|call| &kinds[call * 5 % kinds.len()]).collect();
    let waiting = begin_all(&store.gate, order.iter().map(|(key, _)| key.clone())).await;
    store.database.statement("COMMIT");
    assert_eq!(refusal(first.answer().await), None);
    for (place, (call, (key, expected))) in waiting.into_iter().zip(order).enumerate() {
        let answer = call.answer().await;
        if let Ok(admission) = &answer {
            assert_eq!((&admission.key, &admission.router.id), (&key.id, &key.router), "in place {place}");
        }
        assert_eq!(refusal(answer), *expected, "in place {place}");
    }
    assert_eq!(statements(&store), 2);
    assert_eq!((count_of(&store, &good), count_of(&store, &the_key())), (50, 51));
    assert_eq!(counted(&store), 101);
}

/// The statement that is held began when the company was on. A call that comes when it is off must not share its view,
/// though it is answered after it came.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_joins_no_statement_that_began_before_it_came() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    transact(&*store.storage, |storage| storage.companies().update(&a_company().inactive().build())).await.unwrap();
    let late = begin_all(&store.gate, [the_key(), the_key(), the_other_key()]).await;
    store.database.statement("COMMIT");
    assert_eq!(refusal(first.answer().await), None);
    for call in late {
        assert_eq!(refusal(call.answer().await), Some(Refusal::CompanyInactive));
    }
    assert_eq!(counted(&store), 1);
}

/// What is held acts on the newest version of the record, and so does who came later.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_waited_for_a_revocation_is_refused_and_so_is_the_next() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..50).flat_map(|_| [the_key(), the_other_key()])).await;
    store.database.statement("UPDATE api_keys SET revoked_at = now() WHERE id <> 'key_other'; COMMIT");
    let late = begin_all(&store.gate, [the_key()]).await;
    for call in [first].into_iter().chain(late) {
        assert_eq!(refusal(call.answer().await), Some(Refusal::Revoked));
    }
    for (place, call) in waiting.into_iter().enumerate() {
        let expected = if place % 2 == 0 { Some(Refusal::Revoked) } else { None };
        assert_eq!(refusal(call.answer().await), expected);
    }
    assert_eq!((count_of(&store, &the_key()), count_of(&store, &the_other_key())), (0, 50));
}

/// A request is rejected for a change that was committed before it, and admitted as soon as that change is undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_company_switched_on_again_is_admitted_at_once() {
    let store = watched_shop().await;
    for round in 0..10 {
        for active in [false, true] {
            let company = if active { a_company() } else { a_company().inactive() }.build();
            transact(&*store.storage, move |storage| storage.companies().update(&company)).await.unwrap();
            let calls = begin_all(&store.gate, (0..9).map(|_| the_key())).await;
            for call in calls {
                assert_eq!(refusal(call.answer().await).is_none(), active, "in round {round}");
            }
        }
    }
    assert_eq!(count_of(&store, &the_key()), 90);
}

/// Two gates, as two processes have them, each with many callers for many keys, every time in another order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gates_and_many_keys_never_wait_for_each_other() {
    const KEYS: u64 = 40;
    const CALLERS: u64 = 128;
    const ROUNDS: u64 = 25;
    let store = watched_shop().await;
    let mut keys = Vec::new();
    for number in 0..KEYS {
        let router = format!("RTR_F{number:07}");
        let key = a_key().id(&format!("key_{number}")).of(&a_router().id(&router).build()).build();
        keep(&store, &router, key.clone()).await;
        keys.push(presented(&key));
    }
    let keys = Arc::new(keys);
    let gates = [a_gate(store.database.url()), a_gate(store.database.url())];
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (gate, keys) = (Arc::clone(&gates[usize::try_from(caller % 2).unwrap()]), Arc::clone(&keys));
            tokio::spawn(async move {
                let mut chance = caller;
                for _ in 0..ROUNDS {
                    chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let key = keys[usize::try_from((chance >> 33) % KEYS).unwrap()].clone();
                    // A deadlock is an error of one of its batches.
                    assert_eq!(refusal(admit(&gate, key).await), None);
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let calls = i64::try_from(CALLERS * ROUNDS).unwrap();
    assert_eq!(number(&store.database, "SELECT sum(use_count)::bigint FROM api_keys"), calls);
    let largest = number(&store.database, "SELECT max(keys) FROM counting");
    assert!(largest > 10, "batches of {largest} keys at most prove little");
}
