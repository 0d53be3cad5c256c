//! Contracts of [`Companies`](portero_domain::ports::Companies).

use portero_domain::{
    company::{Company, Conekta, GatewayMode, MercadoPago, MercadoPagoAccess, Telegram},
    ports::{CompanyStats, SystemStats, Taken},
    secret::Sealed,
    text::{Link, Phone},
};
use time::Duration;

use crate::builders::{
    a_company, a_key, a_router, a_user, company_id, email, foreign_id, name, start, webhook_token_of,
};
use crate::contract::{Harness, a_person, after, commit, keep, rivals, whole};

/// A company without anything that it need not have.
fn a_bare_company() -> Company {
    Company {
        contact_phone: None,
        logo: None,
        conekta: Conekta::default(),
        mercado_pago: MercadoPago::default(),
        three_ds: false,
        telegram: Telegram::default(),
        ..a_company().id("EMP_0000000002").inactive().build()
    }
}

/// A company with everything that it may have, none of it plain ASCII where it may be more.
fn a_full_company() -> Company {
    Company {
        contact_phone: Phone::parse("☎ +52 (55) 1234-5678").ok(),
        logo: Link::parse("https://ejemplo.mx/ñ/'logo'.png?a=1&b=%20").ok(),
        three_ds: true,
        created_at: after(Duration::microseconds(123_456)),
        ..a_company().named("Ñandú “Hotel” \\ 東京 🏨 'x'").with_secrets().build()
    }
}

/// Every field is read back, to the microsecond and the last letter.
pub async fn a_company_reads_back_as_it_was_written(harness: &dyn Harness) {
    for company in [a_full_company(), a_bare_company()] {
        let id = company.id.clone();
        let written = company.clone();
        let (inserted, found, locked) = commit(harness, move |storage| {
            let companies = storage.companies();
            Ok((companies.insert(&written)?, companies.find(&id)?, companies.lock(&id)?))
        })
        .await;
        assert_eq!(inserted, Ok(()));
        assert_eq!(found.as_ref(), Some(&company));
        assert_eq!(locked.as_ref(), Some(&company));
    }
    let listed = whole(harness, |storage, page| storage.companies().list(page)).await;
    assert_eq!(listed, [a_bare_company(), a_full_company()]);
}

/// An unknown id finds nothing, and an empty store lists nothing.
pub async fn a_company_that_is_not_there_is_nothing(harness: &dyn Harness) {
    assert_eq!(whole(harness, |storage, page| storage.companies().list(page)).await, []);
    commit(harness, |storage| {
        let companies = storage.companies();
        assert_eq!(companies.insert(&a_company().build())?, Ok(()));
        assert_eq!(companies.find(&company_id("EMP_0000000002"))?, None);
        assert_eq!(companies.lock(&company_id("EMP_0000000002"))?, None);
        Ok(())
    })
    .await;
}

/// A clash of ids is an answer, not a failure.
pub async fn a_taken_id_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    commit(harness, |storage| {
        let companies = storage.companies();
        assert_eq!(companies.insert(&a_company().build())?, Ok(()));
        assert_eq!(companies.insert(&a_full_company())?, Err(Taken));
        assert_eq!(companies.insert(&a_bare_company())?, Ok(()));
        Ok(())
    })
    .await;
    let listed = whole(harness, |storage, page| storage.companies().list(page)).await;
    assert_eq!(listed, [a_company().build(), a_bare_company()]);
}

/// Neither is a clash of the addresses of their webhooks.
pub async fn a_taken_webhook_token_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    let company = a_company().build();
    let rival = Company { webhook_token: company.webhook_token.clone(), ..a_bare_company() };
    let first = company.clone();
    commit(harness, move |storage| {
        let companies = storage.companies();
        assert_eq!(companies.insert(&first)?, Ok(()));
        assert_eq!(companies.insert(&rival)?, Err(Taken));
        Ok(())
    })
    .await;
    assert_eq!(whole(harness, |storage, page| storage.companies().list(page)).await, [company]);
}

/// By the token of its webhook's address, and by nothing like it.
pub async fn a_company_is_found_by_its_webhook_token(harness: &dyn Harness) {
    let (company, other) = (a_full_company(), a_bare_company());
    let given = [company.clone(), other.clone()];
    commit(harness, move |storage| {
        given.iter().try_for_each(|company| storage.companies().insert(company).map(|added| assert_eq!(added, Ok(()))))
    })
    .await;
    let unknown = webhook_token_of(&company_id("EMP_0000000003"));
    for (token, expected) in
        [(company.webhook_token.clone(), Some(company)), (other.webhook_token.clone(), Some(other)), (unknown, None)]
    {
        let found = commit(harness, move |storage| storage.companies().find_by_webhook_token(&token)).await;
        assert_eq!(found, expected);
    }
}

