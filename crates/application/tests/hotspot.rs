//! What a captive portal does on its router's hotspot.

use std::{net::IpAddr, sync::Arc, time::Duration};

use portero_application::hotspot::{GuestError, Reconnection, ReturningGuest, RouterValidity};
use portero_domain::{
    hotspot::{HotspotPassword, HotspotUser, HotspotUsername, Usage},
    ports::{Admission, HotspotError, MockHotspot, Rejection},
    router::RouterInactive,
};
use portero_testkit::{
    InMemory,
    builders::{a_device, a_hotspot_user, a_router},
};

use crate::support::{World, a_shop, assert_is, secret, the_admission, the_selling_router};

const HOUR: Duration = Duration::from_hours(1);

fn name(text: &str) -> HotspotUsername {
    HotspotUsername::parse(text).unwrap()
}

fn address(number: u8) -> IpAddr {
    IpAddr::from([10, 5, 50, number])
}

fn the_user() -> HotspotUser {
    a_hotspot_user("AB3C9D")
}

/// A router with this user, and three devices in its network.
fn world(user: HotspotUser) -> World {
    let world = World::over(a_shop());
    {
        let mut router = world.routers.router();
        router.add_profile("1hora", None);
        router.users.push(user);
        router.hosts.extend((1..=3).map(|number| (a_device(number), address(number))));
    }
    world
}

fn guest(number: u8) -> ReturningGuest {
    ReturningGuest {
        username: name("AB3C9D"),
        password: HotspotPassword::new("0456".to_owned()),
        device: a_device(number),
        address: None,
    }
}

async fn reconnect(world: &World, guest: ReturningGuest) -> Result<Reconnection, GuestError> {
    world.app.hotspot.reconnect.execute(the_selling_router(), guest).await
}

/// The names of the users that let somebody in.
fn in_use(world: &World) -> Vec<String> {
    let router = world.routers.router();
    let enabled = router.users.iter().filter(|user| !user.disabled);
    enabled.map(|user| user.name.as_str().to_owned()).collect()
}

/// What is left to all users that let somebody in, in minutes.
fn minutes_in_use(world: &World) -> u64 {
    let router = world.routers.router();
    let enabled = router.users.iter().filter(|user| !user.disabled);
    enabled.map(|user| user.allowance.time.unwrap().saturating_sub(user.used.time).as_secs() / 60).sum()
}

#[tokio::test]
async fn a_guest_comes_back_on_the_same_device() {
    let world = world(HotspotUser { used: Usage { time: HOUR / 4, ..Usage::default() }, ..the_user() });
    let back = reconnect(&world, guest(1)).await.unwrap();
    let session = back.session.clone().unwrap();
    assert_eq!((session.user.as_str(), session.address, session.mac), ("AB3C9D", Some(address(1)), Some(a_device(1))));
    let expected = Reconnection {
        user: name("AB3C9D"),
        moved: false,
        first: false,
        used: HOUR / 4,
        left: Some(HOUR * 3 / 4),
        session: back.session.clone(),
    };
    assert_eq!(back, expected);
    assert_eq!(world.routers.router().users.len(), 1);

    let access = &world.routers.router().accesses[0];
    assert_eq!(access.password, secret("secure_password"));
    assert_eq!(access.router, a_router().build().id);
}

#[tokio::test]
async fn a_telephone_with_another_address_takes_the_paid_time_along_and_back() {
    let world = world(the_user());
    assert!(reconnect(&world, guest(1)).await.unwrap().first);
    world.routers.router().spend("AB3C9D", HOUR / 3);

    let moved = reconnect(&world, guest(2)).await.unwrap();
    assert_eq!((moved.user.as_str(), moved.moved, moved.first), ("AB3C9D_RANDMAC1", true, false));
    assert_eq!((moved.used, moved.left), (HOUR / 3, Some(HOUR * 2 / 3)));
    assert_eq!(in_use(&world), ["AB3C9D_RANDMAC1"]);
    let sessions = world.routers.router().sessions.clone();
    assert_eq!(sessions.iter().map(|session| session.mac).collect::<Vec<_>>(), [Some(a_device(2))]);

    world.routers.router().spend("AB3C9D_RANDMAC1", HOUR / 6);
    let back = reconnect(&world, ReturningGuest { username: name("AB3C9D_RANDMAC1"), ..guest(1) }).await.unwrap();
    assert_eq!((back.user.as_str(), back.used, back.left), ("AB3C9D", HOUR / 2, Some(HOUR / 2)));
    assert_eq!(in_use(&world), ["AB3C9D"]);

    world.routers.router().spend("AB3C9D", HOUR / 2);
    assert_is!(reconnect(&world, guest(3)).await, Err(GuestError::UsedUp));
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::UsedUp));
}

#[tokio::test]
async fn the_sixteenth_further_device_is_refused_and_changes_nothing() {
    let world = world(the_user());
    for number in 4..=18 {
        world.routers.router().hosts.push((a_device(number), address(number)));
        assert!(reconnect(&world, guest(number)).await.unwrap().moved, "device {number}");
    }
    let before = world.routers.router().users.clone();
    assert_is!(reconnect(&world, guest(2)).await, Err(GuestError::TooManyDevices));
    assert_eq!(world.routers.router().users, before);
    assert_eq!((before.len(), minutes_in_use(&world)), (16, 60));
}

