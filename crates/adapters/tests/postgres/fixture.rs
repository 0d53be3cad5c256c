//! What the tests of this crate share.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::statements;
use portero_adapters::{PgExecutor, PgGate, PgUnitOfWork, postgres::testing::TestDatabase};
use portero_domain::{
    api_key::ApiKey,
    ports::{Gate, PresentedKey, StorageError, Stored, transact},
};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of};

/// A store of its own.
pub(crate) struct Fixture {
    pub(crate) storage: Arc<PgUnitOfWork>,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) database: TestDatabase,
}

/// A fresh store on a pool of this size, with its gate.
pub(crate) fn store(pool_size: u32) -> Fixture {
    let database = TestDatabase::new();
    statements::watch();
    let executor = PgExecutor::new(database.url(), pool_size);
    let gate = a_gate(database.url());
    Fixture { storage: Arc::new(PgUnitOfWork::new(executor)), gate, database }
}

/// A gate as every process has one of its own.
pub(crate) fn a_gate(url: &str) -> Arc<dyn Gate> {
    Arc::new(PgGate::new(url).unwrap())
}

/// A store with one company, its router and that router's key.
pub(crate) async fn shop(pool_size: u32) -> Fixture {
    let store = store(pool_size);
    let stocked: Stored<()> = transact(&*store.storage, |storage| {
        storage.companies().insert(&a_company().build())?.unwrap();
        storage.routers().insert(&a_router().build())?.unwrap();
        storage.api_keys().insert(&a_key().build(), fingerprint_of(a_key().build().id()))
    })
    .await;
    stocked.unwrap();
    store
}

/// The key of the shop as its bearer presents it.
pub(crate) fn presented(key: &ApiKey) -> PresentedKey {
    let parts = key.parts().clone();
    PresentedKey { fingerprint: fingerprint_of(&parts.id), id: parts.id, router: parts.router, company: parts.company }
}

/// One number that SQL answers.
pub(crate) fn number(database: &TestDatabase, query: &str) -> i64 {
    database.value(query).unwrap().parse().unwrap()
}

/// Asks something small of the store, through its own pool.
pub(crate) async fn is_answered(store: &Fixture) -> Stored<u64> {
    transact(&*store.storage, |storage| Ok::<_, StorageError>(storage.companies().system_stats()?.companies)).await
}

/// Waits until it is so, for as long as a loaded machine may need.
pub(crate) async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never came: {what}");
        tokio::task::yield_now().await;
    }
}

/// How many sessions wait for what the test's own connection holds, be it behind one another.
pub(crate) fn held_up(database: &TestDatabase) -> i64 {
    number(
        database,
        "WITH RECURSIVE held (pid) AS (SELECT pg_backend_pid() UNION SELECT waiting.pid FROM held JOIN pg_locks AS waiting \
         ON NOT waiting.granted AND held.pid = ANY (pg_blocking_pids(waiting.pid))) SELECT count(*) - 1 FROM held",
    )
}

/// What came of it and how long that took, in milliseconds.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let begun = Instant::now();
    let answer = work.await;
    (answer, begun.elapsed().as_millis())
}
