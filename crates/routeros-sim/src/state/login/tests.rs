use super::*;
use crate::{Clock, Profile, Settings};

const PHONE: &str = "AA:BB:CC:DD:EE:01";
const TABLET: &str = "AA:BB:CC:DD:EE:02";

/// A router with two devices and the user `guest`, whose login takes a second.
fn router(settings: impl FnOnce(&mut Settings), guest: impl FnOnce(&mut User)) -> Router {
    let mut set = Settings {
        clock: Clock::standing(),
        authorisation_takes: Duration::from_secs(1),
        profiles: vec!["1hora".to_owned()],
        clients: vec![
            (PHONE.to_owned(), Ipv4Addr::new(10, 5, 50, 1)),
            (TABLET.to_owned(), Ipv4Addr::new(10, 5, 50, 2)),
        ],
        ..Settings::default()
    };
    settings(&mut set);
    let mut router = Router::new(&set, set.clock.clone());
    let mut user = User::named(b"guest");
    user.password = b"0456".to_vec();
    user.profile = b"1hora".to_vec();
    guest(&mut user);
    router.add_user(user).unwrap();
    router
}

fn plain() -> Router {
    router(|_| {}, |_| {})
}

fn attempt(last: u8, mac: Option<&str>, user: &str, password: &str) -> Login {
    Login {
        ip: Some(Ipv4Addr::new(10, 5, 50, last)),
        mac: mac.map(str::to_owned),
        user: user.into(),
        password: password.into(),
        domain: Value::new(),
    }
}

fn phone() -> Login {
    attempt(1, Some(PHONE), "guest", "0456")
}

fn tablet() -> Login {
    attempt(2, None, "guest", "0456")
}

fn passes(router: &mut Router, seconds: u64) {
    router.clock.advance(Duration::from_secs(seconds));
    router.settle();
}

fn refused(router: &mut Router, login: Login) -> String {
    String::from_utf8(router.log_guest_in(login).unwrap_err().message).unwrap()
}

#[test]
fn a_guest_is_active_a_little_after_the_login() {
    let mut router = plain();
    router.log_guest_in(phone()).unwrap();
    assert!(router.active_sessions().is_empty());
    assert_eq!(refused(&mut router, phone()), "already authorizing, retry later");
    passes(&mut router, 1);
    let sessions = router.active_sessions();
    assert_eq!((&sessions[0].user[..], &sessions[0].mac[..]), (&b"guest"[..], PHONE));
    assert_eq!(refused(&mut router, phone()), "already logged in");
}

#[test]
fn a_login_is_refused_in_the_routers_words() {
    let mut router = plain();
    for (login, words) in [
        (attempt(99, None, "guest", "0456"), "unknown host IP 10.5.50.99"),
        (attempt(1, Some(TABLET), "guest", "0456"), "wrong MAC provided"),
        (attempt(1, None, "guest", "456"), "invalid username or password"),
        (attempt(1, None, "nobody", ""), "invalid username or password"),
        (attempt(1, None, "default-trial", ""), "invalid username or password"),
        (Login { ip: None, ..phone() }, "missing value(s) of argument(s) ip"),
    ] {
        assert_eq!(refused(&mut router, login), words);
    }
    assert!(router.pending.is_empty());
}

#[test]
fn a_user_is_held_to_its_limits() {
    let mut disabled = router(|_| {}, |user| user.disabled = true);
    assert_eq!(refused(&mut disabled, phone()), "invalid username or password");
    let mut tied = router(|_| {}, |user| user.mac = Some(TABLET.to_owned()));
    assert_eq!(refused(&mut tied, phone()), "user guest is not allowed to log in from this MAC address");
    tied.log_guest_in(tablet()).unwrap();
    let hour = Duration::from_hours(1);
    let mut spent = router(|_| {}, |user| (user.uptime, user.limit_uptime) = (hour, hour));
    assert_eq!(refused(&mut spent, phone()), "user guest has reached uptime limit");
    let mut eaten = router(|_| {}, |user| (user.bytes, user.limit_bytes) = ([60, 40], [0, 0, 100]));
    assert_eq!(refused(&mut eaten, phone()), "user guest has reached traffic limit");
    let mut licensed = router(|settings| settings.licence = Some(0), |_| {});
    assert_eq!(refused(&mut licensed, phone()), "session limit reached (0)");
}