/// Whatever the step after which the router is gone or Portero is killed: the next call goes on from there, the paid time
/// is all there, and there is no more of it.
#[tokio::test]
async fn a_move_that_is_cut_off_anywhere_is_finished_by_the_next_call() {
    for error in [HotspotError::Unreachable("gone".into()), HotspotError::Unknown("gone".into())] {
        for step in 1.. {
            let world = world(the_user());
            reconnect(&world, guest(1)).await.unwrap();
            world.routers.router().spend("AB3C9D", HOUR / 4);
            world.routers.fail_from(step, error.clone());
            let cut = reconnect(&world, guest(2)).await;
            if !world.routers.recover() {
                assert!(step > 8, "a move reads, makes, changes and logs in");
                break;
            }
            assert_is!(cut, Err(GuestError::Hotspot(_)));
            assert!(minutes_in_use(&world) <= 60, "at step {step}");

            let moved = reconnect(&world, guest(2)).await.unwrap();
            assert_eq!((moved.used, moved.left), (HOUR / 4, Some(HOUR * 3 / 4)), "at step {step}");
            assert_eq!((in_use(&world).len(), minutes_in_use(&world)), (1, 45), "at step {step}");
        }
    }
}

#[tokio::test]
async fn a_user_of_all_devices_makes_room_on_its_own() {
    let world = world(HotspotUser { mac: None, ..the_user() });
    reconnect(&world, guest(1)).await.unwrap();
    world.routers.router().spend("AB3C9D", HOUR / 2);
    let again = reconnect(&world, guest(2)).await.unwrap();
    assert_eq!(again.session.unwrap().mac, Some(a_device(2)));
    let router = world.routers.router();
    assert_eq!((router.users.len(), router.sessions.len()), (1, 1));
    assert_eq!(router.users[0].used.time, HOUR / 2);
}

#[tokio::test]
async fn a_wrong_password_gets_nothing_and_changes_nothing() {
    let world = world(the_user());
    let before = world.routers.router().users.clone();
    for wrong in ["", "456", "0456 ", "0457"] {
        for number in [1, 2] {
            let wrong = ReturningGuest { password: HotspotPassword::new(wrong.to_owned()), ..guest(number) };
            assert_is!(reconnect(&world, wrong).await, Err(GuestError::WrongPassword));
        }
    }
    let router = world.routers.router();
    assert_eq!((&router.users, router.sessions.len()), (&before, 0));
}

#[tokio::test]
async fn a_changed_password_reaches_all_users_of_the_purchase() {
    let world = world(the_user());
    reconnect(&world, guest(1)).await.unwrap();
    assert!(reconnect(&world, guest(2)).await.unwrap().moved);
    let old = guest(2);
    let new = |number| ReturningGuest { password: HotspotPassword::new("9999".to_owned()), ..guest(number) };
    world.routers.router().users[0].password = Some(new(1).password);

    assert_is!(reconnect(&world, old).await, Err(GuestError::WrongPassword));
    world.routers.router().sessions.clear();
    assert!(reconnect(&world, new(2)).await.unwrap().session.is_some(), "the one in use");
    assert!(reconnect(&world, new(1)).await.unwrap().session.is_some());
    world.routers.router().users[0].password = Some(guest(1).password);
    assert!(reconnect(&world, guest(2)).await.unwrap().session.is_some(), "an idle one");
}

/// Between the move and the login another device of the purchase makes this one's user idle.
#[tokio::test]
async fn who_is_overtaken_is_not_told_that_the_password_is_wrong() {
    let mut hotspot = MockHotspot::new();
    hotspot.expect_users().returning(|_, _| Ok(vec![the_user()]));
    hotspot.expect_log_in().times(1).returning(|_, _| {
        let text = "invalid username or password".to_owned();
        Err(HotspotError::Rejected { kind: Rejection::BadCredentials, text })
    });
    let world = World::with(a_shop(), |ports| ports.hotspot = Arc::new(hotspot));
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::Contended));
}

/// The router would judge it at the login; but who has shown nothing is to learn nothing and to put nobody off.
#[tokio::test]
async fn where_the_router_hides_passwords_nobody_comes_back_and_nobody_learns_why() {
    let used_up = HotspotUser { used: Usage { time: HOUR, ..Usage::default() }, ..the_user() };
    for user in [the_user(), used_up, HotspotUser { disabled: true, ..the_user() }] {
        let world = world(user);
        reconnect(&world, guest(1)).await.ok();
        let sessions = world.routers.router().sessions.clone();
        world.routers.router().shows_passwords = false;
        for number in [1, 2] {
            assert_is!(reconnect(&world, guest(number)).await, Err(GuestError::PasswordHidden));
        }
        let router = world.routers.router();
        assert_eq!((&router.sessions, router.users.len()), (&sessions, 1));
    }
}

