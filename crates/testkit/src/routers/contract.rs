//! Contracts of [`Routers`](portero_domain::ports::Routers).

use portero_domain::{
    filter::{ProductFilter, PurchaseFilter, RouterFilter, SearchText},
    ids::RouterId,
    network::{CertificateFingerprint, Endpoint, Host, Port},
    page::{Limit, Page, Start},
    ports::Taken,
    router::{ApiUsername, Credentials, Location, Router},
    secret::Sealed,
};
use time::Duration;

use crate::builders::{a_company, a_key, a_purchase, a_router, an_offer, company_id, key_id, name, router_id, start};
use crate::contract::{Harness, a_shop, after, commit, keep, presented, refused, rivals, seed_purchase, whole};

fn a_full_router() -> Router {
    Router {
        endpoint: Endpoint::new(
            Host::parse("fe80::1").expect("a host"),
            Port::new(65_535).expect("a port"),
            Some(true),
        ),
        location: Location::parse("Ático nº 3 — “東京” 'x' \\").ok(),
        credentials: Credentials {
            username: ApiUsername::parse("usuario ñ").expect("a username"),
            password: Sealed::new("v1.k.++//==".to_owned()),
            old_login: true,
        },
        certificate: Some(CertificateFingerprint::new(std::array::from_fn(|at| {
            u8::try_from(at).unwrap_or_default() ^ 0xA5
        }))),
        created_at: after(Duration::microseconds(123_456)),
        ..a_router().named("Ñandú 🛜").build()
    }
}

fn a_bare_router() -> Router {
    a_router().id("RTR_00000002").without_location().inactive().build()
}

async fn listed(harness: &dyn Harness) -> Vec<Router> {
    let listed =
        whole(harness, |storage, page| storage.routers().list(&a_company().build().id, &RouterFilter::default(), page))
            .await;
    let counted = commit(harness, |storage| storage.routers().count(&a_company().build().id)).await;
    assert_eq!(counted, listed.len() as u64);
    listed
}

/// Every field is read back, to the microsecond and the last letter.
pub async fn a_router_reads_back_as_it_was_written(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().build())).await.expect("a free id");
    for router in [a_full_router(), a_bare_router()] {
        let written = router.clone();
        let (inserted, found, locked) = commit(harness, move |storage| {
            let (routers, Router { company, id, .. }) = (storage.routers(), &written);
            Ok((routers.insert(&written)?, routers.find(company, id)?, routers.lock(company, id)?))
        })
        .await;
        assert_eq!(inserted, Ok(()));
        assert_eq!(found.as_ref(), Some(&router));
        assert_eq!(locked.as_ref(), Some(&router));
    }
    assert_eq!(listed(harness).await, [a_bare_router(), a_full_router()]);
}

/// Neither by its id nor in the list. Nor is an unknown one.
pub async fn a_router_of_another_company_is_not_there(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| {
        assert_eq!(storage.companies().insert(&a_company().id("EMP_0000000002").build())?, Ok(()));
        let routers = storage.routers();
        for (company, router) in
            [("EMP_0000000002", "RTR_A1B2C3D4"), ("EMP_0000000003", "RTR_A1B2C3D4"), ("EMP_3A9F1C0B2D", "RTR_00000002")]
        {
            assert_eq!(routers.find(&company_id(company), &router_id(router))?, None);
            assert_eq!(routers.lock(&company_id(company), &router_id(router))?, None);
        }
        Ok(())
    })
    .await;
    let others = whole(harness, |storage, page| {
        storage.routers().list(&company_id("EMP_0000000002"), &RouterFilter::default(), page)
    })
    .await;
    assert_eq!(others, []);
    assert_eq!(listed(harness).await, [a_router().build()]);
}

/// A clash of ids is an answer, not a failure, also when another company has the id.
pub async fn a_taken_id_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| {
        let other = a_company().id("EMP_0000000002").build();
        assert_eq!(storage.companies().insert(&other)?, Ok(()));
        assert_eq!(storage.routers().insert(&a_full_router())?, Err(Taken));
        assert_eq!(storage.routers().insert(&a_router().of(&other.id).build())?, Err(Taken));
        let free = a_router().id("RTR_00000002").of(&other.id).build();
        assert_eq!(storage.routers().insert(&free)?, Ok(()));
        Ok(())
    })
    .await;
    assert_eq!(listed(harness).await, [a_router().build()]);
    let others = whole(harness, |storage, page| {
        storage.routers().list(&company_id("EMP_0000000002"), &RouterFilter::default(), page)
    })
    .await;
    assert_eq!(others.len(), 1);
}

