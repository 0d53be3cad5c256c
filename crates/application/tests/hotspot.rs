//! What a captive portal does on its router's hotspot.

use std::{net::IpAddr, sync::Arc, time::Duration};

use portero_application::hotspot::{GuestError, Reconnection, ReturningGuest, RouterValidity};
use portero_domain::{
    hotspot::{Allowance, HotspotPassword, HotspotUser, HotspotUsername, ItemId, RouterText, UnreadableValue, Usage},
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
        password: HotspotPassword::new("0456".into()),
        device: a_device(number),
        address: None,
    }
}

async fn reconnect(world: &World, guest: ReturningGuest) -> Result<Reconnection, GuestError> {
    world.app.hotspot.reconnect.execute(the_selling_router(), guest).await
}

/// The devices that are online.
fn online(world: &World) -> Vec<u8> {
    let router = world.routers.router();
    let mut devices: Vec<u8> =
        (1..=9).filter(|&n| router.sessions.iter().any(|s| s.mac == Some(a_device(n)))).collect();
    devices.sort_unstable();
    devices
}

#[tokio::test]
async fn a_guest_reconnects_on_the_same_device() {
    let world = world(HotspotUser { used: Usage { time: HOUR / 4, ..Usage::default() }, ..the_user() });
    let back = reconnect(&world, guest(1)).await.unwrap();
    let session = back.session.clone().unwrap();
    assert_eq!((session.user, session.address, session.mac), ("AB3C9D".into(), Some(address(1)), Some(a_device(1))));
    let expected = Reconnection {
        user: "AB3C9D".into(),
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
async fn a_telephone_with_another_address_uses_the_user_that_was_sold() {
    let world = world(the_user());
    assert!(reconnect(&world, guest(1)).await.unwrap().first);
    world.routers.router().spend("AB3C9D", HOUR / 3);

    let moved = reconnect(&world, guest(2)).await.unwrap();
    assert_eq!((moved.user, moved.moved, moved.first), ("AB3C9D".into(), true, false));
    assert_eq!((moved.used, moved.left), (HOUR / 3, Some(HOUR * 2 / 3)));
    assert_eq!(online(&world), [2]);

    world.routers.router().spend("AB3C9D", HOUR / 6);
    let back = reconnect(&world, guest(1)).await.unwrap();
    assert_eq!((back.moved, back.used, back.left), (true, HOUR / 2, Some(HOUR / 2)));
    assert_eq!(world.routers.router().users.len(), 1);

    world.routers.router().spend("AB3C9D", HOUR / 2);
    assert_is!(reconnect(&world, guest(3)).await, Err(GuestError::UsedUp));
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::UsedUp));
    assert_eq!(world.routers.router().users[0].mac, Some(a_device(1)), "a user that is used up stays bound");
}

#[tokio::test]
async fn nothing_but_the_binding_is_written() {
    let user = HotspotUser { comment: "vc-123 rx:5M tx:10M lote 7".into(), ..the_user() };
    let world = world(user.clone());
    reconnect(&world, guest(2)).await.unwrap();
    assert_eq!(world.routers.router().users, [HotspotUser { mac: Some(a_device(2)), ..user.clone() }]);
    let unbound = HotspotUser { mac: None, ..user };
    world.routers.router().users = vec![unbound.clone()];
    reconnect(&world, guest(3)).await.unwrap();
    assert_eq!(world.routers.router().users[0].mac, None);
}

/// What other tools do to the row is true: a recharge, a reset of the counters every night, more time.
#[tokio::test]
async fn what_other_tools_write_to_the_user_counts() {
    let world = world(the_user());
    reconnect(&world, guest(2)).await.unwrap();
    world.routers.router().spend("AB3C9D", HOUR);
    assert_is!(reconnect(&world, guest(2)).await, Err(GuestError::UsedUp));
    world.routers.router().users[0].used = Usage::default();
    assert_eq!(reconnect(&world, guest(2)).await.unwrap().left, Some(HOUR));
    world.routers.router().users[0].allowance = Allowance::default();
    assert_eq!(reconnect(&world, guest(3)).await.unwrap().left, None);
    world.routers.router().users.clear();
    assert_is!(reconnect(&world, guest(3)).await, Err(GuestError::UnknownUser));
}

