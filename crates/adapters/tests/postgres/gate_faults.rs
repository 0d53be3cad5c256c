//! The gate that admits in groups, when what it stands on fails.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use portero_domain::ports::{GateError, PresentedKey, StorageError};
use portero_testkit::builders::key_id;

use crate::{
    fixture::{Fixture, a_gate, eventually, timed},
    proxy::{Network, Proxy},
    statements,
    waiting::{
        admit, begin_all, count_of, counted, hold, is_unavailable, occupied, refusal, the_key, the_other_key,
        watched_shop,
    },
};

/// The longest that any call may take, in milliseconds: the limit of 2.5 s, and what a loaded machine adds.
const LIMIT: u128 = 2_900;

/// A shop whose gate reaches it through this network.
async fn behind(network: Network) -> (Fixture, Proxy) {
    let store = watched_shop().await;
    let proxy = Proxy::to(&store.database, network);
    (Fixture { gate: a_gate(proxy.url()), ..store }, proxy)
}

/// The statement is cut off before it is committed; those who waited behind it never notice.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_amid_a_batch_fails_that_batch_alone() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..100).map(|_| the_other_key())).await;
    store.database.cut_connections();
    is_unavailable(&first.answer().await);
    for call in waiting {
        assert_eq!(refusal(call.answer().await), None);
    }
    store.database.statement("COMMIT");
    assert_eq!((count_of(&store, &the_key()), count_of(&store, &the_other_key())), (0, 100));
    assert_eq!(refusal(admit(&store.gate, the_key()).await), None);
}

/// It was committed, and its answer never came. Asked again it would count twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_answer_was_lost_is_not_counted_twice() {
    let (store, proxy) = behind(Network::Everything).await;
    let lost = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..50).map(|_| the_key())).await;
    proxy.set(Network::QuestionsOnly);
    store.database.statement("COMMIT");
    eventually("it is counted", || counted(&store) == 1).await;
    proxy.cut();
    is_unavailable(&lost.answer().await);
    for call in waiting {
        assert_eq!(refusal(call.answer().await), None);
    }
    assert_eq!(count_of(&store, &the_key()), 51);
}

/// A PostgreSQL that takes connections and says nothing, and later does.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_database_is_told_in_time_and_found_again() {
    let (store, proxy) = behind(Network::Nothing).await;
    let calls = begin_all(&store.gate, (0..1_000).map(|_| the_key())).await;
    let ((), took) = timed(async {
        for call in calls {
            is_unavailable(&call.answer().await);
        }
    })
    .await;
    assert!(took < LIMIT, "{took} ms");
    proxy.cut();
    let mut failures = 0;
    while let Err(error) = admit(&store.gate, the_key()).await {
        assert!(matches!(error, GateError::Storage(StorageError::Unavailable(_))), "{error:?}");
        failures += 1;
        assert!(failures <= 2, "one attempt at connecting is the most");
    }
    assert_eq!(count_of(&store, &the_key()), 1);
}

/// As above, but amid its work.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_freezes_is_told_in_time_and_goes_on() {
    let (store, proxy) = behind(Network::Everything).await;
    assert_eq!(refusal(admit(&store.gate, the_key()).await), None);
    proxy.set(Network::Nothing);
    for _ in 0..2 {
        let calls = begin_all(&store.gate, (0..100).map(|_| the_key())).await;
        let ((), took) = timed(async {
            for call in calls {
                is_unavailable(&call.answer().await);
            }
        })
        .await;
        assert!(took < LIMIT, "{took} ms");
    }
    proxy.set(Network::Everything);
    let (answer, took) = timed(admit(&store.gate, the_key())).await;
    assert_eq!(refusal(answer), None);
    assert!(took < 1_000, "{took} ms");
    // Of those who heard nothing, only the batch that was under way is counted.
    assert!(count_of(&store, &the_key()) <= 102, "{}", count_of(&store, &the_key()));
}

