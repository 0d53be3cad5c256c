//! People: added, listed, found, switched.

use std::sync::Arc;

use portero_application::{
    Activation,
    sessions::AuthenticateError,
    users::{CreateFirstSuperAdminError, CreateUserError, SetUserActiveError},
};
use portero_domain::{
    company::CompanyInactive,
    filter::UserFilter,
    ids::UserId,
    page::Page,
    ports::{MockPasswords, PasswordError, SessionTokens},
    user::{NewPassword, OwnAccount, Role, RoleKind, User, UserProfile},
};
use portero_testkit::{
    FakePasswords, FakeTokens, InMemory,
    builders::{a_company, a_session, a_user, email, name, start},
};
use time::Duration;

use crate::sessions::store_with;
use crate::support::{World, a_busy_hasher, another_company, assert_is, at_once, page, the_company};

const ADMIN: UserId = UserId::new(1);
const ANA: UserId = UserId::new(2);

/// Who runs the company of the examples.
fn ana() -> User {
    a_user().email("ana@hotel.mx").named("Ana").admin_of(&the_company()).stored(ANA)
}

fn the_admin() -> User {
    a_user().stored(ADMIN)
}

/// The company of the examples, a super admin and Ana.
fn a_staff() -> InMemory {
    InMemory::new().with_company(a_company().build()).with_user(the_admin()).with_user(ana())
}

fn profile(address: &str, role: Role) -> UserProfile {
    UserProfile { email: email(address), name: name("Luis"), role }
}

fn password() -> NewPassword {
    NewPassword::parse("password123").unwrap()
}

#[tokio::test]
async fn a_person_may_sign_in_from_the_start() {
    for role in [Role::SuperAdmin, Role::CompanyAdmin(the_company())] {
        let world = World::over(a_staff());
        let mut expected = world.store.tables();
        let created_at = world.clock.advance(Duration::microseconds(5));
        let profile = profile("luis@hotel.mx", role);
        let create = async || world.app.users.create.execute(profile.clone(), password()).await;

        let user = world.fails_without_trace(create).await;

        let password = FakePasswords::hash_of("password123");
        assert_eq!(
            user,
            User {
                id: UserId::new(3),
                profile: profile.clone(),
                password,
                must_change_password: true,
                active: true,
                created_at
            }
        );
        expected.users.push(user);
        assert_eq!(world.store.tables().users, expected.users);
    }
}

