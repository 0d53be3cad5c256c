//! What the store in memory can do beyond the contracts.

use portero_domain::ports::{
    Gate as _, GateError, PresentedKey, Storage, StorageError, Stored, UnitOfWork as _, transact,
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_key, a_router, fingerprint_of, start},
};

fn a_shop() -> InMemory {
    InMemory::new().with_company(a_company().build()).with_router(a_router().build())
}

fn two_writes(storage: &mut dyn Storage) -> Stored<()> {
    storage.routers().update(&a_router().inactive().build())?;
    storage.api_keys().insert(&a_key().build(), fingerprint_of(a_key().build().id()))
}

#[tokio::test]
async fn failing_at_every_point_leaves_no_trace() {
    let store = a_shop();
    let before = store.tables();
    for n in 1.. {
        store.fail_at(n);
        let answer = transact(&store, two_writes).await;
        if store.disarm() {
            assert!(answer.is_ok());
            assert_eq!(n, 5, "a beginning, two steps and a commit can fail");
            break;
        }
        assert!(matches!(answer, Err(StorageError::Failed(_))), "{n}: {answer:?}");
        assert_eq!(store.tables(), before, "{n}");
    }
    assert!(!store.tables().routers[0].active);
    assert_eq!(store.tables().keys.len(), 1);
}

#[tokio::test]
async fn work_that_goes_on_after_a_failure_is_not_committed() {
    let store = a_shop();
    let before = store.tables();
    store.fail_at(2);
    let answer: Stored<()> = transact(&store, |storage| {
        assert!(storage.routers().update(&a_router().inactive().build()).is_err());
        assert!(two_writes(storage).is_err(), "the failure was the only one asked for");
        Ok(())
    })
    .await;
    assert!(answer.is_err());
    assert_eq!(store.tables(), before);
}

#[tokio::test]
async fn the_next_call_fails_as_it_is_told_to_and_the_one_after_does_not() {
    let store = a_shop().with_key(a_key().build(), fingerprint_of(a_key().build().id()));
    store.fail_next(StorageError::Busy);
    let never_run: Stored<()> = transact(&store, |_| panic!("a busy store runs nothing")).await;
    assert!(matches!(never_run, Err(StorageError::Busy)));

    let parts = a_key().build().parts().clone();
    let fingerprint = fingerprint_of(&parts.id);
    let key = PresentedKey { id: parts.id, router: parts.router, company: parts.company, fingerprint };
    store.fail_next(StorageError::Busy);
    let refused = store.admit(key.clone(), start()).await;
    assert!(matches!(refused, Err(GateError::Storage(StorageError::Busy))));
    assert_eq!(store.tables().keys[0].key.parts().usage.count, 0);
    assert!(store.admit(key, start()).await.is_ok());

    store.fail_next(StorageError::Busy);
    assert!(store.ping().await.is_err());
    assert!(store.ping().await.is_ok());
}

#[tokio::test]
async fn work_that_panics_leaves_the_store_as_it_was() {
    let store = a_shop();
    let before = store.tables();
    let other = store.clone();
    let half_way = |storage: &mut dyn Storage| -> Stored<()> {
        two_writes(storage)?;
        panic!("half-way")
    };
    let task = tokio::spawn(async move { transact(&other, half_way).await });
    assert!(task.await.unwrap_err().is_panic());
    assert_eq!(store.tables(), before);
    assert!(transact(&store, two_writes).await.is_ok());
}

#[test]
#[should_panic(expected = "keeps its rules")]
fn what_breaks_a_rule_is_not_given_to_the_store() {
    let _ = InMemory::new().with_router(a_router().build());
}