/// A row that stays locked fails its batch by PostgreSQL's own limit, in time for the requests behind it. Nothing of
/// that batch is counted.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_held_for_long_fails_its_batch_alone_and_as_unavailable() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..20).flat_map(|_| [the_key(), the_other_key()])).await;
    let ((), took) = timed(async {
        for call in [first].into_iter().chain(waiting) {
            is_unavailable(&call.answer().await);
        }
    })
    .await;
    assert!((900..LIMIT).contains(&took), "{took} ms");
    assert_eq!(refusal(admit(&store.gate, the_other_key()).await), None);
    store.database.statement("COMMIT");
    assert_eq!(refusal(admit(&store.gate, the_key()).await), None);
    assert_eq!((count_of(&store, &the_key()), count_of(&store, &the_other_key())), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_call_for_a_record_held_for_long_is_unavailable() {
    let store = watched_shop().await;
    hold(&store.database, &the_key());
    let (answer, took) = timed(admit(&store.gate, the_key())).await;
    is_unavailable(&answer);
    assert!((900..LIMIT).contains(&took), "{took} ms");
}

/// A router whose record breaks a rule of the domain concerns its own callers: the others were counted and must hear so.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_record_fails_its_own_calls_alone() {
    let store = watched_shop().await;
    store.database.statement("UPDATE routers SET name = E'\\u0007' WHERE id = 'RTR_00000002'");
    let first = occupied(&store, &the_key()).await;
    let waiting = begin_all(&store.gate, (0..10).flat_map(|_| [the_key(), the_other_key()])).await;
    store.database.statement("COMMIT");
    assert_eq!(refusal(first.answer().await), None);
    for (place, call) in waiting.into_iter().enumerate() {
        let answer = call.answer().await;
        if place % 2 == 0 {
            assert_eq!(refusal(answer), None);
        } else {
            assert!(matches!(answer, Err(GateError::Storage(StorageError::Failed(_)))), "{answer:?}");
        }
    }
}

/// The good keys of a batch are counted before anyone asks why the others are not: what then fails is not theirs.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_counted_is_admitted_although_the_refusals_fail() {
    let store = watched_shop().await;
    // The session that counts the other key loses sight of the schema with that commit.
    store.database.statement(
        "CREATE FUNCTION lose_sight() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             PERFORM set_config('search_path', 'pg_catalog', false); RETURN NULL;
         END $$;
         CREATE CONSTRAINT TRIGGER lose_sight AFTER UPDATE ON api_keys DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW WHEN (NEW.id = 'key_other') EXECUTE FUNCTION lose_sight()",
    );
    let first = occupied(&store, &the_key()).await;
    let unknown = PresentedKey { id: key_id("key_unknown"), ..the_other_key() };
    let waiting = begin_all(&store.gate, (0..10).flat_map(|_| [the_other_key(), unknown.clone()])).await;
    store.database.statement("COMMIT");
    assert_eq!(refusal(first.answer().await), None);
    for (place, call) in waiting.into_iter().enumerate() {
        let answer = call.answer().await;
        if place % 2 == 0 {
            assert_eq!(refusal(answer), None);
        } else {
            assert!(matches!(answer, Err(GateError::Storage(StorageError::Failed(_)))), "{answer:?}");
        }
    }
    assert_eq!(count_of(&store, &the_other_key()), 10);
    assert_eq!(refusal(admit(&store.gate, the_key()).await), None, "a session that failed is not kept");
}

/// Whether the next statement about `key_bug` panics.
static PANIC: AtomicBool = AtomicBool::new(false);

fn panic_when_told(event: &InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event
        && PANIC.load(SeqCst)
        && query.to_string().contains("key_bug")
        && PANIC.swap(false, SeqCst)
    {
        panic!("a bug, for this test");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_fails_its_own_call_alone() {
    let store = watched_shop().await;
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            statements::check(&event);
            panic_when_told(&event);
        }))
    })
    .unwrap();
    for _ in 0..5 {
        PANIC.store(true, SeqCst);
        let answer = admit(&store.gate, PresentedKey { id: key_id("key_bug"), ..the_key() }).await;
        assert!(matches!(answer, Err(GateError::Storage(StorageError::Failed(_)))), "{answer:?}");
        assert_eq!(refusal(admit(&store.gate, the_key()).await), None);
    }
    assert_eq!(count_of(&store, &the_key()), 5);
}
