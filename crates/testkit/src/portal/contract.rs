//! Contracts of [`Gate`].

use std::sync::Arc;

use portero_domain::{
    Timestamp,
    api_key::{ApiKey, KeyStatus, Usage},
    company::GatewayMode,
    ports::{Admission, AdmittedCompany, AdmittedRouter, Gate, GateError, PresentedKey, Refusal},
    secret::Fingerprint,
};
use time::Duration;

use crate::builders::{a_company, a_key, a_router, company_id, foreign_id, key_id, name, router_id, start};
use crate::contract::{Harness, a_shop, after, commit, keep, presented};

async fn admit(harness: &dyn Harness, key: PresentedKey, now: Timestamp) -> Result<Admission, Refusal> {
    verdict(harness.gate().admit(key, now).await)
}

fn verdict(answer: Result<Admission, GateError>) -> Result<Admission, Refusal> {
    match answer {
        Ok(admission) => Ok(admission),
        Err(GateError::Refused(refusal)) => Err(refusal),
        Err(GateError::Storage(error)) => panic!("the gate has no answer: {error:?}"),
    }
}

async fn usage(harness: &dyn Harness, key: &ApiKey) -> Usage {
    let parts = key.parts().clone();
    let key = commit(harness, move |storage| storage.api_keys().find(&parts.company, &parts.router, &parts.id)).await;
    key.expect("the key").parts().usage
}

/// The router and the company as they are, an inactive router included.
pub async fn an_admission_says_what_most_calls_need(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    let (company, router) = (a_company().build(), a_router().build());
    let mut expected = Admission {
        key: key_id("key_a1b2c3d4e5f6g7h8"),
        router: AdmittedRouter { id: router.id, name: router.name, location: router.location, active: true },
        company: AdmittedCompany {
            id: company.id,
            name: company.name,
            conekta_public_key: company.conekta.public_key,
            has_conekta_private_key: false,
            conekta_mode: GatewayMode::Test,
            mercado_pago_public_key: company.mercado_pago.public_key,
        },
    };
    assert_eq!(admit(harness, presented(&a_key().build()), start()).await, Ok(expected.clone()));

    commit(harness, |storage| {
        let mut company = a_company().named("Ñandú 東京").with_secrets().build();
        company.conekta.public_key = Some(foreign_id("otra"));
        company.mercado_pago.public_key = None;
        storage.companies().update(&company)?;
        storage.routers().update(&a_router().named("Otro").without_location().inactive().build())
    })
    .await;
    expected.router = AdmittedRouter { name: name("Otro"), location: None, active: false, ..expected.router };
    expected.company = AdmittedCompany {
        name: name("Ñandú 東京"),
        conekta_public_key: Some(foreign_id("otra")),
        has_conekta_private_key: true,
        conekta_mode: GatewayMode::Live,
        mercado_pago_public_key: None,
        ..expected.company
    };
    assert_eq!(admit(harness, presented(&a_key().build()), start()).await, Ok(expected));
}

/// Every combination of revoked, expired, an inactive router and a company that is off; what is refused is not counted.
pub async fn the_gate_agrees_with_the_standing_of_every_key(harness: &dyn Harness) {
    let now = after(Duration::DAY);
    for case in 0_u8..16 {
        let [revoked, expired, router_off, company_off] = [1, 2, 4, 8].map(|bit| case & bit != 0);
        let company = a_company().id(&format!("EMP_{case:010X}"));
        let company = if company_off { company.inactive() } else { company }.build();
        let router = a_router().id(&format!("RTR_{case:08X}")).of(&company.id);
        let router = if router_off { router.inactive() } else { router }.build();
        let key = a_key().id(&format!("key_{case}")).of(&router);
        let key = if revoked { key.revoked_at(start()) } else { key };
        let key = if expired { key.expires_at(now) } else { key }.build();
        commit(harness, move |storage| {
            assert_eq!(storage.companies().insert(&company)?, Ok(()));
            assert_eq!(storage.routers().insert(&router)?, Ok(()));
            Ok(())
        })
        .await;
        keep(harness, &key).await;

        let expected = match key.status(now) {
            KeyStatus::Revoked { .. } => Err(Refusal::Revoked),
            KeyStatus::Expired => Err(Refusal::Expired),
            KeyStatus::Active if company_off => Err(Refusal::CompanyInactive),
            KeyStatus::Active => Ok(!router_off),
        };
        let answer = admit(harness, presented(&key), now).await.map(|admission| admission.router.active);
        let case = format!("revoked {revoked}, expired {expired}, router {router_off}, company {company_off}");
        assert_eq!(answer, expected, "{case}");
        let counted = if expected.is_ok() { Usage { count: 1, last_used: Some(now) } } else { Usage::default() };
        assert_eq!(usage(harness, &key).await, counted, "{case}");
    }
}

/// As its standing has it.
pub async fn a_key_opens_until_the_very_moment_it_ends(harness: &dyn Harness) {
    a_shop(harness).await;
    let key = a_key().build();
    keep(harness, &key).await;
    let end = key.parts().expires_at;
    assert_eq!(admit(harness, presented(&key), end).await, Err(Refusal::Expired));
    assert!(admit(harness, presented(&key), end.plus(-Duration::MICROSECOND)).await.is_ok());
}

