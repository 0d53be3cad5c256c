//! Contracts of [`SealedSecrets`](portero_domain::ports::SealedSecrets).

use std::collections::BTreeMap;

use portero_domain::{
    company::Company,
    ports::{SealedSecret, SecretPlace},
    secret::Sealed,
};

use crate::builders::{a_company, a_router, company_id, router_id};
use crate::contract::{Harness, commit};

/// A company with every secret, one with some, one with none, and three routers; answers their places.
async fn some_secrets(harness: &dyn Harness) -> BTreeMap<SecretPlace, Sealed> {
    let full = a_company().with_secrets().build();
    let mut half = a_company().id("EMP_0000000002").with_secrets().build();
    half.telegram.bot_token = None;
    half.mercado_pago.access = None;
    let none = a_company().id("EMP_0000000003").build();
    let routers = [
        a_router().build(),
        a_router().id("RTR_00000002").inactive().build(),
        a_router().id("RTR_F0000003").of(&half.id).build(),
    ];

    let mut places = BTreeMap::new();
    for Company { id, conekta, mercado_pago, telegram, .. } in [&full, &half] {
        places.extend(conekta.private_key.clone().map(|key| (SecretPlace::ConektaPrivateKey(id.clone()), key)));
        places.extend(telegram.bot_token.clone().map(|token| (SecretPlace::TelegramBotToken(id.clone()), token)));
        let access = mercado_pago.access.clone();
        places.extend(access.map(|access| (SecretPlace::MercadoPagoAccessToken(id.clone()), access.token)));
        let secret = mercado_pago.webhook_secret.clone();
        places.extend(secret.map(|secret| (SecretPlace::MercadoPagoWebhookSecret(id.clone()), secret)));
    }
    for router in &routers {
        places.insert(router.password_place(), router.credentials.password.clone());
    }
    assert_eq!(places.len(), 9);
    commit(harness, move |storage| {
        for company in [full, half, none] {
            assert_eq!(storage.companies().insert(&company)?, Ok(()));
        }
        for router in routers {
            assert_eq!(storage.routers().insert(&router)?, Ok(()));
        }
        Ok(())
    })
    .await;
    places
}

/// All secrets, walked through in steps of this many.
async fn walk(harness: &dyn Harness, limit: u16) -> Vec<SealedSecret> {
    let mut walked: Vec<SealedSecret> = Vec::new();
    loop {
        let last = walked.last().map(|secret| secret.place.clone());
        let next = commit(harness, move |storage| storage.sealed_secrets().after(last.as_ref(), limit)).await;
        assert!(next.len() <= usize::from(limit));
        if next.is_empty() {
            return walked;
        }
        walked.extend(next);
        assert!(walked.len() < 100, "a walk that does not end");
    }
}

/// However long the steps are.
pub async fn every_secret_comes_once_in_one_order(harness: &dyn Harness) {
    assert_eq!(walk(harness, 3).await, []);
    let expected = some_secrets(harness).await;
    let order = walk(harness, 100).await;
    assert_eq!(order.len(), expected.len());
    let found: BTreeMap<_, _> = order.iter().map(|secret| (secret.place.clone(), secret.sealed.clone())).collect();
    assert_eq!(found, expected);
    for limit in 1..=10 {
        assert_eq!(walk(harness, limit).await, order, "in steps of {limit}");
    }
}

/// A router may be deleted while its secrets are being walked through.
pub async fn a_place_that_is_gone_still_marks_where_to_go_on(harness: &dyn Harness) {
    some_secrets(harness).await;
    let order = walk(harness, 100).await;
    let gone = a_router().build().password_place();
    let index = order.iter().position(|secret| secret.place == gone).expect("the router's password");
    commit(harness, |storage| storage.routers().remove(&a_router().build())).await;
    let rest = commit(harness, move |storage| storage.sealed_secrets().after(Some(&gone), 100)).await;
    assert_eq!(rest, order[index + 1..]);
}

/// In its place and nowhere else; a secret that was changed or removed meanwhile is left as it is.
pub async fn a_secret_is_replaced_only_where_it_is_unchanged(harness: &dyn Harness) {
    let mut expected = some_secrets(harness).await;
    let places: Vec<_> = expected.keys().cloned().collect();
    for (number, place) in places.into_iter().enumerate() {
        let new = Sealed::new(format!("v1.new.{number}"));
        let old = SealedSecret { place: place.clone(), sealed: expected[&place].clone() };
        let written = new.clone();
        let answers = commit(harness, move |storage| {
            let secrets = storage.sealed_secrets();
            Ok((secrets.replace(&old, &written)?, secrets.replace(&old, &Sealed::new("late".to_owned()))?))
        })
        .await;
        assert_eq!(answers, (true, false));
        expected.insert(place, new);
        let found: BTreeMap<_, _> =
            walk(harness, 100).await.into_iter().map(|secret| (secret.place, secret.sealed)).collect();
        assert_eq!(found, expected);
    }
    for place in [
        SecretPlace::RouterPassword(a_company().build().id, router_id("RTR_00000009")),
        SecretPlace::ConektaPrivateKey(company_id("EMP_0000000003")),
        SecretPlace::TelegramBotToken(company_id("EMP_0000000002")),
        SecretPlace::MercadoPagoAccessToken(company_id("EMP_0000000002")),
        SecretPlace::MercadoPagoWebhookSecret(company_id("EMP_0000000003")),
    ] {
        let nothing = SealedSecret { place, sealed: Sealed::new("nothing".to_owned()) };
        let new = Sealed::new("something".to_owned());
        assert!(!commit(harness, move |storage| storage.sealed_secrets().replace(&nothing, &new)).await);
    }
    assert_eq!(walk(harness, 100).await.len(), expected.len());
}