/// A router without a company is a bug, not an expected error.
pub async fn a_router_needs_its_company(harness: &dyn Harness) {
    refused(harness, |storage| storage.routers().insert(&a_router().build())).await;
    assert_eq!(listed(harness).await, []);
}

/// Parts are filled and emptied alike, and another router keeps its own.
pub async fn an_update_writes_every_part_of_one_router(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = a_router().id("RTR_000000FF").created_at(after(Duration::HOUR)).build();
    let bystander = other.clone();
    commit(harness, move |storage| storage.routers().insert(&bystander)).await.expect("a free id");
    let full = Router { active: false, created_at: start(), ..a_full_router() };
    let bare = Router { id: full.id.clone(), active: true, ..a_bare_router() };
    for router in [full, bare] {
        let written = router.clone();
        commit(harness, move |storage| {
            storage.routers().lock(&written.company, &written.id)?;
            storage.routers().update(&written)
        })
        .await;
        assert_eq!(listed(harness).await, [router, other.clone()]);
    }
}

/// The order is that of their registration; of one moment, that of their coming.
pub async fn routers_of_one_company_come_oldest_first(harness: &dyn Harness) {
    commit(harness, |storage| {
        let other = a_company().id("EMP_0000000002").build();
        assert_eq!(storage.companies().insert(&a_company().build())?, Ok(()));
        assert_eq!(storage.companies().insert(&other)?, Ok(()));
        for (id, minute) in [("RTR_0000000A", 3), ("RTR_0000000B", 1), ("RTR_0000000D", 2), ("RTR_0000000C", 2)] {
            let router = a_router().id(id).created_at(after(Duration::minutes(minute))).build();
            assert_eq!(storage.routers().insert(&router)?, Ok(()));
        }
        assert_eq!(storage.routers().insert(&a_router().of(&other.id).build())?, Ok(()));
        let moved = a_router().id("RTR_0000000D").named("Otro").created_at(after(Duration::minutes(2))).build();
        storage.routers().update(&moved)
    })
    .await;
    let ids: Vec<_> = listed(harness).await.into_iter().map(|router| router.id).collect();
    assert_eq!(ids, ["RTR_0000000B", "RTR_0000000D", "RTR_0000000C", "RTR_0000000A"].map(router_id));
}

