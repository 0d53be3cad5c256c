//! Routers: registered, listed, found, switched, deleted.

use portero_application::{
    Activation,
    portal::AdmitPortalError,
    routers::{DeleteRouterError, NewRouter, RegisterRouterError, RegisteredRouter},
};
use portero_domain::{
    company::CompanyInactive,
    filter::RouterFilter,
    ids::RouterId,
    page::{Listing, Page, Start},
    ports::{Refusal, Vault, VaultError},
    router::RouterDetails,
};
use portero_testkit::{
    FakeVault, HealthRow, InMemory,
    builders::{a_company, a_key, a_product, a_purchase, a_router, an_offer, router_id, start},
};
use time::Duration;

use crate::support::{
    World, a_key_signer_that_fails, a_shop, a_vault_that_fails, another_company, another_companys_router, assert_is,
    page, row, secret, signed, the_company, the_router, two_shops, with_key, wrong_owners,
};

/// What the page's example registers.
fn the_new_router() -> NewRouter {
    let router = a_router().build();
    NewRouter {
        details: RouterDetails { location: router.location, ..RouterDetails::new(router.name, router.endpoint) },
        username: router.credentials.username,
        password: secret("secure_password"),
        old_login: false,
    }
}

fn a_company_alone() -> InMemory {
    InMemory::new().with_company(a_company().build())
}

#[tokio::test]
async fn a_registered_router_is_active_and_has_a_key_that_opens_the_gate() {
    let world = World::over(a_company_alone());
    let mut expected = world.store.tables();
    let now = world.clock.advance(Duration::microseconds(123_456));

    let registered = world.app.routers.register.execute(the_company(), the_new_router()).await.unwrap();

    let router = a_router().id("RTR_00000001").created_at(now).build();
    let key = a_key().id("key_0000000000000001").of(&router).issued_at(start()).build();
    let token = signed(&key).token;
    let whole = RegisteredRouter { router: router.clone(), key: key.clone(), token: token.clone() };
    assert_eq!(registered, whole);
    expected.routers.push(router.clone());
    expected.healths.push(HealthRow::of(&router.id));
    expected.keys.push(row(key.clone()));
    assert_eq!(world.store.tables(), expected);

    let admission = world.app.portal.admit.execute(token.expose()).await.unwrap();
    assert_eq!((&admission.key, &admission.router.id), (key.id(), &router.id));
}

#[tokio::test]
async fn a_routers_password_is_kept_sealed_for_its_own_place() {
    let world = World::over(a_company_alone());
    let registered = world.app.routers.register.execute(the_company(), the_new_router()).await.unwrap();
    let router = world.store.tables().routers.remove(0);
    let password = &router.credentials.password;
    assert!(!password.as_str().contains("secure_password"));
    let place = registered.router.password_place();
    assert_eq!(FakeVault::default().decrypt(password, &place), Ok(secret("secure_password")));
}

#[tokio::test]
async fn a_routers_identity_that_is_taken_is_drawn_again() {
    let world = World::over(two_shops());
    let taken = [the_router(), another_companys_router().id];
    world.ids.then_routers(taken.into_iter().cycle().take(7));
    let registered = world.app.routers.register.execute(the_company(), the_new_router()).await.unwrap();
    assert_eq!(registered.router.id, router_id("RTR_00000001"));
    assert_eq!(registered.key.parts().router, registered.router.id);
    let place = registered.router.password_place();
    assert!(FakeVault::default().decrypt(&registered.router.credentials.password, &place).is_ok());
}

#[tokio::test]
async fn after_eight_identities_that_are_taken_no_router_is_registered() {
    let world = World::over(a_shop());
    let before = world.store.tables();
    world.ids.then_routers(std::iter::repeat_n(the_router(), 8));
    let refused = world.app.routers.register.execute(the_company(), the_new_router()).await;
    assert_is!(refused, Err(RegisterRouterError::NoFreeId));
    assert_eq!(world.store.tables(), before);
    let next = world.app.routers.register.execute(the_company(), the_new_router()).await.unwrap();
    assert_eq!(next.router.id, router_id("RTR_00000001"), "eight were drawn, and no more");
}

