//! Contracts of [`ApiKeys`](portero_domain::ports::ApiKeys).

use portero_domain::{
    api_key::{ApiKey, KeyStatus, Usage},
    ids::{CompanyId, RouterId},
    secret::Fingerprint,
};
use time::Duration;

use crate::builders::{a_company, a_key, a_router, company_id, fingerprint_of, key_id, router_id, start};
use crate::contract::{Harness, a_shop, after, commit, keep, presented, refused, rivals, whole};

fn the_company() -> CompanyId {
    a_company().build().id
}

fn the_router() -> RouterId {
    a_router().build().id
}

async fn listed(harness: &dyn Harness) -> Vec<ApiKey> {
    whole(harness, |storage, page| storage.api_keys().list(&the_company(), &the_router(), page)).await
}

/// Every field is read back: of a new key, and of a used one.
pub async fn a_key_reads_back_as_it_was_written(harness: &dyn Harness) {
    a_shop(harness).await;
    let at = after(Duration::microseconds(123_456));
    let past =
        a_key().id("key_oldkeyid999888").issued_at(start().plus(-Duration::DAY)).used(i64::MAX.unsigned_abs(), at);
    let past = past.revoked_at(at.plus(Duration::MICROSECOND)).build();
    for key in [past.clone(), a_key().build()] {
        keep(harness, &key).await;
        let id = key.id().clone();
        let found = commit(harness, move |storage| storage.api_keys().find(&the_company(), &the_router(), &id)).await;
        assert_eq!(found, Some(key));
    }
    assert_eq!(listed(harness).await, [a_key().build(), past]);
}

/// Neither by its id, nor open, nor in the list. The same holds for a key of another company, and for an unknown key.
pub async fn a_key_of_another_router_is_not_there(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    commit(harness, |storage| {
        let other = a_router().id("RTR_00000002").build();
        assert_eq!(storage.routers().insert(&other)?, Ok(()));
        let keys = storage.api_keys();
        assert_eq!(keys.find(&other.company, &other.id, a_key().build().id())?, None);
        assert_eq!(keys.find(&the_company(), &the_router(), &key_id("key_unknown"))?, None);
        assert_eq!(keys.open(&other.company, &other.id)?, []);
        assert_eq!(keys.open(&the_company(), &router_id("RTR_00000003"))?, []);
        let elsewhere = company_id("EMP_0000000009");
        assert_eq!(keys.find(&elsewhere, &the_router(), a_key().build().id())?, None);
        assert_eq!(keys.open(&elsewhere, &the_router())?, []);
        Ok(())
    })
    .await;
    assert_eq!(
        whole(harness, |storage, page| storage.api_keys().list(&the_company(), &router_id("RTR_00000002"), page)).await,
        []
    );
}

/// Open means not revoked, whatever the time.
pub async fn an_expired_key_is_open_and_a_revoked_one_is_not(harness: &dyn Harness) {
    a_shop(harness).await;
    let open = || commit(harness, |storage| storage.api_keys().open(&the_company(), &the_router()));
    assert_eq!(open().await, []);
    keep(harness, &a_key().id("key_revoked").revoked_at(start()).build()).await;
    assert_eq!(open().await, []);
    let expired = a_key().expires_at(start()).build();
    keep(harness, &expired).await;
    assert_eq!(open().await, [expired]);
}

/// Of keys issued within one second, the later addition is the newer one.
pub async fn keys_come_newest_first(harness: &dyn Harness) {
    a_shop(harness).await;
    for (id, second) in [("key_m", 2), ("key_z", 1), ("key_a", 1), ("key_k", 1), ("key_b", 3)] {
        let at = after(Duration::seconds(second));
        // The later it was issued, the sooner it ends: the end has no say in the order.
        let end = after(Duration::days(365 - second));
        keep(harness, &a_key().id(id).issued_at(at).expires_at(end).revoked_at(at).build()).await;
    }
    // A use and a revocation are what moves a row in a table that has no order of its own.
    let key = a_key().id("key_z").issued_at(after(Duration::seconds(1))).revoked_at(after(Duration::DAY)).build();
    commit(harness, move |storage| storage.api_keys().record_revocation(&key)).await;
    let ids: Vec<_> = listed(harness).await.iter().map(|key| key.id().clone()).collect();
    assert_eq!(ids, ["key_b", "key_m", "key_k", "key_a", "key_z"].map(key_id));
}

