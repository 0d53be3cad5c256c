//! Keys issued, used and ended at the same moment.

use std::sync::Arc;

use portero_application::{Activation, routers::RegisterRouterError};
use portero_domain::ports::Refusal;

use super::{
    callers::Callers,
    world::{World, persist},
};
use crate::support::sql::number;

const RIVALS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn of_64_regenerations_at_once_one_key_remains() {
    let world = World::new().await;
    let router = world.router().await;
    let calls: Vec<_> = (0..RIVALS)
        .map(|turn| {
            let (service, company, id) = (world.service(turn), world.company.clone(), router.router.id.clone());
            tokio::spawn(async move {
                persist(|| service.api_keys.regenerate.execute(company.clone(), id.clone())).await.unwrap()
            })
        })
        .collect();
    let mut tokens = Vec::new();
    for call in calls {
        let regenerated = call.await.unwrap();
        assert!(regenerated.replaced_active_key, "each took the place of a key that was good");
        tokens.push(regenerated.token);
    }

    assert_eq!(number(&world.database, "SELECT count(*) FROM api_keys"), 65);
    assert_eq!(number(&world.database, "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL"), 1);
    let mut admitted = 0;
    for (turn, token) in tokens.iter().chain([&router.token]).enumerate() {
        let service = world.service(turn);
        admitted += usize::from(persist(|| service.portal.admit.execute(token.expose())).await.is_ok());
    }
    assert_eq!(admitted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_key_is_revoked_no_later_call_is_admitted_and_every_admission_is_counted() {
    let world = World::new().await;
    let registered = world.router().await;
    let callers = Callers::of(&world, &registered.token).await;
    let (service, key) = (world.service(1), registered.key.id().clone());
    let (company, router) = (world.company.clone(), registered.router.id);
    persist(|| service.api_keys.revoke.execute(company.clone(), router.clone(), key.clone())).await.unwrap();
    let admitted = callers.all_refused_with(Refusal::Revoked).await;
    assert_eq!(number(&world.database, "SELECT use_count FROM api_keys"), admitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_key_is_regenerated_no_later_call_with_the_old_one_is_admitted() {
    let world = World::new().await;
    let registered = world.router().await;
    let callers = Callers::of(&world, &registered.token).await;
    let (service, company, router) = (world.service(1), world.company.clone(), registered.router.id);
    let new = persist(|| service.api_keys.regenerate.execute(company.clone(), router.clone())).await.unwrap();
    let admitted = callers.all_refused_with(Refusal::Revoked).await;
    persist(|| service.portal.admit.execute(new.token.expose())).await.unwrap();
    assert_eq!(number(&world.database, "SELECT sum(use_count) FROM api_keys"), admitted + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_router_is_deleted_no_later_call_is_admitted() {
    let world = World::new().await;
    let registered = world.router().await;
    let callers = Callers::of(&world, &registered.token).await;
    let (service, company, router) = (world.service(1), world.company.clone(), registered.router.id);
    persist(|| service.routers.delete.execute(company.clone(), router.clone())).await.unwrap();
    callers.all_refused_with(Refusal::Unknown).await;
    assert_eq!(number(&world.database, "SELECT count(*) FROM api_keys"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_company_is_off_no_later_call_is_admitted_and_every_admission_is_counted() {
    let world = World::new().await;
    let registered = world.router().await;
    let callers = Callers::of(&world, &registered.token).await;
    let (service, company) = (world.service(1), world.company.clone());
    persist(|| service.companies.set_active.execute(company.clone(), Activation::To(false))).await.unwrap().unwrap();
    let admitted = callers.all_refused_with(Refusal::CompanyInactive).await;
    assert_eq!(number(&world.database, "SELECT use_count FROM api_keys"), admitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_with_many_keys_at_once_are_each_counted_for_their_own() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for _ in 0..8 {
        let registered = world.router().await;
        keys.push((registered.key.id().clone(), registered.token));
    }
    let callers: Vec<_> = (0..RIVALS)
        .map(|caller| {
            let (service, keys) = (world.service(caller), keys.clone());
            tokio::spawn(async move {
                // Each in an order of its own; the key of this number is used this many times.
                for place in 0..keys.len() {
                    let number = (place * 3 + caller) % keys.len();
                    for _ in 0..=number {
                        persist(|| service.portal.admit.execute(keys[number].1.expose())).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    for (number_of_key, (id, _)) in keys.iter().enumerate() {
        let counted = number(&world.database, &format!("SELECT use_count FROM api_keys WHERE id = '{id}'"));
        assert_eq!(usize::try_from(counted).unwrap(), RIVALS * (number_of_key + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn toggles_at_once_are_each_carried_out_once() {
    let world = World::new().await;
    let router = world.router().await.router;
    let calls: Vec<_> = (0..33)
        .map(|turn| {
            let (service, company, id) = (world.service(turn), world.company.clone(), router.id.clone());
            tokio::spawn(async move {
                let toggle = || service.routers.set_active.execute(company.clone(), id.clone(), Activation::Toggle);
                persist(toggle).await.unwrap().unwrap()
            })
        })
        .collect();
    let mut switched_on = 0;
    for call in calls {
        switched_on += usize::from(call.await.unwrap());
    }
    // Off, on, off, and so on: 17 times off, 16 times on, and off in the end.
    assert_eq!(switched_on, 16);
    let found = world.service(0).routers.find.execute(world.company.clone(), router.id).await.unwrap();
    assert!(found.is_some_and(|router| !router.active));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_is_switched_off_meanwhile_gets_no_router_afterwards() {
    let world = Arc::new(World::new().await);
    let registering = {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            for registered in 0.. {
                match world.try_router(registered).await {
                    Ok(_) => {}
                    Err(RegisterRouterError::CompanyInactive(_)) => return registered,
                    Err(error) => panic!("{error}"),
                }
            }
            unreachable!()
        })
    };
    while number(&world.database, "SELECT count(*) FROM routers") < 3 {
        tokio::task::yield_now().await;
    }
    let (service, company) = (world.service(1), world.company.clone());
    persist(|| service.companies.set_active.execute(company.clone(), Activation::To(false))).await.unwrap().unwrap();
    let routers_then = number(&world.database, "SELECT count(*) FROM routers");
    let registered = registering.await.unwrap();
    assert_eq!(i64::try_from(registered).unwrap(), routers_then, "none came after the answer");
    assert_eq!(number(&world.database, "SELECT count(*) FROM routers"), routers_then);
}
