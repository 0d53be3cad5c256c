//! Keys: regenerated, revoked, listed, looked after.

use std::{collections::BTreeSet, sync::Arc};

use portero_application::{
    api_keys::{ActiveKey, RegenerateApiKeyError, RegeneratedKey, RevokeApiKeyError, RouterKeyStatus},
    portal::AdmitPortalError,
};
use portero_domain::{
    Timestamp,
    api_key::{Advice, AlreadyRevoked, ApiKey},
    page::{Listing, Page},
    ports::Refusal,
    router::RouterInactive,
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_key, a_router, key_id, start},
};
use time::Duration;

use crate::support::{
    World, a_key_signer_that_fails, a_shop, another_companys_router, assert_is, page, row, signed, the_company,
    the_router, two_shops, with_key, wrong_owners,
};

fn days(days: i64) -> Duration {
    Duration::days(days)
}

/// A key that ends at this moment.
fn a_key_until(end: Timestamp) -> ApiKey {
    a_key().issued_at(end.plus(-days(365))).build()
}

#[tokio::test]
async fn the_new_key_replaces_the_old_one_at_once() {
    let world = World::over(with_key(two_shops(), a_key().build()));
    let mut expected = world.store.tables();
    let now = world.clock.advance(Duration::seconds(90) + Duration::microseconds(5));

    let regenerated = world.app.api_keys.regenerate.execute(the_company(), the_router()).await.unwrap();

    let key = a_key().id("key_0000000000000001").issued_at(start().plus(Duration::seconds(90))).build();
    let token = signed(&key).token;
    assert_eq!(regenerated, RegeneratedKey { key: key.clone(), token: token.clone(), replaced_active_key: true });
    expected.keys[0].key = a_key().revoked_at(now).build();
    expected.keys.push(row(key));
    assert_eq!(world.store.tables(), expected);

    let by_the_old_key = world.app.portal.admit.execute(signed(&a_key().build()).token.expose()).await;
    assert_is!(by_the_old_key, Err(AdmitPortalError::Refused(Refusal::Revoked)));
    assert_is!(world.app.portal.admit.execute(token.expose()).await, Ok(_));
}

#[tokio::test]
async fn only_a_key_that_was_still_good_counts_as_replaced() {
    let now = start().plus(days(1));
    let an_hour_ago = now.plus(-Duration::HOUR);
    let moment = Duration::MICROSECOND;
    for (what, old, replaced, revoked_at) in [
        ("a fresh key", Some(a_key().build()), true, Some(now)),
        ("a key in its last moment", Some(a_key().expires_at(now.plus(moment)).build()), true, Some(now)),
        ("a key that ends now", Some(a_key().expires_at(now).build()), false, Some(now)),
        ("a key that has expired", Some(a_key().expires_at(an_hour_ago).build()), false, Some(now)),
        ("a revoked key", Some(a_key().revoked_at(an_hour_ago).build()), false, Some(an_hour_ago)),
        ("no key at all", None, false, None),
    ] {
        let world = World::over(old.into_iter().fold(a_shop(), with_key));
        world.clock.set(now);
        let regenerated = world.app.api_keys.regenerate.execute(the_company(), the_router()).await.unwrap();
        assert_eq!(regenerated.replaced_active_key, replaced, "{what}");

        let keys = world.store.tables().keys;
        let (new, old) = keys.split_last().unwrap();
        assert_eq!(old.first().and_then(|row| row.key.parts().revoked_at), revoked_at, "{what}");
        assert_eq!((&new.key, new.key.parts().revoked_at), (&regenerated.key, None), "{what}");
    }
}

#[tokio::test]
async fn an_inactive_router_gets_no_key_and_keeps_its_old_one() {
    let store = InMemory::new().with_company(a_company().build()).with_router(a_router().inactive().build());
    let world = World::over(with_key(store, a_key().build()));
    let before = world.store.tables();
    let refused = world.app.api_keys.regenerate.execute(the_company(), the_router()).await;
    assert_is!(refused, Err(RegenerateApiKeyError::RouterInactive(RouterInactive)));
    assert_eq!(world.store.tables(), before);
    assert_is!(world.app.portal.admit.execute(signed(&a_key().build()).token.expose()).await, Ok(_));
}

