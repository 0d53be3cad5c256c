//! The executor under load, and with a PostgreSQL that fails it.

use std::{
    collections::HashSet,
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
};

use portero_adapters::{PgExecutor, PgUnitOfWork};
use portero_domain::{
    filter::ProductFilter,
    page::Page,
    ports::{StorageError, UnitOfWork, transact},
};
use portero_testkit::builders::a_company;

use crate::fixture::{Fixture, is_answered, number, store, timed};

/// The longest that any call may take, in milliseconds: the limit of 2.5 s, and what a loaded machine adds.
const LIMIT: u128 = 2_900;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_is_served_by_as_many_threads_as_connections() {
    let store = store(2);
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let threads = Arc::new(Mutex::new(HashSet::new()));
    let calls: Vec<_> = (0..300)
        .map(|_| {
            let storage = Arc::clone(&store.storage);
            let (running, most, threads) = (Arc::clone(&running), Arc::clone(&most), Arc::clone(&threads));
            tokio::spawn(async move {
                transact(&*storage, move |storage| {
                    most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                    threads.lock().unwrap().insert(thread::current().id());
                    let answer = storage.companies().list(Page::default());
                    running.fetch_sub(1, SeqCst);
                    answer
                })
                .await
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!((1..=2).contains(&most.load(SeqCst)), "{most:?} at once");
    // One that has just ended may not be idle yet when the next begins, so a few more than two are fair.
    let threads = threads.lock().unwrap().len();
    assert!(threads <= 30, "{threads} threads for 300 calls");
}

/// Occupies the store's only connection until what this answers is dropped.
async fn occupied(store: &Fixture) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (tell, told) = tokio::sync::oneshot::channel();
    let storage = Arc::clone(&store.storage);
    tokio::spawn(async move {
        transact(&*storage, move |_| {
            tell.send(()).unwrap();
            released.recv().unwrap_err();
            Ok::<_, StorageError>(())
        })
        .await
    });
    told.await.unwrap();
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_all_out_is_busy_within_the_patience() {
    let store = store(1);
    let release = occupied(&store).await;
    let (answer, took) = timed(is_answered(&store)).await;
    assert!(matches!(answer, Err(StorageError::Busy)), "{answer:?}");
    assert!((900..1_500).contains(&took), "{took} ms");
    drop(release);
    assert_eq!(is_answered(&store).await.unwrap(), 0);
}

/// Neither its permit nor its connection is lost, and its transaction is undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_the_work_leaves_the_pool_usable() {
    let store = store(1);
    for _ in 0..3 {
        let answer: Result<(), StorageError> = transact(&*store.storage, |storage| {
            storage.companies().insert(&a_company().build())?.unwrap();
            panic!("a bug, for this test");
        })
        .await;
        assert!(matches!(answer, Err(StorageError::Failed(_))), "{answer:?}");
    }
    assert_eq!(is_answered(&store).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_cut_are_replaced() {
    let store = store(3);
    assert_eq!(is_answered(&store).await.unwrap(), 0);
    store.database.cut_connections();
    let mut failures = 0;
    while let Err(error) = is_answered(&store).await {
        assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
        failures += 1;
        assert!(failures <= 3, "one failure a connection is the most");
    }
    for _ in 0..10 {
        assert_eq!(is_answered(&store).await.unwrap(), 0);
    }
}

/// A connection that ends between two statements: the first is rolled back, and the caller gets an error.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_loses_its_connection_leaves_no_trace() {
    let store = Arc::new(store(2));
    let cutter = Arc::clone(&store);
    let answer: Result<(), StorageError> = transact(&*store.storage, move |storage| {
        storage.companies().insert(&a_company().build())?.unwrap();
        cutter.database.cut_connections();
        Ok(())
    })
    .await;
    assert!(matches!(answer, Err(StorageError::Unavailable(_))), "{answer:?}");
    assert_eq!(number(&store.database, "SELECT count(*) FROM companies"), 0);
}

/// The caller hears in time, and what ends too late is rolled back: "nothing was done" is no lie.
#[tokio::test(flavor = "multi_thread")]
async fn work_that_ends_too_late_is_undone() {
    let store = store(1);
    store.database.statement("BEGIN; LOCK TABLE products");
    let (answer, took) = timed(transact(&*store.storage, |storage| {
        storage.companies().insert(&a_company().build())?.unwrap();
        storage.products().list(&a_company().build().id, &ProductFilter::default(), Page::default())
    }))
    .await;
    assert!(matches!(answer, Err(StorageError::Unavailable(_))), "{answer:?}");
    assert!((2_400..LIMIT).contains(&took), "{took} ms");
    store.database.statement("COMMIT");
    // The pool's only connection: when this is answered, the late work has ended.
    assert_eq!(is_answered(&store).await.unwrap(), 0);
}

/// A database that refuses at once and one that is silent: the caller gets an error in time.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [1, silent.local_addr().unwrap().port()] {
        let storage = PgUnitOfWork::new(PgExecutor::new(&format!("postgres://nobody@127.0.0.1:{port}/nothing"), 2));
        let calls: Vec<_> = (0..4)
            .map(|_| {
                let storage = storage.clone();
                tokio::spawn(async move { timed(storage.ping()).await })
            })
            .collect();
        for call in calls {
            let (answer, took) = call.await.unwrap();
            assert!(matches!(answer, Err(StorageError::Unavailable(_) | StorageError::Busy)), "{answer:?}");
            assert!(took < LIMIT, "{took} ms");
        }
    }
}