/// Each reads what the one before it wrote: no update is lost.
pub async fn rivals_for_a_locked_router_queue(harness: &dyn Harness) {
    commit(harness, |storage| {
        assert_eq!(storage.companies().insert(&a_company().build())?, Ok(()));
        storage.routers().insert(&a_router().named("0").build())
    })
    .await
    .expect("a free id");
    let answers = rivals(harness, 16, |_, storage| {
        let Router { company, id, .. } = a_router().build();
        let mut router = storage.routers().lock(&company, &id)?.expect("the router");
        let number: u32 = router.name.as_str().parse().expect("a number");
        router.name = name(&(number + 1).to_string());
        storage.routers().update(&router)
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(listed(harness).await[0].name, name("16"));
}

/// Its keys and its products off sale go with it, those of another router stay, and so does what was sold on it.
pub async fn removing_a_router_takes_its_keys_and_leaves_its_purchases(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = a_router().id("RTR_00000002").build();
    let bystander = other.clone();
    commit(harness, move |storage| storage.routers().insert(&bystander)).await.expect("a free id");
    let gone = a_key().build();
    let kept = a_key().id("key_elsewhere").of(&other).build();
    keep(harness, &a_key().id("key_revoked").revoked_at(start()).build()).await;
    keep(harness, &gone).await;
    keep(harness, &kept).await;
    seed_purchase(harness, a_purchase().build()).await;
    commit(harness, |storage| {
        let company = a_company().build().id;
        let on_other = an_offer().on(&router_id("RTR_00000002")).build();
        for offer in [an_offer().off_sale().build(), an_offer().profile("otro").off_sale().build(), on_other] {
            assert!(storage.products().insert(&company, &offer, start())?.is_ok());
        }
        let router = storage.routers().lock(&company, &a_router().build().id)?.expect("the router");
        storage.routers().remove(&router)
    })
    .await;

    assert_eq!(listed(harness).await, [other]);
    let keys = async |router: RouterId| {
        whole(harness, move |storage, page| storage.api_keys().list(&a_company().build().id, &router, page)).await.len()
    };
    assert_eq!((keys(router_id("RTR_A1B2C3D4")).await, keys(router_id("RTR_00000002")).await), (0, 1));
    let company = || a_company().build().id;
    let products =
        whole(harness, move |storage, page| storage.products().list(&company(), &ProductFilter::default(), page)).await;
    assert_eq!(products.len(), 1);
    let sales =
        whole(harness, move |storage, page| storage.purchases().list(&company(), &PurchaseFilter::default(), page))
            .await;
    assert_eq!(sales[0].order.router, router_id("RTR_A1B2C3D4"));
    assert!(harness.gate().admit(presented(&kept), start()).await.is_ok());

    // Its id is free again.
    commit(harness, |storage| storage.routers().insert(&a_router().build())).await.expect("a free id");
    assert_eq!(keys(router_id("RTR_A1B2C3D4")).await, 0);
}

/// Nothing else of it changes, and another company does not reach it.
pub async fn a_router_is_activated_and_deactivated_alone(harness: &dyn Harness) {
    a_shop(harness).await;
    let router = a_router().build();
    for active in [false, false, true] {
        let (id, company) = (router.id.clone(), router.company.clone());
        let found = commit(harness, move |storage| {
            let routers = storage.routers();
            routers.set_active(&company, &id, active)?;
            Ok([routers.lock_active(&company, &id)?, routers.lock_active(&company_id("EMP_0000000009"), &id)?])
        });
        assert_eq!(found.await, [Some(active), None]);
        let company = router.company.clone();
        let all =
            whole(harness, move |storage, page| storage.routers().list(&company, &RouterFilter::default(), page)).await;
        assert_eq!(all, [Router { active, ..router.clone() }]);
    }
}

/// One product on sale is enough to keep the router and all that belongs to it.
pub async fn a_router_with_products_on_sale_stays(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    commit(harness, |storage| {
        let company = a_company().build().id;
        for offer in [an_offer().build(), an_offer().profile("otro").off_sale().build()] {
            assert!(storage.products().insert(&company, &offer, start())?.is_ok());
        }
        Ok(())
    })
    .await;
    refused(harness, |storage| storage.routers().remove(&a_router().build())).await;
    assert_eq!(listed(harness).await, [a_router().build()]);
    let (key, products) = commit(harness, |storage| {
        let key = storage.api_keys().find(
            &a_company().build().id,
            &a_router().build().id,
            &key_id("key_a1b2c3d4e5f6g7h8"),
        )?;
        let products = storage.products().list(&a_company().build().id, &ProductFilter::default(), Page::default())?;
        Ok((key, products.total))
    })
    .await;
    assert_eq!((key, products), (Some(a_key().build()), Some(2)));
}

/// By state and by a text of the name or the host. Case does not matter, and wildcards of SQL stand for themselves. Pages by
/// offset and by cursor see the filtered rows only, and the total counts them.
pub async fn routers_are_found_by_state_and_text(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().build())).await.expect("a free id");
    let elsewhere = Endpoint::new(Host::parse("recepcion.hotel.mx").expect("a host"), Port::API, None);
    let of = |number: u32, named: &str| a_router().id(&format!("RTR_{number:08}")).named(named);
    let routers = [
        of(1, "Recepción").build(),
        of(2, "Ñandú 100%").inactive().build(),
        of(3, "sala_de_juntas").build(),
        of(4, r"a\b").inactive().build(),
        Router { endpoint: elsewhere, ..of(5, "RECEPCIÓN 2").inactive().build() },
    ];
    commit(harness, move |storage| {
        for router in &routers {
            storage.routers().insert(router)?.expect("a free id");
        }
        Ok(())
    })
    .await;
    for (active, text, expected) in [
        (None, "recepci", "1 5"),
        (Some(true), "RECEPCIÓN", "1"),
        (Some(false), "recepción", "5"),
        (None, "hotel", "5"),
        (None, "192.168", "1 2 3 4"),
        (None, "ñANDÚ", "2"),
        (None, "%", "2"),
        (None, "_", "3"),
        (None, r"\", "4"),
        (None, "100_", ""),
        (Some(true), "ñandú", ""),
        (Some(false), "a", "2 4"),
    ] {
        let filter = RouterFilter { active, text: Some(SearchText::parse(text).expect("a text")) };
        let found = {
            let filter = filter.clone();
            whole(harness, move |storage, page| storage.routers().list(&a_company().build().id, &filter, page)).await
        };
        let numbers: Vec<_> = found.iter().map(|router| router.id.as_str().trim_start_matches("RTR_0000000")).collect();
        assert_eq!(numbers.join(" "), expected, "{filter:?}");
        let first = Page { limit: Limit::new(1), start: Start::Offset(0) };
        let page =
            commit(harness, move |storage| storage.routers().list(&a_company().build().id, &filter, first)).await;
        assert_eq!(page.total, Some(found.len() as u64));
    }
}
