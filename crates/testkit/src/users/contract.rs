//! Contracts of [`Users`](portero_domain::ports::Users).

use portero_domain::{
    filter::UserFilter,
    ids::{CompanyId, UserId},
    ports::Taken,
    user::{NewUser, PasswordHash, RoleKind, User, UserStatus},
};
use time::Duration;

use crate::builders::{a_company, a_user, company_id, email};
use crate::contract::{Harness, a_person, after, commit, refused, rivals, whole};

fn hotel() -> CompanyId {
    a_company().build().id
}

async fn a_hotel(harness: &dyn Harness) {
    commit(harness, |storage| storage.companies().insert(&a_company().build())).await.expect("a free id");
}

async fn listed(harness: &dyn Harness) -> Vec<User> {
    whole(harness, |storage, page| storage.users().list(&UserFilter::default(), page)).await
}

/// Every field is read back, for both roles. The new user may log in.
pub async fn a_person_reads_back_as_they_were_written(harness: &dyn Harness) {
    a_hotel(harness).await;
    let at = after(Duration::microseconds(123_456));
    let hash = PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned());
    let admin = a_user().email("ñandú@hotel.mx").named("Zoë “O'Hara” 東京").admin_of(&hotel());
    let admin = admin.password(hash).created_at(at);
    for builder in [a_user(), admin.must_change_password()] {
        let id = a_person(harness, builder.clone().build()).await;
        let person = builder.stored(id);
        let address = person.profile.email.clone();
        let (found, locked, by_email) = commit(harness, move |storage| {
            let users = storage.users();
            Ok((users.find(id)?, users.lock(id)?, users.find_by_email(&address)?))
        })
        .await;
        assert_eq!([found, locked, by_email], [(); 3].map(|()| Some(person.clone())));
    }
}

/// Neither by an unknown id nor by an unknown e-mail.
pub async fn a_person_who_is_not_there_is_nothing(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    commit(harness, move |storage| {
        let users = storage.users();
        for unknown in [0, -1, id.get() + 1, i64::MAX, i64::MIN] {
            assert_eq!(users.find(UserId::new(unknown))?, None);
            assert_eq!(users.lock(UserId::new(unknown))?, None);
        }
        // In a pattern, `_` and `%` would stand for other letters: an address is no pattern.
        for unknown in ["nobody@portero.mx", "_dmin@portero.mx", "%@portero.mx"] {
            assert_eq!(users.find_by_email(&email(unknown))?, None);
        }
        Ok(())
    })
    .await;
}

/// A clash of e-mails is an answer, not a failure.
pub async fn a_taken_email_writes_nothing_and_the_transaction_goes_on(harness: &dyn Harness) {
    a_hotel(harness).await;
    let (first, third) = commit(harness, |storage| {
        let users = storage.users();
        let first = users.insert(&a_user().build())?.expect("a free e-mail");
        let same = a_user().email("ADMIN@Portero.MX").named("Otra").admin_of(&hotel()).build();
        assert_eq!(users.insert(&same)?, Err(Taken));
        let third = users.insert(&a_user().email("otra@portero.mx").build())?.expect("a free e-mail");
        Ok((first, third))
    })
    .await;
    assert_eq!(listed(harness).await, [a_user().stored(first), a_user().email("otra@portero.mx").stored(third)]);
}

/// Rivals in separate transactions: one is added, the others get "e-mail taken".
pub async fn of_rivals_for_an_email_one_is_added(harness: &dyn Harness) {
    let answers = rivals(harness, 16, |_, storage| storage.users().insert(&a_user().build())).await;
    let added = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
    let taken = answers.iter().filter(|answer| matches!(answer, Ok(Err(Taken)))).count();
    assert_eq!((added, taken), (1, 15), "{answers:?}");
    assert_eq!(listed(harness).await.len(), 1);
}

/// An admin of no company is our own fault.
pub async fn an_admin_needs_their_company(harness: &dyn Harness) {
    refused(harness, |storage| storage.users().insert(&a_user().admin_of(&hotel()).build())).await;
    assert_eq!(listed(harness).await, []);
}