#[test]
fn shared_users_counts_those_who_are_still_coming() {
    let mut router = plain();
    router.log_guest_in(phone()).unwrap();
    assert_eq!(refused(&mut router, tablet()), "no more sessions are allowed for user guest");
    passes(&mut router, 1);
    assert_eq!(refused(&mut router, tablet()), "no more sessions are allowed for user guest");
    assert!(router.edit_profile("1hora", |profile: &mut Profile| profile.shared_users = 2));
    router.log_guest_in(tablet()).unwrap();
}

#[test]
fn the_counters_move_when_a_session_ends_and_time_is_not_given_twice() {
    let mut router = router(|_| {}, |user| user.limit_uptime = Duration::from_hours(1));
    router.log_guest_in(phone()).unwrap();
    passes(&mut router, 1);
    passes(&mut router, 600);
    router.device_moves(PHONE, 5000, 70_000);
    assert_eq!(router.users_named(b"guest")[0].uptime, Duration::ZERO, "not before the end");
    router.device_leaves(PHONE);
    let guest = &router.users_named(b"guest")[0];
    assert_eq!((guest.uptime, guest.bytes), (Duration::from_mins(10), [5000, 70_000]));
    router.log_guest_in(phone()).unwrap();
    passes(&mut router, 1);
    passes(&mut router, 86_400);
    assert!(router.active_sessions().is_empty(), "the limit ended it");
    assert_eq!(router.users_named(b"guest")[0].uptime, Duration::from_hours(1), "to the second");
    assert_eq!(refused(&mut router, phone()), "user guest has reached uptime limit");
}

#[test]
fn a_cookie_outlives_its_user_but_not_the_removal_of_the_session() {
    let mut router = plain();
    router.log_guest_in(phone()).unwrap();
    passes(&mut router, 1);
    let guest = router.users.named(b"guest").next().unwrap().0;
    router.users.remove(guest);
    let session = router.active.iter().next().unwrap().0;
    router.end_session(session, false);
    assert!(router.device_returns(PHONE), "the cookie lets it in, though the user is gone");
    assert_eq!(router.active_sessions()[0].login_by, "mac-cookie");
    let session = router.active.iter().next().unwrap().0;
    router.end_session(session, true);
    assert!(router.cookies().is_empty());
    assert!(!router.device_returns(PHONE));
}

#[test]
fn a_cookie_expires_and_a_profile_can_do_without() {
    let mut router = plain();
    router.log_guest_in(phone()).unwrap();
    passes(&mut router, 1);
    assert_eq!(router.cookies()[0].until, router.clock.now() + Duration::from_hours(72));
    passes(&mut router, 3 * 86_400);
    assert!(router.cookies().is_empty());
    let mut without = plain();
    without.edit_profile("1hora", |profile| profile.add_mac_cookie = false);
    without.log_guest_in(phone()).unwrap();
    passes(&mut without, 1);
    assert!(without.cookies().is_empty() && without.active_sessions().len() == 1);
}

#[test]
fn a_traffic_limit_ends_the_session_that_reaches_it() {
    let mut router = router(|_| {}, |user| user.limit_bytes = [0, 0, 1000]);
    router.log_guest_in(phone()).unwrap();
    passes(&mut router, 1);
    router.device_moves(PHONE, 400, 400);
    assert_eq!(router.active_sessions().len(), 1);
    router.device_moves(PHONE, 100, 100);
    assert!(router.active_sessions().is_empty());
    assert_eq!(router.users_named(b"guest")[0].bytes, [500, 500]);
}

#[test]
fn what_is_guessed_about_the_login_can_be_switched() {
    let with = |point, holds, settings: fn(&mut Settings)| {
        router(
            |set| {
                set.assumptions = set.assumptions.clone().with(point, holds);
                settings(set);
            },
            |_| {},
        )
    };
    let mut prefixed = with(Point::LoginErrorsSayFailure, true, |_| {});
    assert_eq!(refused(&mut prefixed, attempt(9, None, "", "")), "failure: unknown host IP 10.5.50.9");
    let mut script_only = with(Point::DirectLoginOnSeven, false, |_| {});
    assert_eq!(refused(&mut script_only, phone()), "action failed (6)");
    let mut no_pap = with(Point::LoginNeedsPap, true, |_| {});
    assert_eq!(refused(&mut no_pap, phone()), "action failed (6)");
    let mut pap = with(Point::LoginNeedsPap, true, |set| set.login_by = "cookie,http-pap".to_owned());
    pap.log_guest_in(phone()).unwrap();
    let mut radius = with(Point::RadiusBeforeLocalUsers, true, |set| set.uses_radius = true);
    assert_eq!(refused(&mut radius, phone()), "RADIUS server is not responding");
}