#[tokio::test]
async fn a_new_key_that_cannot_be_signed_leaves_the_old_one_alone() {
    let world =
        World::with(with_key(a_shop(), a_key().build()), |ports| ports.api_key_tokens = a_key_signer_that_fails());
    let before = world.store.tables();
    let refused = world.app.api_keys.regenerate.execute(the_company(), the_router()).await;
    assert_is!(refused, Err(RegenerateApiKeyError::Signing(_)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_failed_regeneration_leaves_no_trace() {
    let world = World::over(with_key(a_shop(), a_key().build()));
    let regenerate = async || world.app.api_keys.regenerate.execute(the_company(), the_router()).await;
    let regenerated = world.fails_without_trace(regenerate).await;
    assert!(regenerated.replaced_active_key);
    let keys = world.store.tables().keys;
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0].key, a_key().revoked_at(start()).build());
    assert_eq!(keys[1], row(regenerated.key));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_rival_regenerations_one_key_remains_good() {
    let world = Arc::new(World::over(with_key(a_shop(), a_key().build())));
    let rivals: Vec<_> = (0..64)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.app.api_keys.regenerate.execute(the_company(), the_router()).await })
        })
        .collect();
    let mut answers = Vec::new();
    for rival in rivals {
        answers.push(rival.await.unwrap().unwrap());
    }

    assert!(answers.iter().all(|answer| answer.replaced_active_key), "each replaced the one before it");
    let issued: BTreeSet<_> = answers.iter().map(|answer| answer.key.id().clone()).collect();
    assert_eq!(issued.len(), 64);
    let keys = world.store.tables().keys;
    assert_eq!(keys.len(), 65);
    let open: Vec<_> = keys.iter().filter(|row| row.key.parts().revoked_at.is_none()).collect();
    assert_eq!(open.len(), 1);

    let mut admitted = Vec::new();
    for answer in answers {
        match world.app.portal.admit.execute(answer.token.expose()).await {
            Ok(admission) => admitted.push(admission.key),
            refused => {
                assert_is!(refused, Err(AdmitPortalError::Refused(Refusal::Revoked)));
            }
        }
    }
    assert_eq!(admitted, [open[0].key.id().clone()]);
}

#[tokio::test]
async fn a_revoked_key_is_dead_at_once_and_no_other_is_issued() {
    let world = World::over(with_key(a_shop(), a_key().used(87, start()).build()));
    let mut expected = world.store.tables();
    let now = world.clock.advance(Duration::HOUR + Duration::microseconds(123_456));
    let id = a_key().build().id().clone();
    assert_eq!(world.app.api_keys.revoke.execute(the_company(), the_router(), id).await.unwrap(), now);

    expected.keys[0].key = a_key().used(87, start()).revoked_at(now).build();
    assert_eq!(world.store.tables(), expected);
    let call = world.app.portal.admit.execute(signed(&a_key().build()).token.expose()).await;
    assert_is!(call, Err(AdmitPortalError::Refused(Refusal::Revoked)));
}

#[tokio::test]
async fn an_expired_key_may_still_be_revoked() {
    let world = World::over(with_key(a_shop(), a_key_until(start())));
    let id = a_key().build().id().clone();
    assert_eq!(world.app.api_keys.revoke.execute(the_company(), the_router(), id).await.unwrap(), start());
}

#[tokio::test]
async fn a_key_is_revoked_once() {
    let world = World::over(with_key(a_shop(), a_key().build()));
    let revoke = || world.app.api_keys.revoke.execute(the_company(), the_router(), a_key().build().id().clone());
    let first = revoke().await.unwrap();
    let before = world.store.tables();
    world.clock.advance(days(1));
    assert_is!(revoke().await, Err(RevokeApiKeyError::AlreadyRevoked(AlreadyRevoked)));
    assert_eq!(world.store.tables(), before);
    assert_eq!(before.keys[0].key.parts().revoked_at, Some(first));
}

