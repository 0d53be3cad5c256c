//! Sessions: begun, recognised, ended by a logout.

use std::sync::Arc;

use portero_application::{
    Activation,
    sessions::{AuthenticateError, LogInError, LoggedIn, LoggedInUser},
};
use portero_domain::{
    ids::UserId,
    ports::{MockPasswords, MockSessionTokens, PasswordError, Passwords, SessionTokens, TokenRefusal, Verdict},
    session::Session,
    user::User,
};
use portero_testkit::{
    FakePasswords, FakeTokens, InMemory,
    builders::{a_key, a_session, a_user, email, start},
};
use time::Duration;

use crate::{
    passwords::change_password,
    support::{World, a_busy_hasher, a_session_signer_that_fails, assert_is, at_once, secret, signed},
};

pub(crate) const ADMIN: UserId = UserId::new(1);
const OTHER: UserId = UserId::new(2);

pub(crate) fn the_admin() -> User {
    a_user().stored(ADMIN)
}

fn the_other() -> User {
    a_user().email("otro@portero.mx").stored(OTHER)
}

fn an_inactive_admin() -> User {
    User { active: false, ..the_admin() }
}

pub(crate) fn an_admin_of_old() -> User {
    a_user().password(FakePasswords::old_hash_of("password123")).stored(ADMIN)
}

pub(crate) fn store_with(user: User) -> InMemory {
    InMemory::new().with_user(user).with_user(the_other())
}

pub(crate) fn token_of(session: &Session) -> String {
    SessionTokens::sign(&FakeTokens, session, &the_admin().profile).unwrap().expose().to_owned()
}

/// Compares as the fake does, after this has happened.
pub(crate) fn comparing_after(meanwhile: impl Fn() + Send + 'static) -> MockPasswords {
    let mut passwords = MockPasswords::new();
    passwords.expect_verify().returning(move |caller, password, known| {
        meanwhile();
        at_once(FakePasswords.verify(caller, password, known))
    });
    passwords
}

pub(crate) async fn log_in(world: &World, password: &str) -> Result<LoggedIn, LogInError> {
    world.app.sessions.log_in.execute(Some(email("admin@portero.mx")), secret(password)).await
}

#[tokio::test]
async fn who_knows_the_password_is_signed_in() {
    let world = World::over(store_with(the_admin()));
    let mut expected = world.store.tables();
    world.clock.advance(Duration::microseconds(123_456));

    let logged_in = log_in(&world, "password123").await.unwrap();

    let session = a_session().id("ses_00000000000000000000000001").build();
    assert_eq!((session.issued_at, session.expires_at), (start(), start().plus(Duration::hours(24))));
    assert_eq!(logged_in.token.expose(), token_of(&session));
    assert_eq!((&logged_in.user, &logged_in.session), (&the_admin(), &session));
    expected.sessions.push(session.clone());
    assert_eq!(world.store.tables(), expected);

    let signed_in = world.app.sessions.authenticate.execute(logged_in.token.expose()).await.unwrap();
    assert_eq!(signed_in, LoggedInUser { session: session.id, user: the_admin() });
}

#[tokio::test]
async fn who_does_not_is_not_told_which_part_was_wrong() {
    for (user, tried, password) in [
        (the_admin(), Some("admin@portero.mx"), "password124"),
        (the_admin(), Some("admin@portero.mx"), ""),
        (the_admin(), Some("nadie@portero.mx"), "password123"),
        (the_admin(), None, "password123"),
        (an_inactive_admin(), Some("admin@portero.mx"), "password124"),
    ] {
        let world = World::over(store_with(user));
        let before = world.store.tables();
        let refused = world.app.sessions.log_in.execute(tried.map(email), secret(password)).await;
        assert_is!(refused, Err(LogInError::WrongCredentials));
        assert_eq!(world.store.tables(), before, "{tried:?} {password}");
    }
}

#[tokio::test]
async fn an_unknown_email_costs_the_same_password_work_and_opens_nothing() {
    for unknown in [Some(email("nadie@portero.mx")), None] {
        let mut passwords = MockPasswords::new();
        passwords
            .expect_verify()
            .withf(|_, password, known| password.expose() == "password123" && known.hash.is_none())
            .times(1)
            .returning(|_, _, _| Ok(Verdict::Right));
        let world = World::with(store_with(the_admin()), |ports| ports.passwords = Arc::new(passwords));
        let refused = world.app.sessions.log_in.execute(unknown, secret("password123")).await;
        assert_is!(refused, Err(LogInError::WrongCredentials));
    }
}

