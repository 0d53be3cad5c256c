//! Passwords: changed by who knows the current one.

use std::sync::Arc;

use portero_application::sessions::{AuthenticateError, ChangePasswordError, LogInError};
use portero_domain::{
    ids::UserId,
    ports::PasswordError,
    user::{NewPassword, PasswordHash, User},
};
use portero_testkit::{FakePasswords, builders::email};

use crate::{
    sessions::{
        ADMIN, an_admin_of_old, comparing_after, log_in, store_with, store_with_three_sessions, the_admin,
        three_sessions, token_of,
    },
    support::{World, a_busy_hasher, assert_is, at_once, secret},
};

fn new_password() -> NewPassword {
    NewPassword::parse("other-password").unwrap()
}

pub(crate) async fn change_password(world: &World, current: &str) -> Result<(), ChangePasswordError> {
    world.app.sessions.change_password.execute(ADMIN, secret(current), new_password()).await
}

#[tokio::test]
async fn a_new_password_ends_all_sessions_of_its_owner() {
    let world = World::over(store_with_three_sessions());
    let [first, second, third] = three_sessions();
    let mut expected = world.store.tables();
    expected.users[0].password = FakePasswords::hash_of("other-password");
    expected.sessions = vec![third.clone()];
    change_password(&world, "password123").await.unwrap();
    assert_eq!(world.store.tables(), expected);
    for ended in [first, second] {
        let refused = world.app.sessions.authenticate.execute(&token_of(&ended)).await;
        assert_is!(refused, Err(AuthenticateError::SessionEnded));
    }
    assert_is!(world.app.sessions.authenticate.execute(&token_of(&third)).await, Ok(_));
    assert_is!(log_in(&world, "password123").await, Err(LogInError::WrongCredentials));
    assert_is!(log_in(&world, "other-password").await, Ok(_));
}

#[tokio::test]
async fn without_the_current_password_all_stays_as_it_was() {
    let world = World::over(store_with_three_sessions());
    let before = world.store.tables();
    assert_is!(change_password(&world, "password124").await, Err(ChangePasswordError::WrongPassword));
    let nobody = UserId::new(99);
    let refused = world.app.sessions.change_password.execute(nobody, secret("password123"), new_password()).await;
    assert_is!(refused, Err(ChangePasswordError::WrongPassword));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_new_password_differs_from_the_current_one() {
    let world = World::over(store_with_three_sessions());
    let before = world.store.tables();
    let same = NewPassword::parse("password123").unwrap();
    let refused = world.app.sessions.change_password.execute(ADMIN, secret("password123"), same.clone()).await;
    assert_is!(refused, Err(ChangePasswordError::SamePassword));
    let guess = NewPassword::parse("password124").unwrap();
    let refused = world.app.sessions.change_password.execute(ADMIN, secret("password124"), guess).await;
    assert_is!(refused, Err(ChangePasswordError::WrongPassword));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_password_that_an_administrator_set_is_flagged_until_the_person_changes_it() {
    let must_change = async |world: &World| world.store.tables().users[0].must_change_password;
    let world = World::over(store_with(the_admin()));
    let reset = NewPassword::parse("password123").unwrap();
    world.app.users.reset_password.execute(email("admin@portero.mx"), reset).await.unwrap();
    assert!(must_change(&world).await);
    assert!(log_in(&world, "password123").await.unwrap().user.must_change_password);
    change_password(&world, "password123").await.unwrap();
    assert!(!must_change(&world).await);

    let of_old = User { must_change_password: true, ..an_admin_of_old() };
    let world = World::over(store_with(of_old));
    log_in(&world, "password123").await.unwrap();
    assert_eq!(world.store.tables().users[0].password, FakePasswords::hash_of("password123"));
    assert!(must_change(&world).await, "a new hash of the same password is no new password");
}

#[tokio::test]
async fn a_password_that_cannot_be_compared_or_hashed_stays() {
    let mut hashes_nothing = comparing_after(|| {});
    hashes_nothing.expect_hash().returning(|_, _| Err(PasswordError::Busy));
    for passwords in [a_busy_hasher(), Arc::new(hashes_nothing)] {
        let world = World::with(store_with_three_sessions(), |ports| ports.passwords = passwords);
        let before = world.store.tables();
        let refused = change_password(&world, "password123").await;
        assert_is!(refused, Err(ChangePasswordError::Password(PasswordError::Busy)));
        assert_eq!(world.store.tables(), before);
    }
}

#[tokio::test]
async fn a_rivals_new_password_is_not_written_over() {
    let store = store_with(the_admin());
    let rival = World::over(store.clone());
    let mut passwords = comparing_after(|| {});
    passwords.expect_hash().returning(move |_, _| {
        at_once(change_password(&rival, "password123")).unwrap();
        Ok(PasswordHash::new("hash:too-late".into()))
    });
    let world = World::with(store, |ports| ports.passwords = Arc::new(passwords));
    assert_is!(change_password(&world, "password123").await, Err(ChangePasswordError::WrongPassword));
    assert_eq!(world.store.tables().users[0].password, FakePasswords::hash_of("other-password"));
}

#[tokio::test]
async fn a_failed_change_of_password_leaves_no_trace() {
    let world = World::over(store_with_three_sessions());
    world.fails_without_trace(async || change_password(&world, "password123").await).await;
    assert_eq!(world.store.tables().sessions.len(), 1);
}
