//! Refunds that a company admin asks for.

use std::future::pending;

use portero_application::{Mandate, purchases::RefundError};
use portero_domain::{
    ids::{PurchaseId, UserId},
    ports::HotspotError,
    purchase::{
        End, GuestKind, ManualCause, NotRefundable, PaymentStatus, Purchase, Refund, RefundAnswer, RefundLimit,
        RefundProblem, RefundState, Stage,
    },
};
use portero_testkit::builders::{foreign_id, money};
use time::Duration;

use super::{a_world, assert_fair, buy, guests, rows, settle, the_purchase};
use crate::support::{World, assert_is, the_company};

pub(super) async fn refund(world: &World, amount: Option<&str>) -> Result<(Purchase, Refund), RefundError> {
    let (mandate, admin) = (Mandate::of_super_admin(the_company()), UserId::new(2));
    let reason = foreign_id("El servicio falló");
    world.app.purchases.refund.execute(mandate, admin, PurchaseId::new(1), amount.map(money), reason).await
}

/// The states of the refunds, in their order.
pub(super) fn states(world: &World) -> Vec<&'static str> {
    let refunds = rows(world).remove(0).refunds;
    let state = |refund: Refund| match refund.state {
        RefundState::Due => "due",
        RefundState::Done(_) => "done",
        RefundState::Refused(_) => "refused",
    };
    refunds.into_iter().map(state).collect()
}

/// A world in which the product was sold once.
async fn a_sale() -> World {
    let world = a_world();
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    world
}

fn refunded(world: &World) -> (String, String) {
    (world.conekta.charges()[0].refunded.to_string(), the_purchase(world).refunded.to_string())
}

fn twice(amount: &str) -> (String, String) {
    (amount.to_owned(), amount.to_owned())
}

#[tokio::test]
async fn a_refund_of_everything_disables_the_guest() {
    let world = a_sale().await;
    let (purchase, begun) = refund(&world, None).await.unwrap();
    assert_eq!((begun.number, begun.amount, begun.state), (1, money("25.00"), RefundState::Due));
    assert_is!(purchase.progress.stage(), Stage::Refunding { .. });
    settle(&world).await;
    assert_eq!((refunded(&world), states(&world)), (twice("25.00"), vec!["done"]));
    assert_is!(the_purchase(&world).progress.stage(), Stage::Closed(End::Refunded(_)));
    assert_fair(&world, "refunded");
    assert!(guests(&world)[0].disabled);
    assert_is!(refund(&world, None).await, Err(RefundError::NotRefundable(NotRefundable::AlreadyRefunded)));
}

#[tokio::test]
async fn a_refund_of_a_part_leaves_the_guest_as_it_is() {
    let world = a_sale().await;
    refund(&world, Some("10.00")).await.unwrap();
    settle(&world).await;
    assert_eq!((refunded(&world), states(&world)), (twice("10.00"), vec!["done"]));
    assert_fair(&world, "a part");
}

#[tokio::test]
async fn refunds_of_parts_end_at_the_price() {
    for at_once in [true, false] {
        let world = a_sale().await;
        refund(&world, Some("10.00")).await.unwrap();
        if !at_once {
            settle(&world).await;
        }
        let left = money("15.00");
        let too_much = refund(&world, Some("15.01")).await;
        assert!(matches!(too_much, Err(RefundError::Limit(RefundLimit::OutOfRange { left: it })) if it == left));
        refund(&world, Some("15.00")).await.unwrap();
        let again = refund(&world, Some("0.01")).await;
        assert_is!(again, Err(RefundError::NotRefundable(NotRefundable::AlreadyRefunded)));
        settle(&world).await;
        assert_eq!((refunded(&world), states(&world)), (twice("25.00"), vec!["done", "done"]));
        assert_eq!(the_purchase(&world).status(), PaymentStatus::Refunded);
        assert_fair(&world, "two parts");
        assert!(guests(&world)[0].disabled);
    }
}

