//! Contracts of [`UnitOfWork`](portero_domain::ports::UnitOfWork).

use portero_domain::{
    filter::{ProductFilter, RouterFilter, UserFilter},
    page::Page,
    ports::{Rollback, Storage, StorageError, Stored, transact},
    secret::Sealed,
    user::PasswordHash,
};
use time::Duration;

use super::{Harness, a_person, a_shop, after, commit, keep, presented, refused};
use crate::builders::{a_company, a_key, a_router, a_session, a_user, an_offer, fingerprint_of, name, start};

/// What a use case may answer instead of committing.
#[derive(Debug)]
enum Answer {
    Refused,
    Failed,
}

impl From<StorageError> for Answer {
    fn from(_: StorageError) -> Self {
        Self::Failed
    }
}

/// Everything that can be seen through the ports, as text.
async fn everything(harness: &dyn Harness) -> String {
    commit(harness, |storage| {
        let (company, router) = (a_company().build().id, a_router().build().id);
        let companies = storage.companies().list(Page::default())?;
        let routers = storage.routers().list(&company, &RouterFilter::default(), Page::default())?;
        let keys = storage.api_keys().list(&a_company().build().id, &router, Page::default())?;
        let users = storage.users().list(&UserFilter::default(), Page::default())?;
        let passwords: Vec<_> = users.items.iter().map(|user| user.password.as_str().to_owned()).collect();
        let session = storage.users().find_by_session(&a_session().build().id)?;
        let products = storage.products().list(&company, &ProductFilter::default(), Page::default())?;
        let secrets = storage.sealed_secrets().after(None, 100)?;
        let secrets: Vec<_> = secrets.iter().map(|secret| secret.sealed.as_str().to_owned()).collect();
        Ok(format!("{companies:?}{routers:?}{keys:?}{users:?}{passwords:?}{session:?}{products:?}{secrets:?}"))
    })
    .await
}

/// Writes through every repository there is.
fn write_everywhere(storage: &mut dyn Storage) -> Stored<()> {
    let mut company = storage.companies().lock(&a_company().build().id)?.expect("the company");
    company.name = name("Otro");
    company.telegram.enabled = true;
    storage.companies().update(&company)?;
    storage.companies().insert(&a_company().id("EMP_0000000002").build())?.expect("a free id");
    storage.routers().update(&a_router().inactive().build())?;
    let other = a_router().id("RTR_00000002").build();
    storage.routers().insert(&other)?.expect("a free id");
    let key = a_key().revoked_at(after(Duration::HOUR)).build();
    storage.api_keys().record_revocation(&key)?;
    let new = a_key().id("key_new").build();
    storage.api_keys().insert(&new, fingerprint_of(new.id()))?;
    let person = storage.users().insert(&a_user().email("otra@portero.mx").build())?.expect("a free e-mail");
    storage.users().set_active(person, false)?;
    storage.users().set_password(person, &PasswordHash::new("otro".to_owned()), false)?;
    storage.sessions().insert(&a_session().of(person).build())?;
    storage.products().insert(&company.id, &an_offer().build(), start())?.expect("a free profile");
    for secret in storage.sealed_secrets().after(None, 100)? {
        assert!(storage.sealed_secrets().replace(&secret, &Sealed::new("otro".to_owned()))?);
    }
    Ok(())
}

/// A shop with a key and a person.
async fn a_busy_shop(harness: &dyn Harness) {
    a_shop(harness).await;
    keep(harness, &a_key().build()).await;
    a_person(harness, a_user().build()).await;
}

/// As long as it answers at all.
pub async fn a_store_that_is_there_answers(harness: &dyn Harness) {
    harness.storage().ping().await.expect("an answer");
}

/// Inside, before the commit; outside, after it; at the gate as well.
pub async fn a_transaction_sees_its_own_writes_and_so_does_the_next(harness: &dyn Harness) {
    a_busy_shop(harness).await;
    let before = everything(harness).await;
    commit(harness, |storage| {
        write_everywhere(storage)?;
        let company = storage.companies().find(&a_company().build().id)?;
        assert_eq!(company.map(|company| company.name), Some(name("Otro")));
        assert_eq!(
            storage.api_keys().open(&a_company().build().id, &a_router().build().id)?,
            [a_key().id("key_new").build()]
        );
        assert_eq!(storage.products().count_on_sale(&a_company().build().id, &a_router().build().id)?, 1);
        Ok(())
    })
    .await;
    assert_ne!(everything(harness).await, before);
    let session = commit(harness, |storage| storage.users().find_by_session(&a_session().build().id)).await;
    assert_eq!(
        session.map(|(_, person)| (person.active, person.password)),
        Some((false, PasswordHash::new("otro".to_owned())))
    );
    let gate = harness.gate();
    assert!(gate.admit(presented(&a_key().id("key_new").build()), start()).await.is_ok());
    assert!(gate.admit(presented(&a_key().build()), start()).await.is_err());
}

/// Of no repository, and the work's own answer comes through.
pub async fn a_rollback_leaves_no_trace(harness: &dyn Harness) {
    a_busy_shop(harness).await;
    let before = everything(harness).await;
    let answer: Result<(), Answer> = transact(&*harness.storage(), |storage| {
        write_everywhere(storage)?;
        Err(Answer::Refused)
    })
    .await;
    assert!(matches!(answer, Err(Answer::Refused)), "{answer:?}");
    assert_eq!(everything(harness).await, before);
    assert!(harness.gate().admit(presented(&a_key().build()), start()).await.is_ok());
    commit(harness, write_everywhere).await;
    assert_ne!(everything(harness).await, before);
}

/// What a constraint stops half-way is stopped as a whole, and the store goes on.
pub async fn a_failure_leaves_no_trace(harness: &dyn Harness) {
    a_busy_shop(harness).await;
    let before = everything(harness).await;
    refused(harness, |storage| {
        write_everywhere(storage)?;
        let second = a_key().id("key_second").build();
        storage.api_keys().insert(&second, fingerprint_of(second.id()))
    })
    .await;
    assert_eq!(everything(harness).await, before);
    commit(harness, write_everywhere).await;
}

/// An error would mean that the store failed.
pub async fn a_rollback_that_was_wished_for_is_no_error(harness: &dyn Harness) {
    let storage = harness.storage();
    storage.run(Box::new(|_| Err(Rollback))).await.expect("no error");
    storage.run(Box::new(|_| Ok(()))).await.expect("no error");
}
