//! Guests who come in while the router takes its time.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use portero_adapters::RouterOs;
use portero_domain::{
    hotspot::{GuestLogin, HotspotPassword, Mac, SessionsOf},
    ports::{Hotspot, HotspotError, Rejection},
};
use portero_routeros_sim::{Armed, Event, Fault, Settings, Simulator, User};
use tokio::time::Instant;

use crate::support::{access, name, router, routers, the_user};

const LOGIN: &str = "/ip/hotspot/active/login";
const ACTIVE: &str = "/ip/hotspot/active/print";

fn device() -> Mac {
    Mac::new([0xDA, 0, 0, 0, 0, 1])
}

fn guest() -> GuestLogin {
    let address = Some(Ipv4Addr::new(10, 5, 50, 23).into());
    GuestLogin { user: name("AB3C9D"), password: HotspotPassword::new("0456".into()), mac: device(), address }
}

/// A router with one guest in its network, and a user for them.
async fn hotspot(adjust: impl FnOnce(&mut Settings)) -> Simulator {
    let router = router(|settings| {
        settings.clients = vec![(device().to_string(), Ipv4Addr::new(10, 5, 50, 23))];
        adjust(settings);
    })
    .await;
    let mut user = User::named(b"AB3C9D");
    user.password = b"0456".to_vec();
    router.router().add_user(user).unwrap();
    router
}

fn quick() -> Arc<RouterOs> {
    routers(|tuning| {
        tuning.session_step = Duration::from_millis(20);
        tuning.authorizing = Duration::from_millis(100);
        tuning.write_answer = Duration::from_secs(1);
        tuning.silence = Duration::from_millis(500);
        tuning.session.cancel = Duration::from_millis(500);
    })
}

#[tokio::test]
async fn a_session_is_waited_for() {
    let (router, routers) = (hotspot(|_| {}).await, quick());
    let session = routers.log_in(&access(&router), &guest()).await.unwrap().unwrap();
    assert_eq!((session.user, session.mac), (name("AB3C9D"), Some(device())));
    assert!(router.transcript().count(ACTIVE) > 1);
    assert_eq!(router.transcript().count(LOGIN), 1);
}

#[tokio::test]
async fn a_login_that_was_taken_may_have_no_session_to_show_yet() {
    let router = hotspot(|settings| settings.authorisation_takes = Duration::from_mins(1)).await;
    let routers = routers(|tuning| {
        tuning.session_step = Duration::from_millis(20);
        tuning.session_wait = Duration::from_millis(100);
    });
    let asked = Instant::now();
    assert_eq!(routers.log_in(&access(&router), &guest()).await, Ok(None));
    assert!(asked.elapsed() >= Duration::from_millis(80));
    assert!((4..=7).contains(&router.transcript().count(ACTIVE)), "{}", router.transcript().count(ACTIVE));
}

#[tokio::test]
async fn a_guest_who_clicks_twice_is_let_in_once() {
    let router = hotspot(|settings| settings.authorisation_takes = Duration::from_millis(50)).await;
    let routers = quick();
    let (access, guest) = (access(&router), guest());
    let (first, second) = tokio::join!(routers.log_in(&access, &guest), routers.log_in(&access, &guest));
    let (first, second) = (first.unwrap().unwrap(), second.unwrap().unwrap());
    assert_eq!(first.id, second.id);
    assert_eq!(router.router().active_sessions().len(), 1);
}

#[tokio::test]
async fn a_login_that_stays_under_way_is_not_waited_for_without_end() {
    let (router, routers) = (hotspot(|settings| settings.authorisation_takes = Duration::from_mins(1)).await, quick());
    let impatient = crate::support::routers(|tuning| tuning.session_wait = Duration::ZERO);
    assert_eq!(impatient.log_in(&access(&router), &guest()).await, Ok(None));
    let outcome = routers.log_in(&access(&router), &guest()).await;
    assert!(matches!(outcome, Err(HotspotError::Rejected { kind: Rejection::Trouble, .. })), "{outcome:?}");
    assert_eq!(router.transcript().count(LOGIN), 5, "once, then once more and three times after a wait");
}

