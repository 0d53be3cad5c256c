//! Products: created, listed, found, edited, withdrawn.

use portero_application::{
    Mandate,
    products::{CreateProductError, DeactivateProductError, EditProductError},
};
use portero_domain::{
    change::Change,
    company::CompanyInactive,
    filter::ProductFilter,
    ids::{ProductId, RouterId},
    money::Currency,
    page::Page,
    product::{HotspotProfile, Offer, OfferEdit, Product, ProductDetails},
    router::Router,
    text::Link,
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_product, a_router, an_offer, foreign_id, money, name, router_id, start},
};
use time::Duration;

use crate::support::{
    World, a_shop, another_company, another_companys_router, assert_is, page, the_company, the_router, two_shops,
};

const FIRST: ProductId = ProductId::new(1);

/// The same company's other router.
fn the_second_router() -> Router {
    a_router().id("RTR_00000002").named("Router Alberca").build()
}

/// Two shops, one of which has a second router and the product of the examples.
fn a_market() -> InMemory {
    two_shops().with_router(the_second_router()).with_product(a_product().build())
}

fn moved_to(router: &RouterId) -> OfferEdit {
    OfferEdit { router: Some(router.clone()), ..OfferEdit::default() }
}

fn another_profile() -> Offer {
    an_offer().profile("2horas").build()
}

#[tokio::test]
async fn a_product_is_added_to_its_router() {
    let world = World::over(a_market());
    let created_at = world.clock.advance(Duration::microseconds(5));
    let create =
        async || world.app.products.create.execute(Mandate::of_super_admin(the_company()), another_profile()).await;

    let product = world.fails_without_trace(create).await;

    let expected = Product { id: ProductId::new(2), company: the_company(), offer: another_profile(), created_at };
    assert_eq!(product, expected);
    assert_eq!(world.store.tables().products, [a_product().build(), expected]);
}

#[tokio::test]
async fn a_profile_may_be_sold_once_on_every_router() {
    let world = World::over(a_market());
    let elsewhere = an_offer().on(&the_second_router().id).build();
    assert_is!(world.app.products.create.execute(Mandate::of_super_admin(the_company()), elsewhere).await, Ok(_));
}

