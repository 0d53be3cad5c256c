//! Failures of the store at each call, as when a process dies there.

use std::future::pending;

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUser},
    purchase::{GuestKind, RefundAnswer, RefundProblem},
};
use portero_testkit::{InMemory, builders::a_hotspot_user};
use time::Duration;

use super::{a_world, assert_fair, buy, guests, rows, settle};
use crate::support::World;

/// Makes a store fail at its `n`th call.
type Failure = fn(&InMemory, usize);

/// The ways in which the store fails at its `n`th call, or at its `n`th commit.
const FAILURES: [(&str, Failure); 3] =
    [("failed", InMemory::fail_at), ("away", InMemory::be_away_at), ("lost", InMemory::lose_answer_of_commit)];

const KINDS: [GuestKind; 2] = [GuestKind::UserAndPassword, GuestKind::Pin];

/// Runs this with the store failing at each call in turn, in each way.
async fn at_each_failure(run: impl AsyncFn(&str, &dyn Fn(&World)) -> bool) {
    for (name, fail) in FAILURES {
        for step in 1.. {
            let arm = |world: &World| fail(&world.store, step);
            if run(&format!("{name} at {step}"), &arm).await {
                assert!(step > 3, "{name}: a purchase takes some steps");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_purchase_whose_process_dies_anywhere_ends_fairly() {
    for kind in KINDS {
        at_each_failure(async |what, arm| {
            let world = a_world();
            arm(&world);
            let bought = buy(&world, kind).await;
            if world.store.disarm() {
                bought.unwrap();
                assert_fair(&world, what);
                return true;
            }
            settle(&world).await;
            assert_fair(&world, what);
            false
        })
        .await;
    }
}

/// The portal repeats its request at once, and gets the same purchase.
#[tokio::test]
async fn a_request_that_is_repeated_after_any_failure_never_charges_twice() {
    for kind in KINDS {
        at_each_failure(async |what, arm| {
            let world = a_world();
            arm(&world);
            let _ = buy(&world, kind).await;
            let is_over = world.store.disarm();
            buy(&world, kind).await.unwrap();
            settle(&world).await;
            buy(&world, kind).await.unwrap();
            assert_fair(&world, what);
            assert_eq!((rows(&world).len(), is_over || world.conekta.orders().len() <= 1), (1, true), "{what}");
            is_over
        })
        .await;
    }
}

/// The store fails while the background carries on what a first failure left.
#[tokio::test]
async fn two_failures_are_as_harmless_as_one() {
    for first in 1.. {
        let world = a_world();
        world.store.fail_at(first);
        let _ = buy(&world, GuestKind::UserAndPassword).await;
        if world.store.disarm() {
            break;
        }
        for second in 1.. {
            let world = a_world();
            world.store.fail_at(first);
            let _ = buy(&world, GuestKind::UserAndPassword).await;
            for _ in 0..30 {
                world.clock.advance(Duration::minutes(2));
                world.store.fail_at(second);
                let _ = world.app.purchases.resume.execute(pending()).await;
                if world.store.disarm() {
                    break;
                }
            }
            world.store.disarm();
            settle(&world).await;
            assert_fair(&world, &format!("{first}, then {second}"));
            if second > 30 {
                break;
            }
        }
    }
}

/// Someone else's user has the name that is drawn first, and no password, as a PIN of another purchase.
#[tokio::test]
async fn a_user_of_the_same_name_is_never_touched() {
    for kind in KINDS {
        at_each_failure(async |what, arm| {
            let world = a_world();
            let (name, password) = match kind {
                GuestKind::UserAndPassword => ("PT-AAAA22", HotspotPassword::new("0456".into())),
                GuestKind::Pin => ("PT-00000001", HotspotPassword::none()),
            };
            let other = HotspotUser { password: Some(password), ..a_hotspot_user(name) };
            world.routers.router().users.push(other.clone());
            arm(&world);
            let bought = buy(&world, kind).await;
            let is_over = world.store.disarm();
            if is_over {
                bought.unwrap();
            }
            settle(&world).await;
            assert_fair(&world, what);
            assert!(world.routers.router().users.contains(&other), "{what}: {kind:?}");
            is_over
        })
        .await;
    }
}

/// A refund in parts, with the store failing while the background makes it.
#[tokio::test]
async fn a_refund_whose_process_dies_anywhere_is_made_once() {
    use super::refunds::refund;
    at_each_failure(async |what, arm| {
        let world = a_world();
        buy(&world, GuestKind::Pin).await.unwrap();
        refund(&world, Some("10.00")).await.unwrap();
        refund(&world, None).await.unwrap();
        arm(&world);
        let _ = world.app.purchases.resume.execute(pending()).await;
        let is_over = world.store.disarm();
        settle(&world).await;
        assert_eq!(world.conekta.charges()[0].refunded.to_string(), "25.00", "{what}");
        assert_fair(&world, what);
        assert!(guests(&world).iter().all(|user| user.disabled), "{what}");
        is_over
    })
    .await;
}

#[tokio::test]
async fn a_refusal_of_a_refund_is_recorded_wherever_the_store_fails() {
    use super::refunds::{refund, states};
    at_each_failure(async |what, arm| {
        let world = a_world();
        buy(&world, GuestKind::Pin).await.unwrap();
        refund(&world, None).await.unwrap();
        for _ in 0..5 {
            world.conekta.answer_refund(RefundAnswer::Refused(RefundProblem::TooOld));
        }
        arm(&world);
        let _ = world.app.purchases.resume.execute(pending()).await;
        let is_over = world.store.disarm();
        settle(&world).await;
        assert_eq!(states(&world), ["refused"], "{what}");
        assert!(!guests(&world)[0].disabled, "{what}");
        is_over
    })
    .await;
}