/// An unknown key, another token, another router, another company: each is unknown, whatever else is so, and none is counted.
pub async fn what_has_no_record_is_unknown(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| storage.routers().insert(&a_router().id("RTR_00000002").build()))
        .await
        .expect("a free id");
    let open = a_key().build();
    let revoked = a_key().id("key_revoked").revoked_at(start()).build();
    keep(harness, &open).await;
    keep(harness, &revoked).await;
    for key in [&open, &revoked] {
        let good = presented(key);
        for wrong in [
            PresentedKey { id: key_id("key_unknown"), ..good.clone() },
            PresentedKey { fingerprint: Fingerprint::new([7; 32]), ..good.clone() },
            PresentedKey { router: router_id("RTR_00000002"), ..good.clone() },
            PresentedKey { company: company_id("EMP_00000000FF"), ..good },
        ] {
            assert_eq!(admit(harness, wrong, start()).await, Err(Refusal::Unknown));
        }
        assert_eq!(usage(harness, key).await, Usage::default());
    }
}

/// Its record went with the router.
pub async fn the_key_of_a_removed_router_is_unknown(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    assert!(admit(harness, presented(&a_key().build()), start()).await.is_ok());
    commit(harness, |storage| storage.routers().remove(&a_router().build())).await;
    assert_eq!(admit(harness, presented(&a_key().build()), start()).await, Err(Refusal::Unknown));
}

/// As many as were admitted, however they crowd; the last use is the latest of them.
pub async fn parallel_admissions_are_counted_exactly(harness: &dyn Harness) {
    a_shop(harness).await;
    let key = a_key().build();
    keep(harness, &key).await;
    let calls: Vec<_> = (0..64).map(|second| crowd(harness.gate(), &key, after(Duration::seconds(second)))).collect();
    for call in calls {
        assert!(call.await.expect("a task that ends").is_ok());
    }
    let latest = after(Duration::seconds(63));
    assert_eq!(usage(harness, &key).await, Usage { count: 64, last_used: Some(latest) });
}

/// Good keys and bad ones of many routers, all at once.
pub async fn everyone_in_a_crowd_hears_of_their_own_key(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().build())).await.expect("a free id");
    let mut keys = Vec::new();
    for number in 0..12 {
        let router = a_router().id(&format!("RTR_{number:08X}")).named(&format!("Router {number}")).build();
        let key = a_key().id(&format!("key_{number}")).of(&router);
        let key = match number % 3 {
            0 => key,
            1 => key.revoked_at(start()),
            _ => key.expires_at(start()),
        };
        let key = key.build();
        commit(harness, move |storage| storage.routers().insert(&router)).await.expect("a free id");
        keep(harness, &key).await;
        keys.push(key);
    }
    let calls: Vec<_> =
        (0..96).map(|call| call * 5 % 12).map(|of| (of, crowd(harness.gate(), &keys[of], start()))).collect();
    for (of, call) in calls {
        let answer = call.await.expect("a task that ends");
        let answer = answer.map(|admission| (admission.key, admission.router.id, admission.router.name));
        let expected = match of % 3 {
            0 => Ok((keys[of].id().clone(), keys[of].parts().router.clone(), name(&format!("Router {of}")))),
            1 => Err(Refusal::Revoked),
            _ => Err(Refusal::Expired),
        };
        assert_eq!(answer, expected);
    }
    for (of, key) in keys.iter().enumerate() {
        assert_eq!(usage(harness, key).await.count, if of % 3 == 0 { 8 } else { 0 });
    }
}

fn crowd(gate: Arc<dyn Gate>, key: &ApiKey, now: Timestamp) -> tokio::task::JoinHandle<Result<Admission, Refusal>> {
    let key = presented(key);
    tokio::spawn(async move { verdict(gate.admit(key, now).await) })
}

/// A call that was overtaken on its way counts, and leaves the moment of the later one.
pub async fn the_last_use_never_goes_back(harness: &dyn Harness) {
    a_shop(harness).await;
    let key = a_key().build();
    keep(harness, &key).await;
    let late = after(Duration::microseconds(123_456));
    for (count, now, last_used) in [(1, start(), start()), (2, late, late), (3, start(), late)] {
        assert!(admit(harness, presented(&key), now).await.is_ok());
        assert_eq!(usage(harness, &key).await, Usage { count, last_used: Some(last_used) });
    }
}

/// Calls race the revocation: those that were admitted are counted, and none comes after its answer.
pub async fn nothing_is_admitted_after_a_revocation(harness: &dyn Harness) {
    a_shop(harness).await;
    let key = a_key().build();
    keep(harness, &key).await;
    let calls: Vec<_> = (0..64).map(|_| crowd(harness.gate(), &key, start())).collect();
    commit(harness, |storage| {
        let router = a_router().build();
        storage.routers().lock(&router.company, &router.id)?;
        for mut key in storage.api_keys().open(&router.company, &router.id)? {
            assert_eq!(key.revoke(start()), Ok(KeyStatus::Active));
            storage.api_keys().record_revocation(&key)?;
        }
        Ok(())
    })
    .await;
    for _ in 0..3 {
        assert_eq!(admit(harness, presented(&key), start()).await, Err(Refusal::Revoked));
    }
    let mut admitted = 0;
    for call in calls {
        match call.await.expect("a task that ends") {
            Ok(_) => admitted += 1,
            Err(refusal) => assert_eq!(refusal, Refusal::Revoked),
        }
    }
    assert_eq!(usage(harness, &key).await.count, admitted);
}
