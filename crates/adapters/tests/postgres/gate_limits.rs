//! How much the gate that admits in groups takes on, and for whom it works.

use portero_adapters::JwtApiKeyTokens;
use portero_domain::ports::{ApiKeyTokens, GateError, StorageError, TokenRefusal};
use portero_testkit::builders::{a_key, start};

use crate::{
    fixture::{Fixture, a_gate, eventually, timed},
    proxy::{Network, Proxy},
    waiting::{
        Call, admit, begin_all, count_of, counted, occupied, refusal, statements, the_key, the_other_key, watched_shop,
    },
};

/// Ten thousand requests at once cannot be served. Some wait, the others fail at once, and each gets a response.
#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_full_turns_calls_away_at_once_and_answers_all_others() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let (mut waiting, mut turned_away) = (vec![first], 0);
    let ((), took) = timed(async {
        for _ in 0..10_000 {
            match Call::begin(&store.gate, the_other_key()).await {
                Ok(call) => waiting.push(call),
                Err(Err(GateError::Storage(StorageError::Busy))) => turned_away += 1,
                Err(answer) => panic!("{answer:?}"),
            }
        }
    })
    .await;
    assert!(took < 900, "{took} ms, and the gate must still be held up");
    assert!((4_000..9_000).contains(&turned_away), "{turned_away} turned away");
    store.database.statement("COMMIT");
    let calls = i64::try_from(waiting.len()).unwrap();
    for call in waiting {
        assert_eq!(refusal(call.answer().await), None);
    }
    assert_eq!(counted(&store), calls);
    assert!(statements(&store) < 20, "{}", statements(&store));
    assert_eq!(refusal(admit(&store.gate, the_other_key()).await), None, "there is room again");
}

/// Who comes first is answered first: each batch takes the oldest calls.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_overtaken_by_a_later_batch() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let mut waiting = begin_all(&store.gate, (0..3_000).map(|_| the_other_key())).await;
    let last = begin_all(&store.gate, [the_key()]).await;
    // The oldest give up, so the statements that count are those of the younger ones alone.
    waiting.drain(..1_000);
    store.database.statement("COMMIT");
    for call in last {
        assert_eq!(refusal(call.answer().await), None);
    }
    assert_eq!(counted(&store), 2_002, "those before the last are counted");
    for call in [first].into_iter().chain(waiting) {
        assert_eq!(refusal(call.answer().await), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gave_up_before_the_batch_began_is_not_counted() {
    let store = watched_shop().await;
    let first = occupied(&store, &the_key()).await;
    let mut waiting = begin_all(&store.gate, (0..100).map(|_| the_other_key())).await;
    waiting.truncate(40);
    store.database.statement("COMMIT");
    for call in [first].into_iter().chain(waiting) {
        assert_eq!(refusal(call.answer().await), None);
    }
    assert_eq!(count_of(&store, &the_other_key()), 40);
}

/// The batch begins when there is a connection, which may take longer than callers wait.
#[tokio::test(flavor = "multi_thread")]
async fn who_gave_up_while_the_gate_connected_is_not_counted() {
    let store = watched_shop().await;
    let proxy = Proxy::to(&store.database, Network::Nothing);
    let gate = a_gate(proxy.url());
    let calls = begin_all(&gate, (0..100).map(|_| the_key())).await;
    eventually("the gate connects", || proxy.connections() > 0).await;
    drop(calls);
    proxy.set(Network::Everything);
    assert_eq!(refusal(admit(&gate, the_key()).await), None);
    assert_eq!(refusal(admit(&gate, the_key()).await), None);
    assert_eq!(count_of(&store, &the_key()), 2);
}

/// A gate connects with the first call that it is asked to admit. Nothing that is no key of ours, or whose time is over, is
/// a call that it could be asked to admit: there is no `PresentedKey` of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_key_of_ours_costs_the_database_not_even_a_connection() {
    let store = watched_shop().await;
    let proxy = Proxy::to(&store.database, Network::Everything);
    let store = Fixture { gate: a_gate(proxy.url()), ..store };
    let tokens = JwtApiKeyTokens::new(&[1; 32]).unwrap();
    let strangers = JwtApiKeyTokens::new(&[2; 32]).unwrap();
    let (ours, theirs) = (tokens.sign(&a_key().build()).unwrap(), strangers.sign(&a_key().build()).unwrap());
    let over = a_key().build().parts().expires_at;
    for (presented, now, expected) in [
        (theirs.token.expose(), start(), TokenRefusal::Invalid),
        (&ours.token.expose()[4..], start(), TokenRefusal::Malformed),
        (ours.token.expose(), over, TokenRefusal::Expired),
    ] {
        for _ in 0..100 {
            match tokens.verify(presented, now) {
                Ok(key) => drop(store.gate.admit(key, now).await),
                Err(refusal) => assert_eq!(refusal, expected),
            }
        }
    }
    assert_eq!((proxy.connections(), counted(&store)), (0, 0));
    let good = tokens.verify(ours.token.expose(), start()).unwrap();
    assert!(store.gate.admit(good, start()).await.is_err(), "its fingerprint is on no record");
    assert_eq!(proxy.connections(), 1);
}
