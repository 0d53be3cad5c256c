//! Routers that fail at each call, and routers that are deleted.

use std::future::pending;

use portero_domain::{
    ids::ProductId,
    ports::{HotspotError, Rejection},
    purchase::{End, GuestKind, GuestProblem, PaymentStatus, RefundCause, Stage, Unpaid},
};
use portero_testkit::builders::{a_product, an_offer};
use time::Duration;

use super::{a_selling_shop, a_world, assert_fair, buy, guests, refunds::refund, rows, settle, the_purchase};
use crate::support::{World, assert_is, the_company, the_router};

fn failures() -> [HotspotError; 4] {
    [
        HotspotError::Unreachable("connection refused".to_owned()),
        HotspotError::Unknown("no answer".to_owned()),
        HotspotError::Busy { retry_after: std::time::Duration::from_secs(1) },
        HotspotError::Rejected { kind: Rejection::Other, text: "no".to_owned() },
    ]
}

/// The router works again at once, after a minute, or when no request waits for it any more.
#[tokio::test]
async fn a_purchase_whose_router_fails_at_any_call_ends_fairly() {
    for error in failures() {
        for away in [0, 1, 30] {
            for call in 1.. {
                let world = a_world();
                world.routers.fail_from(call, error.clone());
                buy(&world, GuestKind::UserAndPassword).await.unwrap();
                for _ in 0..away {
                    world.clock.advance(Duration::MINUTE);
                    world.app.purchases.resume.execute(pending()).await.unwrap();
                }
                let failed = world.routers.recover();
                settle(&world).await;
                assert_fair(&world, &format!("{error} from call {call} on, for {away} minutes"));
                if !failed {
                    assert!(call > 2, "a purchase makes and enables a user");
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn money_for_access_that_was_never_given_goes_back() {
    let world = a_world();
    world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    buy(&world, GuestKind::Pin).await.unwrap();
    for _ in 0..20 {
        world.clock.advance(Duration::MINUTE);
        world.app.purchases.resume.execute(pending()).await.unwrap();
    }
    assert_eq!(world.conekta.charges()[0].refunded.to_string(), "25.00");
    let row = rows(&world).remove(0);
    assert_eq!((row.refunds.len(), row.refunds[0].requested_by), (1, None));
    let began = row.timeline.iter().find_map(|moment| moment.cause);
    assert_eq!(began.map(portero_domain::purchase::Cause::name).as_deref(), Some("refund.not_delivered"));
    assert_eq!(RefundCause::NotDelivered.name(), "not_delivered");
    world.routers.recover();
    settle(&world).await;
    assert_fair(&world, "never delivered");
}

#[tokio::test]
async fn a_guest_who_was_removed_before_the_delivery_is_made_again() {
    let world = a_world();
    world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    world.routers.recover();
    world.routers.router().users.clear();
    settle(&world).await;
    assert_fair(&world, "removed and made again");
    assert_eq!(guests(&world).len(), 1);
}

#[tokio::test]
async fn a_router_without_the_products_profile_sells_nothing() {
    let world = World::over(a_selling_shop());
    buy(&world, GuestKind::Pin).await.unwrap();
    let unpaid = Unpaid::Guest(GuestProblem::ProfileMissing);
    assert_eq!(*the_purchase(&world).progress.stage(), Stage::Closed(End::Unpaid(unpaid)));
    assert!(world.conekta.orders().is_empty());
}

/// Deletes the router. Its product is off sale.
async fn delete_router(world: &World) {
    world
        .app
        .products
        .deactivate
        .execute(portero_application::Mandate::of_super_admin(the_company()), ProductId::new(1))
        .await
        .unwrap();
    world.app.routers.delete.execute(the_company(), the_router()).await.unwrap();
}

#[tokio::test]
async fn a_sale_of_a_router_that_is_deleted_later_can_be_refunded() {
    let world = a_world();
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    delete_router(&world).await;
    refund(&world, None).await.unwrap();
    settle(&world).await;
    assert_eq!(the_purchase(&world).status(), PaymentStatus::Refunded);
    assert_eq!(world.conekta.charges()[0].refunded.to_string(), "25.00");
}

#[tokio::test]
async fn money_for_access_on_a_router_that_was_deleted_goes_back() {
    let world = a_world();
    world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    delete_router(&world).await;
    world.routers.recover();
    settle(&world).await;
    assert_is!(the_purchase(&world).progress.stage(), Stage::Closed(End::Refunded(_)));
    assert_fair(&world, "deleted before the delivery");
}

#[tokio::test]
async fn a_product_that_changes_after_the_order_is_sold_as_it_was_ordered() {
    let world = a_world();
    world.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    world.routers.recover();
    world.routers.router().users.clear();
    let dearer = an_offer().profile("otro").build();
    let _ = world.store.clone().with_product(a_product().id(2).offering(dearer).build());
    settle(&world).await;
    assert_eq!(guests(&world)[0].profile.to_string(), "1hora");
}
