//! The sale of access: what is sold, and that no failure costs a guest or a company money.

mod crashes;
mod gateways;
mod lists;
mod races;
mod refunds;
mod routers;

use std::future::pending;

use portero_application::purchases::{AccessOrder, BuyError, FoundPurchase, PurchaseKey};
use portero_domain::{
    gateway::Gateway,
    hotspot::HotspotUser,
    ids::ProductId,
    ports::Card,
    purchase::{Customer, GuestKind, Purchase, Stage},
};
use portero_testkit::{
    InMemory, PurchaseRow,
    builders::{a_company, a_product, a_router, email, name},
};
use time::Duration;

use crate::support::{World, secret, the_selling_router};

/// The examples' company with accounts at both gateways, its router and its product.
fn a_selling_shop() -> InMemory {
    InMemory::new()
        .with_company(a_company().with_secrets().build())
        .with_router(a_router().build())
        .with_product(a_product().build())
}

/// A world with this store, whose router has the product's profile.
fn over(store: InMemory) -> World {
    let world = World::over(store);
    world.routers.router().add_profile("1hora", None);
    world
}

fn a_world() -> World {
    over(a_selling_shop())
}

/// An order of the product at Conekta.
fn an_order(kind: GuestKind) -> AccessOrder {
    AccessOrder {
        gateway: Gateway::Conekta,
        product: ProductId::new(1),
        card: Card { token: secret("tok_1"), method: None, issuer: None, installments: 1, device: None },
        customer: Customer { name: name("Juan Pérez"), email: email("juan@example.com"), phone: None },
        kind,
        shown_price: None,
        return_url: None,
        key: PurchaseKey::parse("a-key-of-a-portal"),
    }
}

async fn buy(world: &World, kind: GuestKind) -> Result<FoundPurchase, BuyError> {
    let bought = world.app.purchases.buy.execute(the_selling_router(), an_order(kind)).await;
    bought.map(|(found, _)| found)
}

/// Lets time pass and the background do what is due, until nothing is due.
async fn settle(world: &World) {
    for _ in 0..200 {
        if world.store.tables().purchases.iter().all(|row| row.due_at.is_none()) {
            return;
        }
        world.clock.advance(Duration::minutes(2));
        world.app.purchases.resume.execute(pending()).await.unwrap();
    }
    panic!("the purchase does not come to rest: {:?}", world.store.tables().purchases);
}

fn rows(world: &World) -> Vec<PurchaseRow> {
    world.store.tables().purchases
}

/// The only purchase.
fn the_purchase(world: &World) -> Purchase {
    let rows = rows(world);
    let [row] = &rows[..] else { panic!("not one purchase: {rows:?}") };
    row.purchase.clone()
}

/// The users on the router that a purchase made.
fn guests(world: &World) -> Vec<HotspotUser> {
    let users = world.routers.router().users.clone();
    users.into_iter().filter(|user| user.comment.to_string().starts_with("portero:compra_")).collect()
}

/// What holds once nothing is due: a buyer who was charged and not refunded has one enabled guest, and no other buyer has one.
#[track_caller]
fn assert_fair(world: &World, what: &str) {
    let (charges, guests) = (world.conekta.charges(), guests(world));
    assert!(charges.len() <= 1, "{what}: two charges");
    let kept = charges.iter().any(|charge| charge.refunded < charge.terms.amount);
    let enabled = guests.iter().filter(|user| !user.disabled).count();
    assert_eq!(enabled, usize::from(kept), "{what}: {guests:?}, {:?}", rows(world));
    assert!(guests.len() <= 1, "{what}: {guests:?}");
    for row in rows(world) {
        let delivered = matches!(row.purchase.progress.stage(), Stage::Delivered { .. });
        assert_eq!(delivered, kept, "{what}: {row:?}");
    }
}