#[tokio::test]
async fn a_router_needs_a_company_that_trades() {
    let world = World::over(InMemory::new().with_company(a_company().inactive().build()));
    let before = world.store.tables();
    let refused = world.app.routers.register.execute(another_company().id, the_new_router()).await;
    assert_is!(refused, Err(RegisterRouterError::CompanyNotFound));
    let refused = world.app.routers.register.execute(the_company(), the_new_router()).await;
    assert_is!(refused, Err(RegisterRouterError::CompanyInactive(CompanyInactive)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_token_that_cannot_be_signed_leaves_no_trace() {
    let world = World::with(a_company_alone(), |ports| ports.api_key_tokens = a_key_signer_that_fails());
    let before = world.store.tables();
    let refused = world.app.routers.register.execute(the_company(), the_new_router()).await;
    assert_is!(refused, Err(RegisterRouterError::Signing(_)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_password_that_cannot_be_sealed_leaves_no_trace() {
    let world = World::with(a_company_alone(), |ports| ports.vault = a_vault_that_fails());
    let before = world.store.tables();
    let refused = world.app.routers.register.execute(the_company(), the_new_router()).await;
    assert_is!(refused, Err(RegisterRouterError::Vault(VaultError::Sealing)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_failed_registration_leaves_no_trace() {
    let world = World::over(a_company_alone());
    let register = async || world.app.routers.register.execute(the_company(), the_new_router()).await;
    let registered = world.fails_without_trace(register).await;
    let tables = world.store.tables();
    assert_eq!(tables.routers, [registered.router]);
    assert_eq!(tables.keys, [row(registered.key)]);
}

#[tokio::test]
async fn routers_are_listed_oldest_first_and_a_part_at_a_time() {
    let older = a_router().id("RTR_00000002").created_at(start().plus(-Duration::DAY)).inactive().build();
    let world = World::over(two_shops().with_router(older.clone()));
    let list = |page| world.app.routers.list.execute(the_company(), RouterFilter::default(), page);
    let all = Listing { items: vec![older.clone(), a_router().build()], damaged: vec![], total: Some(2), next: None };
    assert_eq!(list(Page::default()).await.unwrap(), Some(all));
    let first = list(page(1, 0)).await.unwrap().unwrap();
    assert_eq!((first.items, first.total), (vec![older], Some(2)));
    let behind = Page { limit: None, start: Start::After(first.next.unwrap()) };
    let rest = Listing { items: vec![a_router().build()], damaged: vec![], total: None, next: None };
    assert_eq!(list(behind).await.unwrap(), Some(rest));
    let beyond = list(page(1, 2)).await.unwrap();
    assert_eq!(beyond, Some(Listing { items: vec![], damaged: vec![], total: Some(2), next: None }));
}

#[tokio::test]
async fn a_company_without_routers_has_an_empty_list_and_one_that_is_not_there_has_none() {
    let world = World::over(a_company_alone());
    let empty = world.app.routers.list.execute(the_company(), RouterFilter::default(), Page::default()).await.unwrap();
    assert_eq!(empty, Some(Listing { items: vec![], damaged: vec![], total: Some(0), next: None }));
    assert_eq!(
        world.app.routers.list.execute(another_company().id, RouterFilter::default(), Page::default()).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn a_router_of_somebody_else_is_not_there() {
    let world = World::over(two_shops());
    let before = world.store.tables();
    let found = world.app.routers.find.execute(the_company(), the_router()).await.unwrap();
    assert_eq!(found, Some(a_router().build()));
    for (company, router) in wrong_owners() {
        assert_is!(world.app.routers.find.execute(company.clone(), router.clone()).await, Ok(None));
        let switched = world.app.routers.set_active.execute(company.clone(), router.clone(), Activation::Toggle).await;
        assert_is!(switched, Ok(None));
        assert_is!(world.app.routers.delete.execute(company, router).await, Err(DeleteRouterError::NotFound));
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_toggle_flips_and_a_wish_is_met_however_often_it_is_told() {
    let world = World::over(two_shops());
    for (switch, active) in [
        (Activation::Toggle, false),
        (Activation::Toggle, true),
        (Activation::To(true), true),
        (Activation::To(false), false),
        (Activation::To(false), false),
        (Activation::To(true), true),
    ] {
        let mut expected = world.store.tables();
        expected.routers[0].active = active;
        let switched = world.app.routers.set_active.execute(the_company(), the_router(), switch).await.unwrap();
        assert_eq!(switched, Some(active), "{switch:?}");
        assert_eq!(world.store.tables(), expected, "{switch:?}");
    }
}

#[tokio::test]
async fn a_failed_switch_of_a_router_leaves_no_trace() {
    let world = World::over(a_shop());
    let switch = async || world.app.routers.set_active.execute(the_company(), the_router(), Activation::Toggle).await;
    assert_eq!(world.fails_without_trace(switch).await, Some(false));
}

/// A router with all that can hang on it: keys, products off sale, purchases; beside another that has as much.
fn a_shop_that_traded() -> InMemory {
    let other = another_companys_router();
    let others_offer = an_offer().on(&other.id).off_sale().build();
    let store = two_shops()
        .with_product(a_product().offering(an_offer().off_sale().build()).build())
        .with_product(a_product().id(2).of(&other.company).offering(others_offer).build())
        .with_purchase(a_purchase().build())
        .with_purchase(a_purchase().number(2).of(&other.company).on(&other.id).build());
    let old = a_key().id("key_old").revoked_at(start()).build();
    let others = a_key().id("key_other").of(&other).build();
    [old, a_key().build(), others].into_iter().fold(store, with_key)
}

#[tokio::test]
async fn a_deleted_router_takes_its_keys_along_and_leaves_its_purchases() {
    let world = World::over(a_shop_that_traded());
    let mut expected = world.store.tables();
    world.app.routers.delete.execute(the_company(), the_router()).await.unwrap();

    expected.routers.remove(0);
    expected.healths.remove(0);
    expected.keys.drain(..2);
    expected.products.remove(0);
    assert_eq!(expected.purchases.len(), 2);
    assert_eq!(world.store.tables(), expected);
    let call = world.app.portal.admit.execute(signed(&a_key().build()).token.expose()).await;
    assert_is!(call, Err(AdmitPortalError::Refused(Refusal::Unknown)));
    let again = world.app.routers.delete.execute(the_company(), the_router()).await;
    assert_is!(again, Err(DeleteRouterError::NotFound));
}

#[tokio::test]
async fn a_router_with_products_on_sale_stays_and_only_those_are_counted() {
    let product = |id, profile| a_product().id(id).offering(an_offer().profile(profile).build()).build();
    let store = a_shop_that_traded().with_product(product(3, "2horas")).with_product(product(4, "1dia"));
    let world = World::over(store);
    let before = world.store.tables();
    let refused = world.app.routers.delete.execute(the_company(), the_router()).await;
    assert_is!(refused, Err(DeleteRouterError::HasProducts(2)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_failed_deletion_leaves_no_trace() {
    let world = World::over(a_shop_that_traded());
    let delete = async || world.app.routers.delete.execute(the_company(), the_router()).await;
    world.fails_without_trace(delete).await;
    let left: Vec<RouterId> = world.store.tables().routers.into_iter().map(|router| router.id).collect();
    assert_eq!(left, [another_companys_router().id]);
}