#[tokio::test]
async fn a_refused_refund_of_everything_needs_a_person_and_leaves_the_guest() {
    let world = a_sale().await;
    world.conekta.answer_refund(RefundAnswer::Refused(RefundProblem::NoFunds));
    refund(&world, None).await.unwrap();
    settle(&world).await;
    let cause = ManualCause::RefundRefused(RefundProblem::NoFunds);
    assert!(matches!(the_purchase(&world).progress.stage(), Stage::Manual { cause: it, .. } if *it == cause));
    assert_eq!((refunded(&world), states(&world)), (twice("0.00"), vec!["refused"]));
    assert!(!guests(&world)[0].disabled);
    assert_is!(refund(&world, None).await, Err(RefundError::NotRefundable(NotRefundable::NotPaid)));
}

#[tokio::test]
async fn a_refused_refund_of_a_part_can_be_asked_for_again() {
    let world = a_sale().await;
    world.conekta.answer_refund(RefundAnswer::Refused(RefundProblem::NoFunds));
    refund(&world, Some("10.00")).await.unwrap();
    settle(&world).await;
    assert_eq!((refunded(&world), states(&world)), (twice("0.00"), vec!["refused"]));
    refund(&world, Some("25.00")).await.unwrap();
    settle(&world).await;
    assert_eq!((refunded(&world), states(&world)), (twice("25.00"), vec!["refused", "done"]));
    assert_fair(&world, "refused, then refunded");
}

#[tokio::test]
async fn a_silent_gateway_gets_the_refund_later() {
    let world = a_sale().await;
    world.conekta.fall_silent();
    refund(&world, None).await.unwrap();
    for _ in 0..5 {
        world.clock.advance(Duration::minutes(5));
        world.app.purchases.resume.execute(pending()).await.unwrap();
    }
    assert_eq!((states(&world), guests(&world)[0].disabled), (vec!["due"], false));
    world.conekta.recover();
    settle(&world).await;
    assert_eq!(refunded(&world), twice("25.00"));
    assert_fair(&world, "late");
}

#[tokio::test]
async fn a_refund_does_not_need_the_guest_that_was_removed_by_hand() {
    for amount in [None, Some("25.00"), Some("10.00")] {
        let world = a_sale().await;
        world.routers.router().users.clear();
        refund(&world, amount).await.unwrap();
        settle(&world).await;
        assert_eq!(states(&world), ["done"]);
        assert_eq!(the_purchase(&world).status() == PaymentStatus::Refunded, amount != Some("10.00"));
        assert!(guests(&world).is_empty());
    }
}

/// Another tool has written its own comment over Portero's.
#[tokio::test]
async fn a_refund_disables_a_guest_whose_comment_was_changed() {
    for kind in [GuestKind::UserAndPassword, GuestKind::Pin] {
        let world = a_world();
        buy(&world, kind).await.unwrap();
        world.routers.router().users[0].comment = "MODE=t".into();
        refund(&world, None).await.unwrap();
        settle(&world).await;
        assert!(world.routers.router().users[0].disabled, "{kind:?}");
    }
}

/// The admin is faster than the router.
#[tokio::test]
async fn a_paid_purchase_that_is_not_delivered_yet_can_be_refunded() {
    for (amount, delivered) in [(None, false), (Some("10.00"), true)] {
        let world = a_world();
        world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
        let bought = buy(&world, GuestKind::Pin).await.unwrap();
        assert_is!(bought.purchase.progress.stage(), Stage::Paid { .. });
        refund(&world, amount).await.unwrap();
        world.routers.recover();
        settle(&world).await;
        assert_eq!(states(&world), ["done"]);
        assert_eq!(guests(&world).iter().any(|user| !user.disabled), delivered);
        assert_fair(&world, "refunded before the delivery");
    }
}

#[tokio::test]
async fn a_failed_request_for_a_refund_leaves_no_trace() {
    let world = a_sale().await;
    world.fails_without_trace(async || refund(&world, Some("1.00")).await).await;
    assert_eq!(states(&world), ["due"]);
}