/// All companies that share the account, oldest first, inactive ones too; nothing of another account.
pub async fn companies_are_found_by_their_mercado_pago_user(harness: &dyn Harness) {
    let of = |id: &str, user: Option<&str>, minute| {
        let mut company = a_company().id(id).created_at(after(Duration::minutes(minute))).build();
        let user = user.map(foreign_id);
        company.mercado_pago.access = Some(MercadoPagoAccess { token: Sealed::new("sealed".to_owned()), user });
        company
    };
    let younger = of("EMP_0000000001", Some("123"), 2);
    let older = Company { active: false, ..of("EMP_0000000002", Some("123"), 1) };
    let given = [
        younger.clone(),
        older.clone(),
        of("EMP_0000000003", Some("1234"), 0),
        of("EMP_0000000004", None, 0),
        a_company().build(),
    ];
    commit(harness, move |storage| {
        given.iter().try_for_each(|company| storage.companies().insert(company).map(|added| assert_eq!(added, Ok(()))))
    })
    .await;
    let found = async |user| {
        let user = foreign_id(user);
        commit(harness, move |storage| storage.companies().find_by_mercado_pago_user(&user)).await
    };
    assert_eq!(found("123").await, [older, younger]);
    assert_eq!(found("12").await, []);
}

/// Parts are filled and emptied alike, and another company keeps its own.
pub async fn an_update_writes_every_part_of_one_company(harness: &dyn Harness) {
    let other = a_company().id("EMP_00000000FF").created_at(after(Duration::HOUR)).build();
    let bystander = other.clone();
    commit(harness, move |storage| {
        let companies = storage.companies();
        assert_eq!(companies.insert(&a_company().build())?, Ok(()));
        assert_eq!(companies.insert(&bystander)?, Ok(()));
        Ok(())
    })
    .await;
    let full = Company {
        contact_email: email("otro@hotel.mx"),
        active: false,
        conekta: Conekta {
            mode: GatewayMode::Live,
            public_key: Some(foreign_id("key_other")),
            private_key: Some(Sealed::new("sealed".to_owned())),
            webhook_key: None,
        },
        mercado_pago: MercadoPago {
            access: Some(MercadoPagoAccess { token: Sealed::new("sealed".to_owned()), user: None }),
            webhook_secret: None,
            ..MercadoPago::default()
        },
        created_at: start(),
        ..a_full_company()
    };
    let bare = Company { id: full.id.clone(), active: true, ..a_bare_company() };
    for company in [full, bare] {
        let written = company.clone();
        commit(harness, move |storage| {
            storage.companies().lock(&written.id)?;
            storage.companies().update(&written)
        })
        .await;
        let listed = whole(harness, |storage, page| storage.companies().list(page)).await;
        assert_eq!(listed, [company, other.clone()]);
    }
}

/// The order is that of their creation, whatever that of their coming.
pub async fn companies_come_oldest_first(harness: &dyn Harness) {
    commit(harness, |storage| {
        for (id, minute) in [("EMP_000000000A", 3), ("EMP_000000000B", 1), ("EMP_000000000C", 2)] {
            let company = a_company().id(id).created_at(after(Duration::minutes(minute))).build();
            assert_eq!(storage.companies().insert(&company)?, Ok(()));
        }
        Ok(())
    })
    .await;
    let listed = whole(harness, |storage, page| storage.companies().list(page)).await;
    let ids: Vec<_> = listed.iter().map(|company| company.id.as_str()).collect();
    assert_eq!(ids, ["EMP_000000000B", "EMP_000000000C", "EMP_000000000A"]);
}

/// Where the clock does not tell which is older, the one that was added first is.
pub async fn companies_of_one_moment_come_as_they_were_added(harness: &dyn Harness) {
    commit(harness, |storage| {
        for number in [7, 3, 9, 1, 5] {
            let company = a_company().id(&format!("EMP_{number:010}")).build();
            assert_eq!(storage.companies().insert(&company)?, Ok(()));
        }
        // An update is what moves a row in a table that has no order of its own.
        storage.companies().update(&a_company().id("EMP_0000000003").named("Otro").build())
    })
    .await;
    let listed = whole(harness, |storage, page| storage.companies().list(page)).await;
    let ids: Vec<_> = listed.into_iter().map(|company| company.id).collect();
    assert_eq!(ids, [7, 3, 9, 1, 5].map(|number| company_id(&format!("EMP_{number:010}"))));
}