#[tokio::test]
async fn a_login_whose_answer_is_lost_is_looked_for_before_it_is_repeated() {
    for fault in [Fault::CutBeforeCommit, Fault::CutAfterCommit, Fault::HalfOpen, Fault::OtherTag, Fault::Garbage] {
        let (router, routers) = (hotspot(|settings| settings.authorisation_takes = Duration::ZERO).await, quick());
        router.faults().arm(Armed::once(fault).at(LOGIN));
        let session = routers.log_in(&access(&router), &guest()).await.unwrap().unwrap();
        assert_eq!(session.user, name("AB3C9D"), "{fault:?}");
        assert_eq!(router.router().active_sessions().len(), 1, "{fault:?}");
        let sent = if matches!(fault, Fault::CutAfterCommit | Fault::OtherTag) { 1 } else { 2 };
        assert_eq!(router.transcript().count(LOGIN), sent, "{fault:?}");
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_asked_for_does_not_undo_the_login() {
    let (router, routers) = (hotspot(|_| {}).await, quick());
    router.faults().arm(Armed::once(Fault::Reset).at(ACTIVE));
    router.faults().arm(Armed::once(Fault::Reset).at(ACTIVE));
    let session = routers.log_in(&access(&router), &guest()).await.unwrap();
    assert!(session.is_some());
    assert_eq!(router.transcript().count(LOGIN), 1);
}

#[tokio::test]
async fn a_removed_guest_cannot_come_back_by_a_cookie() {
    let (router, routers) = (hotspot(|settings| settings.authorisation_takes = Duration::ZERO).await, quick());
    routers.log_in(&access(&router), &guest()).await.unwrap().unwrap();
    // A cookie of the same user on a device that is not online.
    router.router().add_host("DA:00:00:00:00:02", Ipv4Addr::new(10, 5, 50, 24));
    router.router().edit_profile("default", |profile| profile.shared_users = 0);
    let second = GuestLogin { mac: Mac::new([0xDA, 0, 0, 0, 0, 2]), address: None, ..guest() };
    routers.log_in(&access(&router), &second).await.unwrap().unwrap();
    router.router().edit_profile("default", |profile| profile.session_timeout = Duration::ZERO);
    assert_eq!(router.router().cookies().len(), 2);
    routers.remove_user(&access(&router), &the_user(&routers, &access(&router), "AB3C9D").await).await.unwrap();
    assert_eq!(router.router().cookies(), []);
    for mac in ["DA:00:00:00:00:01", "DA:00:00:00:00:02"] {
        assert!(!router.router().device_returns(mac));
    }
    assert_eq!(routers.sessions(&access(&router), &SessionsOf::Device(device())).await, Ok(Vec::new()));
    let changes: Vec<String> = written(&router);
    assert_eq!(changes, ["/ip/hotspot/user/remove", "/ip/hotspot/cookie/remove", "/ip/hotspot/active/remove"]);
}

/// The removals that the router was sent, in their order.
fn written(router: &Simulator) -> Vec<String> {
    let sent = router.transcript().entries().into_iter().filter_map(|entry| match entry.event {
        Event::Client(words) => words.into_iter().next(),
        _ => None,
    });
    sent.map(|path| String::from_utf8(path).unwrap()).filter(|path| path.ends_with("/remove")).collect()
}

#[tokio::test]
async fn a_device_is_let_in_at_the_address_that_it_has_now() {
    let (router, routers) = (hotspot(|_| {}).await, quick());
    router.router().add_host(&device().to_string(), Ipv4Addr::new(10, 5, 50, 99));
    let address = routers.host(&access(&router), device()).await.unwrap();
    assert_eq!(address.unwrap().address, Ipv4Addr::new(10, 5, 50, 99));
}
