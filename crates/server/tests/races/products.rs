//! Products made, moved and left behind while routers go.

use portero_application::{
    Mandate,
    products::{CreateProductError, EditProductError},
    routers::DeleteRouterError,
};
use portero_domain::product::OfferEdit;

use super::world::{World, an_offer, persist};
use crate::support::sql::number;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_deletion_and_a_new_product_one_comes_first() {
    let world = World::new().await;
    for round in 0..30 {
        let router = world.router().await.router.id;
        let (offer, company) = (an_offer(&router, "1hora"), world.company.clone());
        let creating = {
            let (service, company) = (world.service(round), company.clone());
            tokio::spawn(async move {
                persist(|| service.products.create.execute(Mandate::of_super_admin(company.clone()), offer.clone()))
                    .await
            })
        };
        let deleting = {
            let (service, router) = (world.service(round / 2), router.clone());
            tokio::spawn(
                async move { persist(|| service.routers.delete.execute(company.clone(), router.clone())).await },
            )
        };
        let (created, deleted) = (creating.await.unwrap(), deleting.await.unwrap());
        match (&created, &deleted) {
            (Ok(_), Err(DeleteRouterError::HasProducts(1))) | (Err(CreateProductError::RouterNotFound), Ok(())) => {}
            _ => panic!("round {round}: {created:?}, {deleted:?}"),
        }
        let routers = number(&world.database, &format!("SELECT count(*) FROM routers WHERE id = '{router}'"));
        let products = number(&world.database, &format!("SELECT count(*) FROM products WHERE router_id = '{router}'"));
        assert_eq!((routers, products), if created.is_ok() { (1, 1) } else { (0, 0) });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn products_moved_both_ways_while_routers_go_lock_nobody_out() {
    let world = World::new().await;
    for _ in 0..3 {
        let routers = [world.router().await.router.id, world.router().await.router.id];
        let mut products = Vec::new();
        for number in 0..8 {
            let offer = an_offer(&routers[number % 2], &format!("{number}hora"));
            products.push(
                world
                    .service(number)
                    .products
                    .create
                    .execute(Mandate::of_super_admin(world.company.clone()), offer)
                    .await
                    .unwrap()
                    .id,
            );
        }
        let mut moves = Vec::new();
        for turn in 0..48 {
            let (service, company, product) = (world.service(turn / 3), world.company.clone(), products[turn % 8]);
            let to = routers[(turn / 8) % 2].clone();
            moves.push(tokio::spawn(async move {
                let edit = OfferEdit { router: Some(to), ..OfferEdit::default() };
                let edited = persist(|| {
                    service.products.edit.execute(Mandate::of_super_admin(company.clone()), product, edit.clone())
                })
                .await;
                let fine = matches!(edited, Ok(_) | Err(EditProductError::NotFound | EditProductError::RouterNotFound));
                assert!(fine, "{edited:?}");
                if turn % 4 == 0 {
                    persist(|| service.products.deactivate.execute(Mandate::of_super_admin(company.clone()), product))
                        .await
                        .unwrap();
                }
            }));
        }
        let mut deletions = Vec::new();
        for turn in 0..16 {
            let (service, company, router) =
                (world.service(turn / 2), world.company.clone(), routers[turn % 2].clone());
            deletions.push(tokio::spawn(async move {
                let deleted = persist(|| service.routers.delete.execute(company.clone(), router.clone())).await;
                let fine =
                    matches!(deleted, Ok(()) | Err(DeleteRouterError::HasProducts(_) | DeleteRouterError::NotFound));
                assert!(fine, "{deleted:?}");
            }));
        }
        for rival in moves.into_iter().chain(deletions) {
            rival.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_products_of_one_profile_one_is_made() {
    let world = World::new().await;
    let router = world.router().await.router;
    for round in 0..15 {
        let profile = format!("{round}horas");
        let [one, other] = [0, 1].map(|turn| {
            let (service, company) = (world.service(turn), world.company.clone());
            let offer = an_offer(&router.id, &profile);
            tokio::spawn(async move {
                persist(|| service.products.create.execute(Mandate::of_super_admin(company.clone()), offer.clone()))
                    .await
            })
        });
        match (one.await.unwrap(), other.await.unwrap()) {
            (Ok(_), Err(CreateProductError::ProfileTaken { profile: taken, router: name }))
            | (Err(CreateProductError::ProfileTaken { profile: taken, router: name }), Ok(_)) => {
                assert_eq!((taken.name.as_str(), name), (profile.as_str(), router.name.clone()));
            }
            both => panic!("{both:?}"),
        }
    }
    assert_eq!(number(&world.database, "SELECT count(*) FROM products"), 15);
}
