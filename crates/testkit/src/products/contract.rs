//! Contracts of [`Products`](portero_domain::ports::Products).

use portero_domain::{
    Timestamp,
    filter::ProductFilter,
    ids::{CompanyId, ProductId, RouterId},
    money::{Currency, Money},
    ports::{Storage, Stored, Taken},
    product::{HotspotProfile, Offer, Product, ProductDetails},
    text::{Description, Link},
};
use time::Duration;

use crate::builders::{
    a_company, a_product, a_router, an_offer, company_id, foreign_id, money, name, router_id, start,
};
use crate::contract::{Harness, a_shop, after, commit, refused, whole};

fn hotel() -> CompanyId {
    a_company().build().id
}

fn the_router() -> RouterId {
    a_router().build().id
}

/// The shop with a second router, and a second company with a router of its own.
async fn two_shops(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| {
        let cafe = a_company().id("EMP_0000000002").build();
        assert_eq!(storage.companies().insert(&cafe)?, Ok(()));
        assert_eq!(storage.routers().insert(&a_router().id("RTR_00000002").build())?, Ok(()));
        assert_eq!(storage.routers().insert(&a_router().id("RTR_00000003").of(&cafe.id).build())?, Ok(()));
        Ok(())
    })
    .await;
}

fn added(storage: &mut dyn Storage, company: &CompanyId, offer: &Offer, now: Timestamp) -> Stored<Product> {
    let id = storage.products().insert(company, offer, now)?.expect("a free profile");
    Ok(Product { id, company: company.clone(), offer: offer.clone(), created_at: now })
}

async fn listed(harness: &dyn Harness) -> Vec<Product> {
    whole(harness, |storage, page| storage.products().list(&hotel(), &ProductFilter::default(), page)).await
}

/// Every field is read back: extremes, empty values, and the details letter by letter.
pub async fn a_product_reads_back_as_it_was_written(harness: &dyn Harness) {
    a_shop(harness).await;
    let details = r#"[ {"texto":"Ñandú ☕ \u00e9","b":1.0,"a":1e2 , "a":null},{} ,{"n":12345678901234567890.10}]"#;
    let full = Offer {
        profile: HotspotProfile { id: foreign_id("*1A"), name: foreign_id("perfil “ñ” 'x' \\") },
        title: name("1 Hora ☕ — 東京"),
        image: Link::parse("/static/ñ.png").ok(),
        price: Money::MAX,
        currency: Currency::Eur,
        details: ProductDetails::new(details.to_owned()),
        position: i32::MAX,
        featured: true,
        ..an_offer().build()
    };
    let bare = Offer {
        profile: HotspotProfile { id: foreign_id("*2"), name: foreign_id("otro") },
        description: None,
        price: money("0.01"),
        currency: Currency::Usd,
        details: ProductDetails::default(),
        active: false,
        position: i32::MIN,
        ..an_offer().build()
    };
    for offer in [full, bare, an_offer().build()] {
        let (product, found) = commit(harness, move |storage| {
            let product = added(storage, &hotel(), &offer, after(Duration::microseconds(123_456)))?;
            let found = storage.products().find(&hotel(), product.id)?;
            Ok((product, found))
        })
        .await;
        assert!(product.id.get() > 0);
        assert_eq!(found.as_ref(), Some(&product));
        assert!(listed(harness).await.contains(&product));
    }
}

/// Neither by its id nor in a list. Nor is an unknown one.
pub async fn a_product_of_another_company_is_not_there(harness: &dyn Harness) {
    two_shops(harness).await;
    let cafe = || company_id("EMP_0000000002");
    let product = commit(harness, move |storage| {
        let product = added(storage, &hotel(), &an_offer().build(), start())?;
        assert_eq!(storage.products().find(&cafe(), product.id)?, None);
        for unknown in [0, -1, product.id.get() + 1, i64::MAX, i64::MIN] {
            assert_eq!(storage.products().find(&hotel(), ProductId::new(unknown))?, None);
        }
        Ok(product)
    })
    .await;
    for router in [None, Some(the_router()), Some(router_id("RTR_00000003"))] {
        let list = whole(harness, move |storage, page| {
            storage.products().list(&cafe(), &ProductFilter { router: router.clone() }, page)
        });
        assert_eq!(list.await, []);
    }
    assert_eq!(listed(harness).await, [product]);
}

