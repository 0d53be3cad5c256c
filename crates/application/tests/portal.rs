//! What a captive portal may do with its router's key.

use std::sync::Arc;

use portero_application::portal::AdmitPortalError;
use portero_domain::{
    ids::ProductId,
    ports::{Admission, AdmittedCompany, MockGate, Refusal, StorageError, TokenRefusal},
};
use portero_testkit::{
    InMemory, KeyRow,
    builders::{a_company, a_key, a_product, a_router, an_offer, start},
};
use time::Duration;

use crate::support::{
    World, a_shop, another_company, assert_is, signed, the_admission, the_company, the_router, two_shops, with_key,
};

fn the_token() -> String {
    signed(&a_key().build()).token.expose().to_owned()
}

#[tokio::test]
async fn a_call_with_a_good_key_is_admitted_and_counted() {
    let world = World::over(with_key(a_shop(), a_key().used(41, start()).build()));
    let now = world.clock.advance(Duration::HOUR);
    let admission = world.app.portal.admit.execute(&the_token()).await.unwrap();
    assert_eq!(admission, the_admission());
    let selling = admission.selling().unwrap();
    assert_eq!((&selling.company().id, &selling.router().id), (&the_company(), &the_router()));
    assert_eq!(world.store.tables().keys[0].key, a_key().used(42, now).build());
}

#[tokio::test]
async fn an_inactive_router_may_read_and_does_not_sell() {
    let store = InMemory::new().with_company(a_company().build()).with_router(a_router().inactive().build());
    let world = World::over(with_key(store, a_key().build()));
    let admission = world.app.portal.admit.execute(&the_token()).await.unwrap();
    assert!(admission.selling().is_err());
}

#[tokio::test]
async fn a_key_that_is_not_ours_or_whose_time_is_over_never_reaches_the_gate() {
    let world = World::with(with_key(a_shop(), a_key().build()), |ports| ports.gate = Arc::new(MockGate::new()));
    let altered = format!("{}0", the_token());
    let end = a_key().build().parts().expires_at;
    for (token, now, refusal) in [
        ("", start(), TokenRefusal::Malformed),
        (&the_token()["jwt_".len()..], start(), TokenRefusal::Malformed),
        (&altered, start(), TokenRefusal::Invalid),
        (&the_token(), end, TokenRefusal::Expired),
    ] {
        world.clock.set(now);
        match world.app.portal.admit.execute(token).await {
            Err(AdmitPortalError::Token(told)) => assert_eq!(told, refusal, "{token}"),
            other => panic!("{token}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_key_of_ours_that_is_no_good_is_refused_for_its_reason_and_not_counted() {
    let shop = || with_key(a_shop(), a_key().build());
    let closed = || InMemory::new().with_company(a_company().inactive().build()).with_router(a_router().build());
    let shortened =
        KeyRow { key: a_key().expires_at(start()).build(), fingerprint: signed(&a_key().build()).fingerprint };
    for (store, refusal) in [
        (a_shop(), Refusal::Unknown),
        (with_key(a_shop(), a_key().revoked_at(start()).build()), Refusal::Revoked),
        (a_shop().with_key(shortened.key, shortened.fingerprint), Refusal::Expired),
        (with_key(closed(), a_key().build()), Refusal::CompanyInactive),
    ] {
        let world = World::over(store);
        let before = world.store.tables();
        match world.app.portal.admit.execute(&the_token()).await {
            Err(AdmitPortalError::Refused(told)) => assert_eq!(told, refusal),
            other => panic!("{refusal:?}: {other:?}"),
        }
        assert_eq!(world.store.tables(), before, "{refusal:?}");
    }

    let world = World::over(shop());
    world.store.fail_next(StorageError::Busy);
    let unknown = world.app.portal.admit.execute(&the_token()).await;
    assert_is!(unknown, Err(AdmitPortalError::Storage(StorageError::Busy)));
    assert_eq!(world.store.tables(), shop().tables());
}

/// The second router of the same company, whose products are none of the first one's portal's business.
fn a_market() -> InMemory {
    let second = a_router().id("RTR_00000002").build();
    let elsewhere = an_offer().on(&second.id).build();
    let product = |id, profile: &str| (a_product().id(id), an_offer().profile(profile));
    let (plain, plain_offer) = product(1, "plain");
    let (featured, featured_offer) = product(2, "featured");
    let (first, first_offer) = product(3, "first");
    let (older, older_offer) = product(4, "older");
    let (off, off_offer) = product(5, "off");
    let early = start().plus(-Duration::DAY);
    two_shops()
        .with_router(second)
        .with_product(plain.offering(plain_offer.position(1).build()).build())
        .with_product(featured.offering(featured_offer.position(1).featured().build()).build())
        .with_product(first.offering(first_offer.position(-1).build()).build())
        .with_product(older.offering(older_offer.position(1).build()).created_at(early).build())
        .with_product(off.offering(off_offer.position(-9).off_sale().build()).build())
        .with_product(a_product().id(6).offering(elsewhere).build())
}

#[tokio::test]
async fn the_catalogue_shows_what_the_own_router_sells_in_its_order() {
    let world = World::over(a_market());
    let catalogue = world.app.portal.catalogue.all(the_admission().company, the_admission().router).await.unwrap();
    let ids: Vec<_> = catalogue.iter().map(|product| product.id.get()).collect();
    assert_eq!(ids, [3, 2, 4, 1], "by position, then the featured ones, then the oldest");
    let stored = world.store.tables().products;
    assert!(catalogue.iter().all(|product| stored.contains(product)));
}

#[tokio::test]
async fn a_portal_finds_the_products_on_sale_on_its_own_router_alone() {
    let world = World::over(a_market());
    let Admission { company, router, .. } = the_admission();
    let foreign = AdmittedCompany { id: another_company().id, ..company.clone() };
    assert_eq!((&company.id, &router.id), (&the_company(), &the_router()));
    for (caller, id, what, found) in [
        (&company, 2, "on sale", true),
        (&company, 5, "off sale", false),
        (&company, 6, "another router's", false),
        (&company, 99, "nobody's", false),
        (&foreign, 2, "another company's", false),
    ] {
        let product = world.app.portal.catalogue.one(caller.clone(), router.clone(), ProductId::new(id)).await.unwrap();
        let expected = found.then_some(ProductId::new(id));
        assert_eq!(product.map(|product| product.id), expected, "{what}");
    }
}