#[tokio::test]
async fn a_product_that_cannot_be_added_leaves_no_trace() {
    let off_sale = a_product().id(2).offering(an_offer().profile("2horas").off_sale().build()).build();
    let world = World::over(a_market().with_product(off_sale));
    let before = world.store.tables();
    let others = || an_offer().on(&another_companys_router().id).build();
    let nowhere = || an_offer().on(&router_id("RTR_00000000")).build();
    for (company, offer) in [
        (the_company(), others()),
        (the_company(), nowhere()),
        (another_company().id, another_profile()),
        (a_company().id("EMP_0000000000").build().id, another_profile()),
    ] {
        let refused = world.app.products.create.execute(Mandate::of_super_admin(company), offer).await;
        assert_is!(refused, Err(CreateProductError::RouterNotFound));
    }
    for taken in [an_offer().build(), another_profile()] {
        match world.app.products.create.execute(Mandate::of_super_admin(the_company()), taken.clone()).await {
            Err(CreateProductError::ProfileTaken { profile, router }) => {
                assert_eq!((profile, router), (taken.profile, name("Router Principal")));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_company_that_is_off_gets_no_product() {
    let store = InMemory::new().with_company(a_company().inactive().build()).with_router(a_router().build());
    let world = World::over(store);
    let refused = world.app.products.create.execute(Mandate::of_super_admin(the_company()), an_offer().build()).await;
    assert_is!(refused, Err(CreateProductError::CompanyInactive(CompanyInactive)));
    assert_eq!(world.store.tables().products, []);
}

#[tokio::test]
async fn products_are_listed_oldest_first_on_sale_or_not() {
    let second = the_second_router().id;
    let early = start().plus(-Duration::DAY);
    let old = a_product().id(2).offering(an_offer().on(&second).off_sale().build()).created_at(early).build();
    let others = an_offer().on(&another_companys_router().id).build();
    let others = a_product().id(3).of(&another_company().id).offering(others).build();
    let world = World::over(a_market().with_product(old.clone()).with_product(others.clone()));

    let (all, of_second) = (Page::default, Some(second));
    let none = Some(router_id("RTR_00000000"));
    for (company, router, page, items, total) in [
        (the_company(), None, all(), vec![old.clone(), a_product().build()], 2),
        (the_company(), None, page(1, 0), vec![old.clone()], 2),
        (the_company(), of_second, all(), vec![old], 1),
        (the_company(), none, all(), vec![], 0),
        (another_company().id, None, all(), vec![others], 1),
        (another_company().id, Some(the_router()), all(), vec![], 0),
    ] {
        let listed = world
            .app
            .products
            .list
            .execute(company.clone(), ProductFilter { router: router.clone() }, page.clone())
            .await
            .unwrap();
        assert_eq!((listed.items, listed.total), (items, Some(total)), "{company} {router:?} {page:?}");
    }
}

#[tokio::test]
async fn a_product_of_somebody_else_is_not_there() {
    let world = World::over(a_market());
    let before = world.store.tables();
    assert_eq!(world.app.products.find.execute(the_company(), FIRST).await.unwrap(), Some(a_product().build()));
    let nobody = a_company().id("EMP_0000000000").build().id;
    for (company, product) in [(another_company().id, FIRST), (nobody, FIRST), (the_company(), ProductId::new(99))] {
        assert_is!(world.app.products.find.execute(company.clone(), product).await, Ok(None));
        let edited = world
            .app
            .products
            .edit
            .execute(Mandate::of_super_admin(company.clone()), product, OfferEdit::default())
            .await;
        assert_is!(edited, Err(EditProductError::NotFound));
        let withdrawn = world.app.products.deactivate.execute(Mandate::of_super_admin(company), product).await;
        assert_is!(withdrawn, Err(DeactivateProductError::NotFound));
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn an_edit_changes_every_part_of_an_offer_that_it_mentions() {
    let world = World::over(a_market());
    let mut expected = world.store.tables();
    world.clock.advance(Duration::DAY);
    let image = Link::parse("https://x.mx/dia.png").unwrap();
    let details = ProductDetails::new(r#"[{"texto":"24 horas"}]"#.to_owned());
    let edit = OfferEdit {
        router: Some(the_second_router().id),
        profile_id: Some(foreign_id("*9")),
        profile_name: Some(foreign_id("1dia")),
        title: Some(name("1 Día")),
        description: Change::Clear,
        image: Change::Set(image.clone()),
        price: Some(money("99.90")),
        currency: Some(Currency::Usd),
        details: Some(details.clone()),
        active: Some(false),
        position: Some(-3),
        featured: Some(true),
    };
    let edited =
        async || world.app.products.edit.execute(Mandate::of_super_admin(the_company()), FIRST, edit.clone()).await;

    let product = world.fails_without_trace(edited).await;

    let offer = Offer {
        router: the_second_router().id,
        profile: HotspotProfile { id: foreign_id("*9"), name: foreign_id("1dia") },
        title: name("1 Día"),
        description: None,
        image: Some(image),
        price: money("99.90"),
        currency: Currency::Usd,
        details,
        active: false,
        position: -3,
        featured: true,
    };
    assert_eq!(product, a_product().offering(offer).build());
    expected.products[0] = product;
    assert_eq!(world.store.tables(), expected);
}

#[tokio::test]
async fn an_edit_that_mentions_nothing_is_fine() {
    let world = World::over(a_market());
    let before = world.store.tables();
    let same = world
        .app
        .products
        .edit
        .execute(Mandate::of_super_admin(the_company()), FIRST, OfferEdit::default())
        .await
        .unwrap();
    assert_eq!(same, a_product().build());
    let stays = world
        .app
        .products
        .edit
        .execute(Mandate::of_super_admin(the_company()), FIRST, moved_to(&the_router()))
        .await
        .unwrap();
    assert_eq!(stays, a_product().build());
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_product_moves_to_no_router_that_its_company_does_not_have() {
    let world = World::over(a_market());
    let before = world.store.tables();
    for router in [another_companys_router().id, router_id("RTR_00000000")] {
        let refused =
            world.app.products.edit.execute(Mandate::of_super_admin(the_company()), FIRST, moved_to(&router)).await;
        assert_is!(refused, Err(EditProductError::RouterNotFound));
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_product_takes_no_profile_that_another_one_has() {
    let second = the_second_router().id;
    let beside = a_product().id(2).offering(another_profile()).build();
    let there = a_product().id(3).offering(an_offer().on(&second).off_sale().build()).build();
    let world = World::over(a_market().with_product(beside).with_product(there));
    let before = world.store.tables();
    let renamed = OfferEdit { profile_name: Some(foreign_id("2horas")), ..OfferEdit::default() };
    for (edit, profile_name, router_name) in
        [(renamed, "2horas", "Router Principal"), (moved_to(&second), "1hora", "Router Alberca")]
    {
        match world.app.products.edit.execute(Mandate::of_super_admin(the_company()), FIRST, edit).await {
            Err(EditProductError::ProfileTaken { profile, router }) => {
                let expected = HotspotProfile { id: foreign_id("*1"), name: foreign_id(profile_name) };
                assert_eq!((profile, router), (expected, name(router_name)));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_withdrawn_product_is_off_sale_and_may_be_withdrawn_again() {
    let world = World::over(a_market());
    let mut expected = world.store.tables();
    expected.products[0] = a_product().offering(an_offer().off_sale().build()).build();
    let withdraw = async || world.app.products.deactivate.execute(Mandate::of_super_admin(the_company()), FIRST).await;
    world.fails_without_trace(withdraw).await;
    assert_eq!(world.store.tables(), expected);
    assert_is!(withdraw().await, Ok(()));
    assert_eq!(world.store.tables(), expected);
}

#[tokio::test]
async fn a_router_whose_products_are_withdrawn_may_be_deleted() {
    let world = World::over(a_shop().with_product(a_product().build()));
    assert_is!(world.app.products.deactivate.execute(Mandate::of_super_admin(the_company()), FIRST).await, Ok(()));
    assert_is!(world.app.routers.delete.execute(the_company(), the_router()).await, Ok(()));
    let refused =
        world.app.products.edit.execute(Mandate::of_super_admin(the_company()), FIRST, OfferEdit::default()).await;
    assert_is!(refused, Err(EditProductError::NotFound));
}