/// On sale or not, of one router or all; of one moment, by identity.
pub async fn products_come_oldest_first(harness: &dyn Harness) {
    two_shops(harness).await;
    commit(harness, |storage| {
        let second = router_id("RTR_00000002");
        for (title, router, minute) in [
            ("A", the_router(), 3),
            ("B", the_router(), 1),
            ("C", second.clone(), 1),
            ("D", second, 2),
            ("E", the_router(), 1),
        ] {
            let offer = an_offer().on(&router).profile(title).titled(title).position(-minute).build();
            let mut product = added(storage, &hotel(), &offer, after(Duration::minutes(minute.into())))?;
            if title == "B" {
                // An update is what moves a row in a table that has no order of its own.
                product.offer.active = false;
                assert_eq!(storage.products().update(&product)?, Ok(()));
            }
        }
        added(storage, &company_id("EMP_0000000002"), &an_offer().on(&router_id("RTR_00000003")).build(), start())
    })
    .await;
    for (router, expected) in [
        (None, "BCEDA"),
        (Some(the_router()), "BEA"),
        (Some(router_id("RTR_00000002")), "CD"),
        (Some(router_id("RTR_00000003")), ""),
    ] {
        let list = whole(harness, move |storage, page| {
            storage.products().list(&hotel(), &ProductFilter { router: router.clone() }, page)
        })
        .await;
        let titles: String = list.iter().map(|product| product.offer.title.as_str()).collect();
        assert_eq!(titles, expected);
    }
}

/// What is on sale on the router, and nothing else.
pub async fn a_catalogue_goes_by_position_then_featured_then_age(harness: &dyn Harness) {
    two_shops(harness).await;
    let (titles, counts) = commit(harness, |storage| {
        let at = |title: &str, position: i32| an_offer().profile(title).titled(title).position(position);
        for (offer, minute) in [
            (at("F", 1), 2),
            (at("E", 1), 1),
            (at("G", 1), 2),
            (at("D", 1).featured(), 3),
            (at("C", 1).featured(), 2),
            (at("H", 2).featured(), 0),
            (at("B", 0), 9),
            (at("A", -1), 9),
            (at("off", 0).off_sale(), 0),
            (at("elsewhere", 0).on(&router_id("RTR_00000002")), 0),
        ] {
            added(storage, &hotel(), &offer.build(), after(Duration::minutes(minute)))?;
        }
        let products = storage.products();
        assert_eq!(products.catalogue(&hotel(), &router_id("RTR_00000003"))?, []);
        let cafe = company_id("EMP_0000000002");
        assert_eq!(products.catalogue(&cafe, &the_router())?, []);
        assert_eq!(products.count_on_sale(&cafe, &the_router())?, 0);
        let catalogue = products.catalogue(&hotel(), &the_router())?;
        let titles: String = catalogue.iter().map(|product| product.offer.title.as_str()).collect();
        let mut counts = Vec::new();
        for router in ["RTR_A1B2C3D4", "RTR_00000002", "RTR_00000003", "RTR_00000004"] {
            counts.push(products.count_on_sale(&hotel(), &router_id(router))?);
        }
        Ok((titles, counts))
    })
    .await;
    assert_eq!(titles, "ABCDEFGH");
    assert_eq!(counts, [8, 1, 0, 0]);
}

/// A profile is taken on its router, on sale or not; on another router it is free.
pub async fn a_taken_profile_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    two_shops(harness).await;
    let expected = commit(harness, |storage| {
        let mut written = Vec::new();
        for first in [an_offer().build(), an_offer().profile("otro").off_sale().build()] {
            written.push(added(storage, &hotel(), &first, start())?);
            let again = Offer { title: name("Otra vez"), active: true, ..first };
            assert_eq!(storage.products().insert(&hotel(), &again, start())?, Err(Taken));
        }
        written.push(added(storage, &hotel(), &an_offer().on(&router_id("RTR_00000002")).build(), start())?);
        Ok(written)
    })
    .await;
    assert_eq!(listed(harness).await, expected);
}

