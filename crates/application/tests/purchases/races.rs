//! A purchase that two requests or processes carry on at the same time.

use std::future::pending;

use portero_domain::{
    ports::HotspotError,
    purchase::{ChargeAnswer, ChargeId, GuestKind, PaymentStatus},
};
use portero_testkit::Slow;
use time::Duration;
use tokio::task::yield_now;

use super::{a_world, assert_fair, buy, gateways::report, guests, refunds::refund, settle, the_purchase};
use crate::support::World;

/// Buys on a router that enables the guest late, and does this before.
async fn while_the_guest_is_being_enabled(world: &World, act: impl AsyncFnOnce()) {
    buy_slowly(world, Slow::Change, act).await;
}

/// Buys on a router that is slow to carry out this call, and does this before.
async fn buy_slowly(world: &World, call: Slow, act: impl AsyncFnOnce()) {
    world.routers.hold_next(call);
    let meanwhile = async {
        while !world.routers.holds() {
            yield_now().await;
        }
        act().await;
        world.routers.release();
    };
    let (bought, ()) = tokio::join!(buy(world, GuestKind::UserAndPassword), meanwhile);
    bought.unwrap();
}

/// Another process goes on, once the lease of the slow one is over.
async fn resume(world: &World) {
    world.clock.advance(Duration::minutes(5));
    world.app.purchases.resume.execute(pending()).await.unwrap();
}

/// The guest is disabled by one process and enabled by the other, which was slower.
#[tokio::test]
async fn a_guest_who_is_enabled_after_the_refund_is_disabled_again() {
    let world = a_world();
    while_the_guest_is_being_enabled(&world, async || {
        refund(&world, None).await.unwrap();
        resume(&world).await;
        assert_eq!(the_purchase(&world).status(), PaymentStatus::Refunded);
    })
    .await;
    settle(&world).await;
    assert_fair(&world, "refunded while the guest was being enabled");
}

/// The router fails just when the guest is to be disabled again.
#[tokio::test]
async fn a_guest_who_cannot_be_disabled_at_once_is_disabled_later() {
    let world = a_world();
    while_the_guest_is_being_enabled(&world, async || {
        refund(&world, None).await.unwrap();
        resume(&world).await;
        world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    })
    .await;
    world.clock.advance(Duration::MINUTE);
    world.routers.recover();
    settle(&world).await;
    assert_fair(&world, "refunded while the guest was being enabled, on a router that then failed");
}

#[tokio::test]
async fn a_chargeback_that_is_reported_while_the_guest_is_being_enabled_ends_the_access() {
    let world = a_world();
    while_the_guest_is_being_enabled(&world, async || {
        let charge = ChargeId::parse("charge-1").unwrap();
        world.conekta.answer_find(ChargeAnswer::ChargedBack(charge));
        report(&world, &the_purchase(&world).order.reference).await;
        assert_eq!(the_purchase(&world).status(), PaymentStatus::ChargedBack);
    })
    .await;
    settle(&world).await;
    assert!(guests(&world).iter().all(|user| user.disabled), "{:?}", guests(&world));
}

/// The process that sells is believed dead, and another one goes on from what is stored.
#[tokio::test]
async fn a_process_that_is_slower_than_its_lease_changes_nothing_twice() {
    let world = a_world();
    while_the_guest_is_being_enabled(&world, async || {
        world.clock.advance(Duration::minutes(2));
        resume(&world).await;
    })
    .await;
    settle(&world).await;
    assert_fair(&world, "delivered by both");
}

/// The other process gives the money back, because the access could not be given in time.
#[tokio::test]
async fn access_that_is_given_after_the_money_went_back_is_taken_again() {
    let world = a_world();
    while_the_guest_is_being_enabled(&world, async || {
        world.clock.advance(Duration::minutes(20));
        resume(&world).await;
        assert_eq!(the_purchase(&world).status(), PaymentStatus::Refunded);
    })
    .await;
    settle(&world).await;
    assert_fair(&world, "given too late");
}

/// The other process gives up the purchase while the router makes the user.
#[tokio::test]
async fn a_user_that_is_made_after_the_purchase_has_ended_is_removed() {
    let world = a_world();
    buy_slowly(&world, Slow::Create, async || {
        world.clock.advance(Duration::minutes(2));
        resume(&world).await;
        assert_eq!(the_purchase(&world).status(), PaymentStatus::Failed);
    })
    .await;
    settle(&world).await;
    assert_eq!((guests(&world), world.conekta.orders().len()), (vec![], 0));
}