#[tokio::test]
async fn a_failed_revocation_leaves_no_trace() {
    let world = World::over(with_key(a_shop(), a_key().build()));
    let id = a_key().build().id().clone();
    let revoke = async || world.app.api_keys.revoke.execute(the_company(), the_router(), id.clone()).await;
    let revoked_at = world.fails_without_trace(revoke).await;
    assert_eq!(world.store.tables().keys[0].key, a_key().revoked_at(revoked_at).build());
}

#[tokio::test]
async fn keys_of_somebody_elses_router_are_not_there() {
    let others_key = a_key().id("key_ffffffffffffffff").of(&another_companys_router()).build();
    let world = World::over(with_key(with_key(two_shops(), a_key().build()), others_key.clone()));
    let before = world.store.tables();
    let own_key = || a_key().build().id().clone();
    for (company, router) in wrong_owners() {
        let regenerated = world.app.api_keys.regenerate.execute(company.clone(), router.clone()).await;
        assert_is!(regenerated, Err(RegenerateApiKeyError::RouterNotFound));
        let revoked = world.app.api_keys.revoke.execute(company.clone(), router.clone(), own_key()).await;
        assert_is!(revoked, Err(RevokeApiKeyError::NotFound));
        let history = world.app.api_keys.history.execute(company.clone(), router.clone(), Page::default()).await;
        assert_is!(history, Ok(None));
        assert_is!(world.app.api_keys.status.execute(company, router).await, Ok(None));
    }
    for key in [others_key.id().clone(), key_id("key_0")] {
        let revoked = world.app.api_keys.revoke.execute(the_company(), the_router(), key).await;
        assert_is!(revoked, Err(RevokeApiKeyError::NotFound));
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn the_history_tells_every_key_of_the_router_newest_first() {
    let old = a_key().id("key_old").issued_at(start().plus(-days(9))).revoked_at(start().plus(-days(1))).build();
    let current = a_key().used(5, start()).build();
    let others = a_key().id("key_other").of(&another_companys_router()).build();
    let world = World::over([current.clone(), others, old.clone()].into_iter().fold(two_shops(), with_key));
    let history = |page| world.app.api_keys.history.execute(the_company(), the_router(), page);

    let all = Listing { items: vec![current, old.clone()], damaged: vec![], total: Some(2), next: None };
    assert_eq!(history(Page::default()).await.unwrap(), Some(all));
    let second = Listing { items: vec![old], damaged: vec![], total: Some(2), next: None };
    assert_eq!(history(page(1, 1)).await.unwrap(), Some(second));
}

#[tokio::test]
async fn the_status_tells_what_the_keeper_should_know() {
    let now = start();
    let until = |end| a_key().issued_at(start().plus(-days(300))).expires_at(end);
    let moment = Duration::MICROSECOND;
    let soon = |days| Some(Advice::ExpiresSoon { days });
    for (what, key, active) in [
        ("fresh and used", a_key().used(42, now), Some((365, None))),
        ("fresh and never used", a_key(), Some((365, Some(Advice::NeverUsed)))),
        ("30 days left", until(now.plus(days(30))).used(1, now), Some((30, None))),
        ("a moment less", until(now.plus(days(30) - moment)).used(1, now), Some((29, soon(29)))),
        ("15 days left and never used", until(now.plus(days(15))), Some((15, soon(15)))),
        ("its last moment", until(now.plus(moment)).used(1, now), Some((0, soon(0)))),
        ("expired", until(now).used(1, now), None),
        ("revoked", a_key().used(1, now).revoked_at(now), None),
    ] {
        let key = key.build();
        let world = World::over(with_key(a_shop(), key.clone()));
        let status = world.app.api_keys.status.execute(the_company(), the_router()).await.unwrap();
        let active = active.map(|(days_left, advice)| ActiveKey { key, days_left, advice });
        assert_eq!(status, Some(RouterKeyStatus { router: the_router(), active }), "{what}");
    }
}

#[tokio::test]
async fn a_router_that_never_had_a_key_has_no_active_one() {
    let world = World::over(a_shop());
    let status = world.app.api_keys.status.execute(the_company(), the_router()).await.unwrap();
    assert_eq!(status, Some(RouterKeyStatus { router: the_router(), active: None }));
}