/// Each filter by itself, and both together.
pub async fn people_are_listed_by_role_and_company(harness: &dyn Harness) {
    let other = a_company().id("EMP_0000000002").build();
    let written = other.clone();
    a_hotel(harness).await;
    commit(harness, move |storage| storage.companies().insert(&written)).await.expect("a free id");
    let mut ids = Vec::new();
    for person in [
        a_user().email("0@portero.mx"),
        a_user().email("1@hotel.mx").admin_of(&hotel()),
        a_user().email("2@hotel.mx").admin_of(&other.id),
        a_user().email("3@hotel.mx").admin_of(&hotel()),
        a_user().email("4@portero.mx"),
    ] {
        ids.push(a_person(harness, person.build()).await);
    }
    let off = ids[3];
    commit(harness, move |storage| storage.users().set_active(off, false)).await;
    let (supers, admins) = (Some(RoleKind::SuperAdmin), Some(RoleKind::CompanyAdmin));
    let hotel = || Some(hotel());
    for (role, company, expected) in [
        (None, None, vec![0, 1, 2, 3, 4]),
        (supers, None, vec![0, 4]),
        (admins, None, vec![1, 2, 3]),
        (None, hotel(), vec![1, 3]),
        (admins, hotel(), vec![1, 3]),
        (admins, Some(other.id), vec![2]),
        (supers, hotel(), vec![]),
        (None, Some(company_id("EMP_0000000003")), vec![]),
    ] {
        let filter = company.clone();
        let people = whole(harness, move |storage, page| {
            storage.users().list(&UserFilter { role, company: filter.clone() }, page)
        })
        .await;
        let people: Vec<_> = people.iter().map(|person| person.id).collect();
        let expected: Vec<_> = expected.into_iter().map(|index: usize| ids[index]).collect();
        assert_eq!(people, expected, "{role:?} {company:?}");
    }
}

/// The order is that of their addition by the clock; of one moment, that of their identities.
pub async fn people_come_oldest_first(harness: &dyn Harness) {
    for (address, minute) in [("a@portero.mx", 3), ("b@portero.mx", 1), ("c@portero.mx", 1), ("d@portero.mx", 2)] {
        a_person(harness, a_user().email(address).created_at(after(Duration::minutes(minute))).build()).await;
    }
    let first = commit(harness, |storage| storage.users().find_by_email(&email("b@portero.mx"))).await;
    // An update is what moves a row in a table that has no order of its own.
    commit(harness, move |storage| storage.users().set_active(first.expect("b").id, false)).await;
    let addresses: Vec<_> = listed(harness).await.into_iter().map(|person| person.profile.email).collect();
    assert_eq!(addresses, ["b@portero.mx", "c@portero.mx", "d@portero.mx", "a@portero.mx"].map(email));
}

/// One part of one person.
pub async fn switching_off_and_new_passwords_touch_nothing_else(harness: &dyn Harness) {
    let id = a_person(harness, a_user().build()).await;
    let other = a_user().email("otra@portero.mx");
    let other_id = a_person(harness, other.clone().build()).await;
    let other = other.stored(other_id);
    let mut person = a_user().stored(id);
    for active in [false, false, true] {
        let status = commit(harness, move |storage| {
            storage.users().set_active(id, active)?;
            storage.users().lock_status(id)
        });
        assert_eq!(status.await, Some(UserStatus { role: RoleKind::SuperAdmin, active }));
        person.active = active;
        assert_eq!(listed(harness).await, [person.clone(), other.clone()]);
    }
    person.password = PasswordHash::new("$2b$12$ñ'".to_owned());
    let hash = person.password.clone();
    commit(harness, move |storage| storage.users().set_password(id, &hash, true)).await;
    person.must_change_password = true;
    assert_eq!(listed(harness).await, [person, other]);
}

/// It is there for as long as anybody has one.
pub async fn an_imported_hash_is_noticed(harness: &dyn Harness) {
    let any = || commit(harness, |storage| storage.users().imported_hash());
    let id = a_person(harness, a_user().build()).await;
    assert_eq!(any().await, None);
    let imported = PasswordHash::new("$2b$12$abc".to_owned());
    a_person(harness, a_user().email("otra@portero.mx").password(imported.clone()).build()).await;
    assert_eq!(any().await, Some(imported.clone()));
    let found = commit(harness, |storage| storage.users().find_by_email(&email("otra@portero.mx"))).await;
    let other = found.expect("the other").id;
    assert_ne!(other, id);
    let current = PasswordHash::new("$argon2id$$2b$".to_owned());
    commit(harness, move |storage| storage.users().set_password(other, &current, false)).await;
    assert_eq!(any().await, None);
}

/// Each reads what the one before it wrote: no update is lost.
pub async fn rivals_for_a_locked_person_queue(harness: &dyn Harness) {
    let person: NewUser = a_user().password(PasswordHash::new("0".to_owned())).build();
    let id = a_person(harness, person).await;
    let answers = rivals(harness, 16, move |_, storage| {
        let person = storage.users().lock(id)?.expect("the person");
        let number: u32 = person.password.as_str().parse().expect("a number");
        storage.users().set_password(id, &PasswordHash::new((number + 1).to_string()), false)
    })
    .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(listed(harness).await[0].password.as_str(), "16");
}

/// A company's admin does not count. An inactive super admin counts.
pub async fn super_admins_are_noticed(harness: &dyn Harness) {
    a_hotel(harness).await;
    let any = || commit(harness, |storage| storage.users().any_super_admin());
    assert!(!any().await);
    a_person(harness, a_user().email("a@hotel.mx").admin_of(&hotel()).build()).await;
    assert!(!any().await);
    let id = a_person(harness, a_user().build()).await;
    assert!(any().await);
    commit(harness, move |storage| storage.users().set_active(id, false)).await;
    assert!(any().await);
}