/// What an admin adds to the user in use is there on the next device as well.
#[tokio::test]
async fn time_that_an_admin_adds_moves_along() {
    let world = world(the_user());
    reconnect(&world, guest(1)).await.unwrap();
    world.routers.router().spend("AB3C9D", HOUR / 2);
    reconnect(&world, guest(2)).await.unwrap();
    world.routers.router().users[1].allowance.time = Some(HOUR * 3);
    assert_eq!(reconnect(&world, guest(2)).await.unwrap().left, Some(HOUR * 3));
    assert_eq!(reconnect(&world, guest(3)).await.unwrap().left, Some(HOUR * 3));
    world.routers.router().spend("AB3C9D_RANDMAC2", HOUR);
    assert_eq!(reconnect(&world, guest(1)).await.unwrap().left, Some(HOUR * 2));
}

/// A login that a router accepted just before its user became idle shows as a session later, and whoever wanted to end it may
/// have been killed.
#[tokio::test]
async fn a_session_that_an_idle_user_still_has_ends_with_the_next_call_of_any_device() {
    for number in [1, 2] {
        let world = world(the_user());
        let late = reconnect(&world, guest(1)).await.unwrap().session.unwrap();
        reconnect(&world, guest(2)).await.unwrap();
        if number == 2 {
            world.routers.router().sessions.push(late);
        }
        let back = reconnect(&world, guest(number)).await.unwrap();
        assert_eq!(world.routers.router().sessions, [back.session.unwrap()], "device {number}");
    }
}

#[tokio::test]
async fn what_an_admin_disabled_stays_disabled() {
    let world = world(HotspotUser { disabled: true, ..the_user() });
    for number in [1, 2] {
        assert_is!(reconnect(&world, guest(number)).await, Err(GuestError::Blocked));
    }
    assert_eq!(in_use(&world), [""; 0]);
    assert_eq!(world.routers.router().users.len(), 1);
}

#[tokio::test]
async fn who_is_not_on_the_hotspot_is_told_so() {
    let world = world(the_user());
    let unknown = ReturningGuest { username: name("AB3C9E"), ..guest(1) };
    assert_is!(reconnect(&world, unknown).await, Err(GuestError::UnknownUser));
    let by_address = ReturningGuest { username: name("DA:00:00:00:00:01"), ..guest(1) };
    world.routers.router().users.push(HotspotUser { name: name("DA:00:00:00:00:01"), ..the_user() });
    assert_is!(reconnect(&world, by_address).await, Err(GuestError::UnknownUser));
    world.routers.router().hosts.clear();
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::Hotspot(HotspotError::Rejected { .. })));
}

#[tokio::test]
async fn an_inactive_router_is_not_touched() {
    let world = world(the_user());
    let mut admission: Admission = the_admission();
    admission.router.active = false;
    assert_eq!(admission.clone().selling(), Err(RouterInactive));
    assert_is!(world.app.hotspot.validate_router.execute(admission).await, Ok(RouterValidity::SwitchedOff));
    assert_eq!(world.routers.router().accesses, []);
}

#[tokio::test]
async fn a_profile_is_shown_for_the_password_of_the_user_that_was_sold() {
    let world = world(the_user());
    reconnect(&world, guest(2)).await.unwrap();
    let new = HotspotPassword::new("9999".to_owned());
    world.routers.router().users[0].password = Some(new.clone());
    let ask = async |password| {
        world.app.hotspot.profile.execute(the_selling_router(), name("AB3C9D_RANDMAC1"), password).await
    };
    assert_is!(ask(guest(1).password).await, Err(GuestError::WrongPassword));
    assert_eq!(ask(new).await.unwrap().user.name.as_str(), "AB3C9D_RANDMAC1");
}

#[tokio::test]
async fn a_profile_is_shown_for_the_right_password_only() {
    let world = world(the_user());
    let ask = async |user: &str, password: &str| {
        let password = HotspotPassword::new(password.to_owned());
        world.app.hotspot.profile.execute(the_selling_router(), name(user), password).await
    };
    let shown = ask("AB3C9D", "0456").await.unwrap();
    assert_eq!((shown.user, shown.profile.unwrap().name.as_str()), (the_user(), "1hora"));
    assert_is!(ask("AB3C9D", "").await, Err(GuestError::WrongPassword));
    assert_is!(ask("AB3C9", "0456").await, Err(GuestError::UnknownUser));
    world.routers.router().profiles.clear();
    assert_eq!(ask("AB3C9D", "0456").await.unwrap().profile, None);
    world.routers.router().shows_passwords = false;
    assert_is!(ask("AB3C9D", "0456").await, Err(GuestError::PasswordHidden));
}

#[tokio::test]
async fn a_portal_learns_whether_its_router_answers() {
    let world = World::over(a_shop());
    let ask = async || world.app.hotspot.validate_router.execute(the_admission()).await;
    assert_is!(ask().await, Ok(RouterValidity::Online));
    world.routers.fail_from(1, HotspotError::Unreachable("gone".into()));
    assert_is!(ask().await, Ok(RouterValidity::Offline(HotspotError::Unreachable(_))));
}

#[tokio::test]
async fn a_store_that_fails_is_told() {
    let world = World::over(InMemory::new());
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::Access(_)));
}