/// Each reads what the one before it wrote: no update is lost.
pub async fn rivals_for_a_locked_company_queue(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().named("0").build())).await.expect("a free id");
    let answers = rivals(harness, 16, |_, storage| {
        let mut company = storage.companies().lock(&a_company().build().id)?.expect("the company");
        let number: u32 = company.name.as_str().parse().expect("a number");
        company.name = name(&(number + 1).to_string());
        storage.companies().update(&company)
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let company = commit(harness, |storage| storage.companies().find(&a_company().build().id)).await;
    assert_eq!(company.map(|company| company.name), Some(name("16")));
}

/// Nothing else of it changes, and no other company.
pub async fn a_company_is_activated_and_deactivated_alone(harness: &dyn Harness) {
    let (company, other) = (a_company().with_secrets().build(), a_company().id("EMP_0000000002").build());
    let given = [company.clone(), other.clone()];
    commit(harness, move |storage| {
        given.iter().try_for_each(|company| storage.companies().insert(company).map(|added| assert_eq!(added, Ok(()))))
    })
    .await;
    let unknown = company_id("EMP_0000000003");
    for active in [false, false, true] {
        let (id, unknown) = (company.id.clone(), unknown.clone());
        let found = commit(harness, move |storage| {
            let companies = storage.companies();
            companies.set_active(&id, active)?;
            Ok((
                [companies.lock_active(&id)?, companies.lock_active(&unknown)?],
                [companies.is_active(&id)?, companies.is_active(&unknown)?],
            ))
        });
        assert_eq!(found.await, ([Some(active), None], [Some(active), None]));
        let all = whole(harness, |storage, page| storage.companies().list(page)).await;
        assert_eq!(all, [Company { active, ..company.clone() }, other.clone()]);
    }
}

/// Routers by their state, admins of any state, keys by their standing, and nothing of anyone else.
pub async fn stats_count_what_the_company_has(harness: &dyn Harness) {
    let company = a_company().build();
    let other = a_company().id("EMP_0000000002").build();
    let now = after(Duration::DAY);
    let routers = [
        a_router().build(),
        a_router().id("RTR_00000002").build(),
        a_router().id("RTR_00000003").inactive().build(),
        a_router().id("RTR_00000004").of(&other.id).build(),
    ];
    let given = (company.clone(), other.clone(), routers.clone());
    commit(harness, move |storage| {
        let (company, other, routers) = given;
        assert_eq!(storage.companies().insert(&company)?, Ok(()));
        assert_eq!(storage.companies().insert(&other)?, Ok(()));
        for router in &routers {
            assert_eq!(storage.routers().insert(router)?, Ok(()));
        }
        Ok(())
    })
    .await;
    let (id, elsewhere) = (company.id.clone(), other.id.clone());
    let stats = async || {
        let (id, elsewhere) = (id.clone(), elsewhere.clone());
        commit(harness, move |storage| {
            Ok((storage.companies().stats(&id, now)?, storage.companies().stats(&elsewhere, now)?))
        })
        .await
    };
    let before = CompanyStats { routers: 3, active_routers: 2, admins: 0, active_keys: 0 };
    let others = CompanyStats { routers: 1, active_routers: 1, admins: 0, active_keys: 0 };
    assert_eq!(stats().await, (before, others));

    for key in [
        a_key().of(&routers[0]).build(),
        a_key().of(&routers[0]).id("key_revoked").revoked_at(start()).build(),
        a_key().of(&routers[1]).id("key_expired").expires_at(now).build(),
        a_key().of(&routers[2]).id("key_inactive").expires_at(now.plus(Duration::MICROSECOND)).build(),
        a_key().of(&routers[3]).id("key_elsewhere").build(),
    ] {
        keep(harness, &key).await;
    }
    a_person(harness, a_user().build()).await;
    a_person(harness, a_user().email("a@hotel.mx").admin_of(&company.id).build()).await;
    let off = a_person(harness, a_user().email("b@hotel.mx").admin_of(&company.id).build()).await;
    commit(harness, move |storage| storage.users().set_active(off, false)).await;
    a_person(harness, a_user().email("c@hotel.mx").admin_of(&other.id).build()).await;
    let after = CompanyStats { admins: 2, active_keys: 2, ..before };
    assert_eq!(stats().await, (after, CompanyStats { admins: 1, active_keys: 1, ..others }));
}

/// All companies, the active ones, all people.
pub async fn system_stats_count_everything(harness: &dyn Harness) {
    assert_eq!(commit(harness, |storage| storage.companies().system_stats()).await, SystemStats::default());
    commit(harness, |storage| {
        assert_eq!(storage.companies().insert(&a_company().build())?, Ok(()));
        assert_eq!(storage.companies().insert(&a_bare_company())?, Ok(()));
        Ok(())
    })
    .await;
    for address in ["a@hotel.mx", "b@hotel.mx"] {
        a_person(harness, a_user().email(address).build()).await;
    }
    a_person(harness, a_user().email("c@hotel.mx").admin_of(&a_company().build().id).build()).await;
    let stats = commit(harness, |storage| storage.companies().system_stats()).await;
    assert_eq!(stats, SystemStats { companies: 2, active_companies: 1, users: 3 });
}