/// Whatever the step after which the router is gone or Portero is killed, the next call goes on from there. The row is one
/// all along, so the time that is left cannot change.
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
                assert!(step > 8, "a move reads, binds, makes room and logs in");
                break;
            }
            assert_is!(cut, Err(GuestError::Hotspot(_)));
            reconnect(&world, guest(2)).await.unwrap();
            world.routers.router().spend("AB3C9D", HOUR);
            let used: Vec<_> = world.routers.router().users.iter().map(|user| user.used.time).collect();
            assert_eq!(used, [HOUR], "at step {step}");
        }
    }
}

/// The same for users that earlier systems made: what they used counts once.
#[tokio::test]
async fn leftovers_are_folded_into_the_sold_user_wherever_the_folding_is_cut_off() {
    let leftover = |number: u64, minutes: u64| HotspotUser {
        id: ItemId::new(format!("*B{number}")),
        name: format!("AB3C9D_RANDMAC{number}").as_str().into(),
        mac: Some(a_device(2)),
        allowance: Allowance::default(),
        used: Usage { time: HOUR / 60 * u32::try_from(minutes).unwrap(), ..Usage::default() },
        ..the_user()
    };
    for step in 1.. {
        let world = world(the_user());
        world.routers.router().users.extend([leftover(1, 10), leftover(7, 20)]);
        world.routers.fail_from(step, HotspotError::Unknown("gone".into()));
        let cut = reconnect(&world, guest(2)).await;
        if !world.routers.recover() {
            assert_eq!(cut.unwrap().left, Some(HOUR / 2));
            break;
        }
        assert_is!(cut, Err(GuestError::Hotspot(_)));
        let by_leftover = ReturningGuest { username: name("AB3C9D_RANDMAC7"), ..guest(2) };
        let again = reconnect(&world, by_leftover).await.unwrap();
        assert_eq!((again.user, again.left), ("AB3C9D".into(), Some(HOUR / 2)), "at step {step}");
        assert_eq!(world.routers.router().users.len(), 1, "at step {step}");
    }
}

#[tokio::test]
async fn a_user_of_all_devices_makes_room_on_its_own() {
    let world = world(HotspotUser { mac: None, ..the_user() });
    reconnect(&world, guest(1)).await.unwrap();
    world.routers.router().spend("AB3C9D", HOUR / 2);
    let again = reconnect(&world, guest(2)).await.unwrap();
    assert_eq!((again.used, again.left), (HOUR / 2, Some(HOUR / 2)));
    assert_eq!(online(&world), [2]);
    let router = world.routers.router();
    assert_eq!((router.users.len(), router.users[0].used.time), (1, HOUR / 2));
}

#[tokio::test]
async fn a_plan_for_three_serves_three_and_the_longest_idle_makes_room() {
    let world = world(HotspotUser { mac: None, profile: "familia".into(), ..the_user() });
    {
        let mut router = world.routers.router();
        router.add_profile("familia", Some("3"));
        router.hosts.push((a_device(4), address(4)));
    }
    for number in 1..=3 {
        reconnect(&world, guest(number)).await.unwrap();
    }
    assert_eq!(online(&world), [1, 2, 3]);
    world.routers.router().sessions[1].idle = HOUR;
    reconnect(&world, guest(4)).await.unwrap();
    assert_eq!(online(&world), [1, 3, 4]);
}

/// A session that has used all that is left does not end for a newcomer who would get nothing.
#[tokio::test]
async fn nobody_makes_room_where_nothing_is_left() {
    let world = world(HotspotUser { mac: None, ..the_user() });
    reconnect(&world, guest(1)).await.unwrap();
    world.routers.router().sessions[0].uptime = HOUR;
    assert_is!(reconnect(&world, guest(2)).await, Err(GuestError::UsedUp));
    assert_eq!(online(&world), [1]);
}