#[tokio::test]
async fn a_person_who_is_off_is_told_so_once_the_password_is_right_and_gets_no_new_hash() {
    let user = User { active: false, ..an_admin_of_old() };
    let world = World::with(store_with(user), |ports| ports.passwords = Arc::new(comparing_after(|| {})));
    let before = world.store.tables();
    assert_is!(log_in(&world, "password123").await, Err(LogInError::UserInactive));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_hash_of_an_older_method_is_renewed_on_the_way() {
    let world = World::over(store_with(an_admin_of_old()));
    let logged_in = log_in(&world, "password123").await.unwrap();
    assert_eq!(world.store.tables().users, [the_admin(), the_other()]);
    assert_eq!(logged_in.user, the_admin(), "the answer is the person as the store has them");
    assert_is!(log_in(&world, "password123").await, Ok(_));
}

#[tokio::test]
async fn a_hash_of_the_current_method_stays() {
    let passwords = comparing_after(|| {});
    let world = World::with(store_with(the_admin()), |ports| ports.passwords = Arc::new(passwords));
    assert_is!(log_in(&world, "password123").await, Ok(_));
    assert_eq!(world.store.tables().users[0], the_admin());
}

#[tokio::test]
async fn what_happened_while_the_password_was_compared_counts() {
    let store = store_with(the_admin());
    let rival = World::over(store.clone());
    let passwords = comparing_after(move || at_once(change_password(&rival, "password123")).unwrap());
    let world = World::with(store, |ports| ports.passwords = Arc::new(passwords));
    assert_is!(log_in(&world, "password123").await, Err(LogInError::WrongCredentials));
    assert_eq!(world.store.tables().sessions, []);

    let store = store_with(the_admin());
    let rival = World::over(store.clone());
    let passwords = comparing_after(move || {
        at_once(rival.app.users.set_active.execute(ADMIN, Activation::To(false), OTHER)).unwrap();
    });
    let world = World::with(store, |ports| ports.passwords = Arc::new(passwords));
    assert_is!(log_in(&world, "password123").await, Err(LogInError::UserInactive));
    assert_eq!(world.store.tables().sessions, []);
}

#[tokio::test]
async fn nobody_is_signed_in_while_passwords_cannot_be_compared_or_renewed() {
    let mut renews_nothing = comparing_after(|| {});
    renews_nothing.expect_hash().returning(|_, _| Err(PasswordError::Busy));
    for (user, passwords) in [(the_admin(), a_busy_hasher()), (an_admin_of_old(), Arc::new(renews_nothing))] {
        let world = World::with(store_with(user), |ports| ports.passwords = passwords);
        let before = world.store.tables();
        assert_is!(log_in(&world, "password123").await, Err(LogInError::Password(PasswordError::Busy)));
        assert_eq!(world.store.tables(), before);
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_signed_leaves_no_trace() {
    let world =
        World::with(store_with(an_admin_of_old()), |ports| ports.session_tokens = a_session_signer_that_fails());
    let before = world.store.tables();
    assert_is!(log_in(&world, "password123").await, Err(LogInError::Signing(_)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_failed_login_leaves_no_trace() {
    let world = World::over(store_with(an_admin_of_old()));
    let logged_in = world.fails_without_trace(async || log_in(&world, "password123").await).await;
    assert_eq!(world.store.tables().sessions, [logged_in.session]);
}

#[tokio::test]
async fn a_token_that_is_not_a_sessions_is_nobodys() {
    let world = World::over(store_with(the_admin()).with_session(a_session().build()));
    let api_key = signed(&a_key().build()).token;
    for token in ["", "session.x", api_key.expose(), &format!("{}0", token_of(&a_session().build()))] {
        let refused = world.app.sessions.authenticate.execute(token).await;
        assert_is!(refused, Err(AuthenticateError::Token(TokenRefusal::Invalid)));
    }
}

#[tokio::test]
async fn a_session_is_good_until_the_very_moment_it_ends() {
    let session = a_session().build();
    let world = World::over(store_with(the_admin()).with_session(session.clone()));
    world.clock.set(session.expires_at.plus(-Duration::MICROSECOND));
    assert_is!(world.app.sessions.authenticate.execute(&token_of(&session)).await, Ok(_));
    world.clock.set(session.expires_at);
    let refused = world.app.sessions.authenticate.execute(&token_of(&session)).await;
    assert_is!(refused, Err(AuthenticateError::Token(TokenRefusal::Expired)));
}

#[tokio::test]
async fn a_session_whose_record_is_over_is_over_whatever_its_token_says() {
    let session = a_session().build();
    let mut tokens = MockSessionTokens::new();
    let id = session.id.clone();
    tokens.expect_verify().returning(move |_, _| Ok(id.clone()));
    let store = store_with(the_admin()).with_session(session.clone());
    let world = World::with(store, |ports| ports.session_tokens = Arc::new(tokens));
    assert_is!(world.app.sessions.authenticate.execute("any").await, Ok(_));
    world.clock.set(session.expires_at);
    let refused = world.app.sessions.authenticate.execute("any").await;
    assert_is!(refused, Err(AuthenticateError::Token(TokenRefusal::Expired)));
}

#[tokio::test]
async fn a_person_who_is_off_is_nobody() {
    let world = World::over(store_with(an_inactive_admin()).with_session(a_session().build()));
    let refused = world.app.sessions.authenticate.execute(&token_of(&a_session().build())).await;
    assert_is!(refused, Err(AuthenticateError::UserInactive));
}

/// The admin's two sessions, and one of another user.
pub(crate) fn three_sessions() -> [Session; 3] {
    let session = |id, user| a_session().id(id).of(user).build();
    [
        session("ses_00000000000000000000000001", ADMIN),
        session("ses_00000000000000000000000002", ADMIN),
        session("ses_00000000000000000000000003", OTHER),
    ]
}

pub(crate) fn store_with_three_sessions() -> InMemory {
    three_sessions().into_iter().fold(store_with(the_admin()), InMemory::with_session)
}

#[tokio::test]
async fn a_logout_ends_that_session_for_good_and_no_other() {
    let world = World::over(store_with_three_sessions());
    let [ended, second, third] = three_sessions();
    let log_out = async || world.app.sessions.log_out.execute(ended.id.clone()).await;
    world.fails_without_trace(log_out).await;
    assert_eq!(world.store.tables().sessions, [second, third]);
    let refused = world.app.sessions.authenticate.execute(&token_of(&ended)).await;
    assert_is!(refused, Err(AuthenticateError::SessionEnded));
    assert_is!(log_out().await, Ok(()));
}
