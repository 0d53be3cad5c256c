//! Calls that wait at a gate, and a record of what the gate then did.

use std::{
    future::{Future, poll_fn, ready},
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use portero_adapters::postgres::testing::TestDatabase;
use portero_domain::ports::{Admission, Gate, GateError, PresentedKey, Refusal, StorageError, Stored, transact};
use portero_testkit::builders::{a_key, a_router, fingerprint_of, start};

use crate::fixture::{Fixture, eventually, held_up, number, presented, shop};

pub(crate) type Answer = Result<Admission, GateError>;

/// A call to the gate that has begun.
pub(crate) struct Call(Pin<Box<dyn Future<Output = Answer> + Send>>);

impl Call {
    /// Begins a call. It stands in the queue when this returns, unless it was answered at once.
    pub(crate) async fn begin(gate: &Arc<dyn Gate>, key: PresentedKey) -> Result<Self, Answer> {
        let gate = Arc::clone(gate);
        let mut call: Pin<Box<dyn Future<Output = Answer> + Send>> =
            Box::pin(async move { gate.admit(key, start()).await });
        match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            Poll::Pending => Ok(Self(call)),
            Poll::Ready(answer) => Err(answer),
        }
    }

    pub(crate) async fn answer(self) -> Answer {
        self.0.await
    }
}

/// Begins a call for each key. All of them stand in the queue when this returns, or are answered by then.
pub(crate) async fn begin_all(gate: &Arc<dyn Gate>, keys: impl IntoIterator<Item = PresentedKey>) -> Vec<Call> {
    let mut calls = Vec::new();
    for key in keys {
        match Call::begin(gate, key).await {
            Ok(call) => calls.push(call),
            Err(answer) => calls.push(Call(Box::pin(ready(answer)))),
        }
    }
    calls
}

/// One call from beginning to end.
pub(crate) async fn admit(gate: &Arc<dyn Gate>, key: PresentedKey) -> Answer {
    gate.admit(key, start()).await
}

/// What was refused, and nothing else.
pub(crate) fn refusal(answer: Answer) -> Option<Refusal> {
    match answer {
        Ok(_) => None,
        Err(GateError::Refused(refusal)) => Some(refusal),
        Err(GateError::Storage(error)) => panic!("the gate has no answer: {error:?}"),
    }
}

#[track_caller]
pub(crate) fn is_unavailable(answer: &Answer) {
    assert!(matches!(answer, Err(GateError::Storage(StorageError::Unavailable(_)))), "{answer:?}");
}

/// A shop with a key more, of a router more, and with a record of every statement that counts.
pub(crate) async fn watched_shop() -> Fixture {
    let store = shop(4).await;
    let stocked: Stored<()> = transact(&*store.storage, |storage| {
        storage.routers().insert(&a_router().id("RTR_00000002").build())?.unwrap();
        let other = a_key().id("key_other").of(&a_router().id("RTR_00000002").build()).build();
        storage.api_keys().insert(&other, fingerprint_of(other.id()))
    })
    .await;
    stocked.unwrap();
    store.database.statement(
        "CREATE TABLE counting (seq bigint GENERATED ALWAYS AS IDENTITY, keys bigint, uses bigint);
         CREATE FUNCTION note_counting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO counting (keys, uses) SELECT count(*), sum(later.use_count - earlier.use_count)
             FROM later JOIN earlier USING (id) WHERE later.use_count > earlier.use_count HAVING count(*) > 0;
             RETURN NULL;
         END $$;
         CREATE TRIGGER note_counting AFTER UPDATE ON api_keys REFERENCING OLD TABLE AS earlier NEW TABLE AS later
             FOR EACH STATEMENT EXECUTE FUNCTION note_counting()",
    );
    store
}

/// The key of the shop.
pub(crate) fn the_key() -> PresentedKey {
    presented(&a_key().build())
}

/// A second key of the watched shop.
pub(crate) fn the_other_key() -> PresentedKey {
    presented(&a_key().id("key_other").of(&a_router().id("RTR_00000002").build()).build())
}

/// Holds the key's record until `COMMIT` or `ROLLBACK`.
pub(crate) fn hold(database: &TestDatabase, key: &PresentedKey) {
    database.statement(&format!("BEGIN; SELECT FROM api_keys WHERE id = '{}' FOR UPDATE", key.id));
}

/// Locks the key's row and lets a request for it wait on the gate's connection, so that every later request waits.
/// Returns that request.
pub(crate) async fn occupied(store: &Fixture, key: &PresentedKey) -> Call {
    hold(&store.database, key);
    let Ok(call) = Call::begin(&store.gate, key.clone()).await else { panic!("answered before its record was free") };
    eventually("the gate waits", || held_up(&store.database) == 1).await;
    call
}

/// How many statements have counted.
pub(crate) fn statements(store: &Fixture) -> i64 {
    number(&store.database, "SELECT count(*) FROM counting")
}

/// How many uses they have counted, of keys that are gone by now too.
pub(crate) fn counted(store: &Fixture) -> i64 {
    number(&store.database, "SELECT coalesce(sum(uses), 0)::bigint FROM counting")
}

/// The key's own count.
pub(crate) fn count_of(store: &Fixture, key: &PresentedKey) -> i64 {
    number(&store.database, &format!("SELECT use_count FROM api_keys WHERE id = '{}'", key.id))
}