/// Twice too. Another company does not reach it, and what is not there is not withdrawn.
pub async fn a_withdrawn_product_is_off_sale_and_nothing_else_changes(harness: &dyn Harness) {
    a_shop(harness).await;
    let id =
        commit(harness, |storage| storage.products().insert(&a_company().build().id, &an_offer().build(), start()))
            .await
            .expect("a free profile");
    for _ in 0..2 {
        let answers = commit(harness, move |storage| {
            let products = storage.products();
            let hotel = a_company().build().id;
            let known = products.deactivate(&hotel, id)?;
            Ok([
                known,
                products.deactivate(&company_id("EMP_0000000009"), id)?,
                products.deactivate(&hotel, ProductId::new(99))?,
            ])
        });
        assert_eq!(answers.await, [true, false, false]);
        let found = commit(harness, move |storage| storage.products().find(&a_company().build().id, id)).await;
        assert_eq!(found.map(|product| product.offer), Some(an_offer().off_sale().build()));
    }
}

/// A product on no router is our own fault.
pub async fn a_product_needs_its_router(harness: &dyn Harness) {
    a_shop(harness).await;
    refused(harness, |storage| {
        storage.products().insert(&hotel(), &an_offer().on(&router_id("RTR_00000009")).build(), start())
    })
    .await;
    assert_eq!(listed(harness).await, []);
}

/// Parts are filled and emptied alike; its beginning stays, and another product keeps its own.
pub async fn an_update_writes_what_one_product_offers(harness: &dyn Harness) {
    two_shops(harness).await;
    let (product, other) = commit(harness, |storage| {
        let product = added(storage, &hotel(), &an_offer().build(), start())?;
        let other = added(storage, &hotel(), &an_offer().profile("otro").build(), after(Duration::HOUR))?;
        Ok((product, other))
    })
    .await;
    let full = Offer {
        router: router_id("RTR_00000002"),
        profile: HotspotProfile { id: foreign_id("*FF"), name: foreign_id("nuevo") },
        title: name("Ñandú"),
        description: Description::parse("“Otra” descripción").ok(),
        image: Link::parse("https://ejemplo.mx/1.png").ok(),
        price: money("19.99"),
        currency: Currency::Usd,
        details: ProductDetails::new(r#"[{"z":1, "a":[2]}]"#.to_owned()),
        active: false,
        position: -7,
        featured: true,
    };
    let bare = Offer { description: None, image: None, details: ProductDetails::default(), ..full.clone() };
    for offer in [full.clone(), full, bare, an_offer().build()] {
        let changed = Product { offer, ..product.clone() };
        let written = Product { created_at: after(Duration::DAY), ..changed.clone() };
        assert_eq!(commit(harness, move |storage| storage.products().update(&written)).await, Ok(()));
        assert_eq!(listed(harness).await, [changed, other.clone()]);
    }
}

/// Taken by the profile or by the router that it moves to; the update may be tried again otherwise.
pub async fn an_update_to_a_taken_profile_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    two_shops(harness).await;
    let expected = commit(harness, |storage| {
        let product = added(storage, &hotel(), &an_offer().build(), start())?;
        let sold = added(storage, &hotel(), &an_offer().profile("otro").build(), start())?;
        let second = router_id("RTR_00000002");
        let moved = added(storage, &hotel(), &an_offer().on(&second).off_sale().build(), start())?;
        for offer in [an_offer().profile("otro").titled("X").build(), an_offer().on(&second).titled("X").build()] {
            let clash = Product { offer, ..product.clone() };
            assert_eq!(storage.products().update(&clash)?, Err(Taken));
            assert_eq!(storage.products().find(&hotel(), product.id)?, Some(product.clone()));
        }
        let free = Product { offer: an_offer().profile("libre").build(), ..product };
        assert_eq!(storage.products().update(&free)?, Ok(()));
        Ok([free, sold, moved])
    })
    .await;
    assert_eq!(listed(harness).await, expected);
}

/// A move to nowhere is our own fault.
pub async fn a_product_moves_only_to_a_router_that_is_there(harness: &dyn Harness) {
    a_shop(harness).await;
    let product = commit(harness, |storage| added(storage, &hotel(), &a_product().build().offer, start())).await;
    let lost = Product { offer: an_offer().on(&router_id("RTR_00000009")).build(), ..product.clone() };
    refused(harness, move |storage| storage.products().update(&lost)).await;
    assert_eq!(listed(harness).await, [product]);
}