#[tokio::test]
async fn a_person_who_cannot_be_added_leaves_no_trace() {
    let closed = another_company();
    let world = World::over(a_staff().with_company(a_company().id(closed.id.as_str()).inactive().build()));
    let before = world.store.tables();
    let create = |address, role| world.app.users.create.execute(profile(address, role), password());

    assert_is!(create("ana@hotel.mx", Role::SuperAdmin).await, Err(CreateUserError::EmailTaken));
    let nowhere = Role::CompanyAdmin(a_company().id("EMP_0000000000").build().id);
    assert_is!(create("luis@hotel.mx", nowhere).await, Err(CreateUserError::CompanyNotFound));
    let of_closed = create("luis@hotel.mx", Role::CompanyAdmin(closed.id)).await;
    assert_is!(of_closed, Err(CreateUserError::CompanyInactive(CompanyInactive)));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_person_whose_password_cannot_be_hashed_is_not_added() {
    let world = World::with(a_staff(), |ports| ports.passwords = a_busy_hasher());
    let before = world.store.tables();
    let refused = world.app.users.create.execute(profile("luis@hotel.mx", Role::SuperAdmin), password()).await;
    assert_is!(refused, Err(CreateUserError::Password(PasswordError::Busy)));
    assert_eq!(world.store.tables(), before);
}

async fn first_super_admin(world: &World) -> Result<bool, CreateFirstSuperAdminError> {
    let (email, name) = (email("admin@portero.mx"), name("Super Administrador"));
    world.app.users.create_first_super_admin.execute(email, name, password()).await
}

#[tokio::test]
async fn the_first_super_admin_is_added_where_there_is_none() {
    let world = World::over(InMemory::new().with_company(a_company().build()).with_user(ana()));
    let added = world.fails_without_trace(async || first_super_admin(&world).await).await;
    assert!(added);
    assert_eq!(world.store.tables().users, [ana(), a_user().stored(UserId::new(3))]);
}

#[tokio::test]
async fn no_second_one_is_added_and_no_password_hashed_for_it() {
    let present = User { active: false, ..a_user().email("otro@portero.mx").stored(ADMIN) };
    let store = InMemory::new().with_user(present);
    let world = World::with(store, |ports| ports.passwords = Arc::new(MockPasswords::new()));
    let before = world.store.tables();
    assert_is!(first_super_admin(&world).await, Ok(false));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn the_first_super_admin_does_not_take_somebodys_email() {
    let of_this_email = a_user().admin_of(&the_company()).stored(ANA);
    let world = World::over(InMemory::new().with_company(a_company().build()).with_user(of_this_email));
    let before = world.store.tables();
    assert_is!(first_super_admin(&world).await, Ok(false));
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_super_admin_who_came_while_the_password_was_hashed_remains_the_only_one() {
    let store = InMemory::new();
    let rivals = store.clone();
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().returning(move |_, password| {
        let rival = World::over(rivals.clone());
        let profile = profile("rival@portero.mx", Role::SuperAdmin);
        let password = NewPassword::parse(password.expose()).unwrap();
        Ok(at_once(rival.app.users.create.execute(profile, password)).unwrap().password)
    });
    let world = World::with(store, |ports| ports.passwords = Arc::new(passwords));
    assert_is!(first_super_admin(&world).await, Ok(false));
    assert_eq!(world.store.tables().users.len(), 1);
}

#[tokio::test]
async fn without_a_hash_there_is_no_first_super_admin() {
    let world = World::with(InMemory::new(), |ports| ports.passwords = a_busy_hasher());
    let refused = first_super_admin(&world).await;
    assert_is!(refused, Err(CreateFirstSuperAdminError::Password(PasswordError::Busy)));
    assert_eq!(world.store.tables().users, []);
}

#[tokio::test]
async fn people_are_listed_oldest_first_by_role_and_company() {
    let early = start().plus(-Duration::DAY);
    let bea = a_user().email("bea@norte.mx").admin_of(&another_company().id).created_at(early).stored(UserId::new(3));
    let world = World::over(a_staff().with_company(another_company()).with_user(bea.clone()));
    let (admins, supers) = (Some(RoleKind::CompanyAdmin), Some(RoleKind::SuperAdmin));
    let all = Page::default;
    for (role, company, page, items, total) in [
        (None, None, all(), vec![bea.clone(), the_admin(), ana()], 3),
        (None, None, page(1, 1), vec![the_admin()], 3),
        (admins, None, all(), vec![bea.clone(), ana()], 2),
        (supers, None, all(), vec![the_admin()], 1),
        (None, Some(the_company()), all(), vec![ana()], 1),
        (admins, Some(another_company().id), all(), vec![bea], 1),
        (supers, Some(the_company()), all(), vec![], 0),
    ] {
        let listed =
            world.app.users.list.execute(UserFilter { role, company: company.clone() }, page.clone()).await.unwrap();
        assert_eq!((listed.items, listed.total), (items, Some(total)), "{role:?} {company:?} {page:?}");
    }
}

#[tokio::test]
async fn a_person_is_found_by_their_identity() {
    let world = World::over(a_staff());
    assert_eq!(world.app.users.find.execute(ANA).await.unwrap(), Some(ana()));
    assert_eq!(world.app.users.find.execute(UserId::new(99)).await.unwrap(), None);
}

#[tokio::test]
async fn sessions_die_when_their_person_is_switched_off_and_stay_dead() {
    let session = a_session().of(ANA).build();
    let admins = a_session().id("ses_00000000000000000000000009").of(ADMIN).build();
    let world = World::over(a_staff().with_session(session.clone()).with_session(admins.clone()));
    let token = SessionTokens::sign(&FakeTokens, &session, &ana().profile).unwrap();
    let authenticate = || world.app.sessions.authenticate.execute(token.expose());
    assert_is!(authenticate().await, Ok(_));

    let off = world.app.users.set_active.execute(ANA, Activation::Toggle, ADMIN).await.unwrap();
    assert!(!off);
    assert_eq!(world.store.tables().users, [the_admin(), User { active: false, ..ana() }]);
    assert_is!(authenticate().await, Err(AuthenticateError::UserInactive));

    let on = world.app.users.set_active.execute(ANA, Activation::Toggle, ADMIN).await.unwrap();
    assert!(on);
    assert_is!(authenticate().await, Err(AuthenticateError::SessionEnded));
    assert_eq!(world.store.tables().sessions, [admins]);
}

#[tokio::test]
async fn a_wish_is_met_however_often_it_is_told_and_costs_nobody_their_session() {
    let world = World::over(a_staff().with_session(a_session().of(ANA).build()));
    let before = world.store.tables();
    assert!(world.app.users.set_active.execute(ANA, Activation::To(true), ADMIN).await.unwrap());
    assert_eq!(world.store.tables(), before);
    for _ in 0..2 {
        let off = world.app.users.set_active.execute(ANA, Activation::To(false), ADMIN).await.unwrap();
        assert!(!off);
    }
}

#[tokio::test]
async fn nobody_switches_themselves_off() {
    let world = World::over(a_staff());
    let before = world.store.tables();
    for switch in [Activation::Toggle, Activation::To(false)] {
        let refused = world.app.users.set_active.execute(ADMIN, switch, ADMIN).await;
        assert_is!(refused, Err(SetUserActiveError::OwnAccount(OwnAccount)));
    }
    assert!(world.app.users.set_active.execute(ADMIN, Activation::To(true), ADMIN).await.unwrap());
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_caller_who_is_no_active_super_admin_switches_nobody() {
    let inactive = User { active: false, ..the_admin() };
    for (staff, by) in [(a_staff(), ANA), (a_staff(), UserId::new(99)), (store_with(inactive), ADMIN)] {
        let world = World::over(staff);
        let before = world.store.tables();
        for switch in [Activation::Toggle, Activation::To(true)] {
            let refused = world.app.users.set_active.execute(UserId::new(2), switch, by).await;
            assert_is!(refused, Err(SetUserActiveError::CallerInactive));
        }
        assert_eq!(world.store.tables(), before);
    }
}

#[tokio::test]
async fn a_person_who_is_not_there_is_not_switched() {
    let world = World::over(a_staff());
    let refused = world.app.users.set_active.execute(UserId::new(99), Activation::Toggle, ADMIN).await;
    assert_is!(refused, Err(SetUserActiveError::NotFound));
}

#[tokio::test]
async fn a_failed_switch_of_a_person_leaves_no_trace() {
    let world = World::over(a_staff().with_session(a_session().of(ANA).build()));
    let switch = async || world.app.users.set_active.execute(ANA, Activation::Toggle, ADMIN).await;
    assert!(!world.fails_without_trace(switch).await);
    assert!(world.fails_without_trace(switch).await);
    assert_eq!(world.store.tables().sessions, []);
}
