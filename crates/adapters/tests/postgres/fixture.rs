//! What the tests of this crate share.

use std::{future::Future, sync::Arc, time::Instant};

use portero_adapters::{PgExecutor, PgGate, PgUnitOfWork, postgres::testing::TestDatabase};
use portero_domain::{
    api_key::ApiKey,
    ports::{PresentedKey, StorageError, Stored, transact},
};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of};

/// A store of its own.
pub(crate) struct Fixture {
    pub(crate) storage: Arc<PgUnitOfWork>,
    pub(crate) gate: Arc<PgGate>,
    pub(crate) database: TestDatabase,
}

/// A fresh store on a pool of this size.
pub(crate) fn store(pool_size: u32) -> Fixture {
    let database = TestDatabase::new();
    let executor = PgExecutor::new(database.url(), pool_size);
    Fixture { storage: Arc::new(PgUnitOfWork::new(executor.clone())), gate: Arc::new(PgGate::new(executor)), database }
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

/// What came of it and how long that took, in milliseconds.
pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let begun = Instant::now();
    let answer = work.await;
    (answer, begun.elapsed().as_millis())
}