/// A second one fails, be the first expired or not, and leaves no trace.
pub async fn a_router_has_one_unrevoked_key(harness: &dyn Harness) {
    a_shop(harness).await;
    let expired = a_key().expires_at(start()).build();
    keep(harness, &expired).await;
    let second = a_key().id("key_second").build();
    refused(harness, move |storage| storage.api_keys().insert(&second, fingerprint_of(second.id()))).await;
    assert_eq!(listed(harness).await, [expired]);
}

/// Revoke, then add: one transaction.
pub async fn a_key_may_follow_the_one_revoked_before_it(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    let now = after(Duration::DAY);
    let new = a_key().id("key_newkeyid123456").issued_at(now).build();
    let added = new.clone();
    commit(harness, move |storage| {
        for mut old in storage.api_keys().open(&the_company(), &the_router())? {
            assert_eq!(old.revoke(now), Ok(KeyStatus::Active));
            storage.api_keys().record_revocation(&old)?;
        }
        storage.api_keys().insert(&added, fingerprint_of(added.id()))
    })
    .await;
    assert_eq!(listed(harness).await, [new, a_key().revoked_at(now).build()]);
}

/// Without a lock on the router, the constraint holds alone.
pub async fn of_rival_keys_one_is_added(harness: &dyn Harness) {
    a_shop(harness).await;
    let answers = rivals(harness, 16, |rival, storage| {
        let key = a_key().id(&format!("key_{rival}")).build();
        storage.api_keys().insert(&key, fingerprint_of(key.id()))
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(listed(harness).await.len(), 1);
}

/// A key of no router is our own fault.
pub async fn a_key_needs_its_router(harness: &dyn Harness) {
    refused(harness, |storage| storage.api_keys().insert(&a_key().build(), fingerprint_of(a_key().build().id()))).await;
    assert_eq!(listed(harness).await, []);
}

/// Two keys of one id, or of one token, would be one key.
pub async fn neither_ids_nor_tokens_are_shared(harness: &dyn Harness) {
    a_shop(harness).await;
    let first = a_key().revoked_at(start()).build();
    keep(harness, &first).await;
    refused(harness, |storage| storage.api_keys().insert(&a_key().build(), Fingerprint::new([7; 32]))).await;
    let same_token = fingerprint_of(first.id());
    refused(harness, move |storage| storage.api_keys().insert(&a_key().id("key_other").build(), same_token)).await;
    assert_eq!(listed(harness).await, [first]);
}

/// The counters are the gate's: what it counts between the reading and the writing stays.
pub async fn revoking_leaves_what_the_gate_has_counted(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    let mut key = commit(harness, |storage| storage.api_keys().open(&the_company(), &the_router())).await.remove(0);
    let used = after(Duration::HOUR);
    harness.gate().admit(presented(&key), used).await.expect("an admission");
    let at = after(Duration::DAY).plus(Duration::MICROSECOND);
    key.revoke(at).expect("a key that is not revoked");
    assert_eq!(key.parts().usage, Usage::default(), "the key was read before the use");
    commit(harness, move |storage| storage.api_keys().record_revocation(&key)).await;
    assert_eq!(listed(harness).await, [a_key().used(1, used).revoked_at(at).build()]);
}

/// Neither an earlier one of the router nor one of another router.
pub async fn revoking_touches_no_other_key(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = a_router().id("RTR_00000002").build();
    let earlier = a_key().id("key_earlier").issued_at(start().plus(-Duration::DAY)).revoked_at(start()).build();
    let elsewhere = a_key().id("key_elsewhere").of(&other).build();
    commit(harness, move |storage| storage.routers().insert(&other)).await.expect("a free id");
    for key in [&earlier, &elsewhere, &a_key().build()] {
        keep(harness, key).await;
    }
    let revoked = a_key().revoked_at(after(Duration::DAY)).build();
    let written = revoked.clone();
    commit(harness, move |storage| storage.api_keys().record_revocation(&written)).await;
    assert_eq!(listed(harness).await, [revoked, earlier]);
    let open = commit(harness, |storage| storage.api_keys().open(&the_company(), &router_id("RTR_00000002"))).await;
    assert_eq!(open, [elsewhere]);
}