#[tokio::test]
async fn nobody_loses_anything_where_the_next_step_is_impossible() {
    for broken in ["no profile", "no host"] {
        let world = world(the_user());
        reconnect(&world, guest(1)).await.unwrap();
        {
            let mut router = world.routers.router();
            match broken {
                "no profile" => router.profiles.clear(),
                _ => router.hosts.retain(|(mac, _)| *mac != a_device(2)),
            }
        }
        let before = world.routers.router().users.clone();
        match reconnect(&world, guest(2)).await {
            Err(GuestError::ProfileGone) if broken == "no profile" => {}
            Err(GuestError::Hotspot(HotspotError::Rejected { kind: Rejection::HostUnknown, .. })) => {}
            other => panic!("{broken}: {other:?}"),
        }
        assert_eq!((online(&world), &world.routers.router().users), (vec![1], &before), "{broken}");
    }
}

#[tokio::test]
async fn the_server_of_the_device_decides_between_users_of_one_name() {
    let on = |server: &str, id: &str, password: &str| HotspotUser {
        id: ItemId::new(id.to_owned()),
        server: Some(server.into()),
        mac: None,
        password: Some(HotspotPassword::new(password.into())),
        ..the_user()
    };
    let world = world(on("lobby", "*1", "lobby"));
    world.routers.router().users.push(on("pool", "*2", "pool"));
    world.routers.router().servers.insert(a_device(2), "pool".into());
    let with = |password: &str| ReturningGuest { password: HotspotPassword::new(password.into()), ..guest(2) };
    assert_is!(reconnect(&world, with("lobby")).await, Err(GuestError::WrongPassword));
    let ask = async |password: &str| {
        let password = HotspotPassword::new(password.into());
        world.app.hotspot.profile.execute(the_selling_router(), name("AB3C9D"), password).await.unwrap().user.id
    };
    assert_eq!(ask("pool").await.as_str(), "*2");
    assert_eq!(ask("lobby").await.as_str(), "*1");
}

/// Each server has a user of that name, and each of the two serves one device.
#[tokio::test]
async fn a_guest_of_another_server_makes_no_room() {
    let on = |server: &str, id: &str| HotspotUser {
        id: ItemId::new(id.to_owned()),
        server: Some(server.into()),
        mac: None,
        ..the_user()
    };
    let world = world(on("lobby", "*1"));
    let pool = reconnect(&world, guest(1)).await;
    assert_is!(pool, Ok(_));
    world.routers.router().users.push(on("pool", "*2"));
    {
        let mut router = world.routers.router();
        router.servers.extend([(a_device(1), "lobby".into()), (a_device(2), "pool".into())]);
        router.sessions[0].server = Some("lobby".into());
    }
    // This router counts the sessions of a name over all servers, so it finds no room. A guest of the lobby must not lose a session for it.
    assert_is!(reconnect(&world, guest(2)).await, Err(GuestError::Contended));
    assert_eq!(online(&world), [1]);
}

#[tokio::test]
async fn a_limit_that_cannot_be_read_gives_nothing() {
    let value = UnreadableValue { property: "limit-uptime", value: "1d 02:03:04".into() };
    let unreadable = HotspotUser { unreadable: Some(value), allowance: Allowance::NOTHING, ..the_user() };
    let world = world(unreadable);
    for number in [1, 2] {
        assert_is!(reconnect(&world, guest(number)).await, Err(GuestError::Unreadable));
    }
    assert_eq!(online(&world), [0; 0]);
}

#[tokio::test]
async fn names_and_passwords_are_found_in_the_routers_own_bytes() {
    let bytes = |bytes: &[u8]| RouterText::new(bytes.to_vec());
    let windows = HotspotUser {
        name: bytes(b"se\xf1or"),
        password: Some(HotspotPassword::new(bytes(b"ni\xf1o"))),
        profile: bytes(b"1 D\xeda"),
        ..the_user()
    };
    let world = world(windows);
    {
        let mut router = world.routers.router();
        let profile = router.profiles[0].clone();
        router.profiles.push(portero_domain::hotspot::Profile { name: bytes(b"1 D\xeda"), ..profile });
    }
    let given = ReturningGuest {
        username: name("señor"),
        password: HotspotPassword::parse("niño").unwrap(),
        device: a_device(2),
        address: None,
    };
    let back = reconnect(&world, given.clone()).await.unwrap();
    assert_eq!((back.user.as_bytes(), back.moved), (&b"se\xf1or"[..], true));
    assert_eq!(online(&world), [2]);
    let wrong = ReturningGuest { password: HotspotPassword::parse("nino").unwrap(), ..given };
    assert_is!(reconnect(&world, wrong).await, Err(GuestError::WrongPassword));
}

#[tokio::test]
async fn a_wrong_password_gets_nothing_and_changes_nothing() {
    let world = world(the_user());
    let before = world.routers.router().users.clone();
    for wrong in ["", "456", "0456 ", "0457"] {
        for number in [1, 2] {
            let wrong = ReturningGuest { password: HotspotPassword::new(wrong.into()), ..guest(number) };
            assert_is!(reconnect(&world, wrong).await, Err(GuestError::WrongPassword));
        }
    }
    let router = world.routers.router();
    assert_eq!((&router.users, router.sessions.len()), (&before, 0));
}

/// The password was right a moment ago.
#[tokio::test]
async fn a_guest_is_not_told_that_a_right_password_is_wrong() {
    let mut hotspot = MockHotspot::new();
    hotspot.expect_users().returning(|_, _| Ok(vec![the_user()]));
    hotspot.expect_log_in().times(1).returning(|_, _| {
        let text = "invalid username or password".to_owned();
        Err(HotspotError::Rejected { kind: Rejection::BadCredentials, text })
    });
    let world = World::with(a_shop(), |ports| ports.hotspot = Arc::new(hotspot));
    assert_is!(reconnect(&world, guest(1)).await, Err(GuestError::Contended));
}

/// A log-in would tell, and could end another guest's session before it does.
#[tokio::test]
async fn no_guest_reconnects_where_the_router_hides_passwords() {
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

#[tokio::test]
async fn what_an_admin_disabled_stays_disabled() {
    let world = world(HotspotUser { disabled: true, ..the_user() });
    for number in [1, 2] {
        assert_is!(reconnect(&world, guest(number)).await, Err(GuestError::Blocked));
    }
    assert_eq!(online(&world), [0; 0]);
    assert!(world.routers.router().users[0].disabled);
}

#[tokio::test]
async fn who_is_not_on_the_hotspot_is_told_so() {
    let world = world(the_user());
    let unknown = ReturningGuest { username: name("AB3C9E"), ..guest(1) };
    assert_is!(reconnect(&world, unknown).await, Err(GuestError::UnknownUser));
    let by_address = ReturningGuest { username: name("DA:00:00:00:00:01"), ..guest(1) };
    world.routers.router().users.push(HotspotUser { name: "DA:00:00:00:00:01".into(), ..the_user() });
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
    assert_is!(world.app.hotspot.validate_router.execute(admission).await, Ok(RouterValidity::Inactive));
    assert_eq!(world.routers.router().accesses, []);
}

#[tokio::test]
async fn a_profile_is_shown_for_the_right_password_only() {
    let world = world(the_user());
    let ask = async |user: &str, password: &str| {
        let password = HotspotPassword::new(password.into());
        world.app.hotspot.profile.execute(the_selling_router(), name(user), password).await
    };
    let shown = ask("AB3C9D", "0456").await.unwrap();
    assert_eq!((shown.user, shown.profile.unwrap().name), (the_user(), "1hora".into()));
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
