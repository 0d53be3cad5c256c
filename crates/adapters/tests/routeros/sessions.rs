//! How many sessions a router sees, and for how long.

use std::{collections::HashSet, net::SocketAddr, sync::Arc, time::Duration};

use portero_adapters::RouterOs;
use portero_domain::{
    ids::RouterId,
    ports::{Hotspot, HotspotError, RouterProbe},
    router::{ApiUsername, RouterAccess},
    secret::Secret,
};
use portero_routeros_sim::{Account, Armed, Fault, Settings, Simulator};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    peers::Doorman,
    support::{access, access_at, eventually, name, new_user, router, routers},
};

const IDENTITY: &str = "/system/identity/print";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_guests_at_once_are_five_hundred_users_over_one_session() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let (mut creates, mut probes) = (JoinSet::new(), JoinSet::new());
    for number in 0..500 {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        creates.spawn(async move { routers.create_user(&access, &new_user(&format!("g{number}"))).await });
    }
    for _ in 0..20 {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        probes.spawn(async move { routers.try_access(&access).await });
    }
    let ids: HashSet<_> = creates.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_eq!(ids.len(), 500);
    for probe in probes.join_all().await {
        probe.unwrap();
    }
    for number in 0..500 {
        assert_eq!(router.router().users_named(format!("g{number}").as_bytes()).len(), 1);
    }
    assert_eq!(router.router().user_count(), 501);
    assert!(router.meters().most_sessions() <= 2, "{}", router.meters().most_sessions());
    assert_eq!(router.router().logged("logged in"), 21, "one for all calls, one for each probe");
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_take_the_connection_with_them() {
    let router = router(|_| {}).await;
    let (door, routers) = (Doorman::before(router.address()).await, routers(|_| {}));
    let ask = |routers: &Arc<_>, access: RouterAccess| {
        let routers: Arc<RouterOs> = Arc::clone(routers);
        tokio::spawn(async move { routers.users(&access, &[name("AB3C9D")]).await })
    };
    let first = ask(&routers, access_at(door.address));
    eventually("the first caller connects", || door.accepted() == 1).await;
    let second = ask(&routers, access_at(door.address));
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    door.let_one_through();
    assert_eq!(second.await.unwrap(), Ok(Vec::new()));
    assert_eq!(door.accepted(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_of_runtimes_that_end_leave_the_session_to_others() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    for _ in 0..3 {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { routers.users(&access, &[name("AB3C9D")]).await })
        });
        thread.join().unwrap().unwrap();
    }
    assert_eq!(router.meters().connections(), 1);
}

#[tokio::test]
async fn other_credentials_are_another_session_in_place_of_the_old_one() {
    let router = router(|settings| settings.accounts.push(Account::full("svc", "other"))).await;
    let routers = routers(|_| {});
    let old = access(&router);
    let new = RouterAccess {
        username: ApiUsername::parse("svc").unwrap(),
        password: Secret::new("other".to_owned()),
        ..old.clone()
    };
    for (access, connections) in [(&old, 1), (&new, 2), (&new, 2), (&old, 3)] {
        routers.users(access, &[name("AB3C9D")]).await.unwrap();
        assert_eq!(router.meters().connections(), connections);
        assert_eq!(router.meters().sessions(), 1, "the old one is closed before the new one is opened");
    }
    assert_eq!(router.meters().most_sessions(), 1);
    assert_eq!(router.router().logged("user svc logged in"), 1);
}

#[tokio::test]
async fn a_session_counts_until_the_router_has_closed_it_too() {
    let router = router(|settings| settings.accounts.push(Account::full("svc", "secret"))).await;
    let door = Doorman::before(router.address()).await;
    let routers = routers(|tuning| tuning.session.linger = Duration::from_mins(1));
    let old = access_at(door.address);
    let new = RouterAccess { username: ApiUsername::parse("svc").unwrap(), ..old.clone() };
    door.let_one_through();
    routers.users(&old, &[name("AB3C9D")]).await.unwrap();
    let next = tokio::spawn(async move { routers.users(&new, &[name("AB3C9D")]).await });
    eventually("the old session ends", || router.meters().sessions() == 0).await;
    // The test cannot observe that nothing happens. A client that does not wait would connect well within this time.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(door.accepted(), 1, "it is not known yet that the old session has ended");
    door.let_one_through();
    door.let_one_through();
    next.await.unwrap().unwrap();
    assert_eq!(door.accepted(), 2);
}

#[tokio::test]
async fn whoever_waits_for_a_session_that_is_given_up_for_another_hears_of_it() {
    let router = router(|_| {}).await;
    let (door, routers) = (Doorman::before(router.address()).await, routers(|_| {}));
    let (old, theirs) = (access_at(door.address), Arc::clone(&routers));
    let waiting = tokio::spawn(async move { theirs.users(&old, &[name("AB3C9D")]).await });
    eventually("the first caller connects", || door.accepted() == 1).await;
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    assert!(matches!(waiting.await.unwrap(), Err(HotspotError::Unreachable(_))));
    assert_eq!(router.meters().connections(), 1);
}

#[tokio::test]
async fn a_session_that_is_not_used_is_closed_and_opened_again_when_needed() {
    let (router, routers) = (router(|_| {}).await, routers(|tuning| tuning.idle = Duration::from_millis(50)));
    for connections in 1..=2 {
        routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
        assert_eq!(router.meters().connections(), connections);
        eventually("the session is closed", || router.meters().sessions() == 0).await;
    }
    assert_eq!(router.transcript().count(IDENTITY), 0);
}

#[tokio::test]
async fn a_session_is_not_idle_while_a_command_is_under_way() {
    let (router, routers) = (router(|_| {}).await, routers(|tuning| tuning.idle = Duration::from_millis(200)));
    router.faults().arm(Armed::once(Fault::Stall(Duration::from_millis(800))).at("/ip/hotspot/user/print"));
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    assert_eq!(router.transcript().count("/ip/hotspot/user/print"), 1);
}

#[tokio::test]
async fn a_silent_session_is_tried_and_that_is_no_use_of_it() {
    let (router, routers) = (
        router(|_| {}).await,
        routers(|tuning| {
            tuning.keepalive = Duration::from_millis(20);
            tuning.idle = Duration::from_millis(300);
        }),
    );
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    eventually("it is tried", || router.transcript().count(IDENTITY) >= 3).await;
    eventually("it is closed all the same", || router.meters().sessions() == 0).await;
    assert_eq!(router.meters().connections(), 1);
}

#[tokio::test]
async fn a_session_that_is_found_dead_holds_nobody_up() {
    let (router, routers) = (
        router(|_| {}).await,
        routers(|tuning| {
            tuning.keepalive = Duration::from_millis(20);
            tuning.silence = Duration::from_millis(100);
            tuning.session.linger = Duration::from_millis(50);
        }),
    );
    router.faults().arm(Armed::once(Fault::HalfOpen).at(IDENTITY));
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    eventually("the router falls silent", || router.faults().struck() == 1).await;
    let asked = Instant::now();
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(router.meters().connections(), 2);
}

#[tokio::test]
async fn a_router_that_restarted_is_reached_by_the_next_call() {
    let (old, routers) = (router(|_| {}).await, routers(|_| {}));
    let access = access(&old);
    routers.users(&access, &[name("AB3C9D")]).await.unwrap();
    old.stop().await;
    let new = Simulator::start(Settings { listen: listen_of(&access), ..Settings::default() }).await.unwrap();
    routers.users(&access, &[name("AB3C9D")]).await.unwrap();
    assert_eq!(new.meters().connections(), 1);
}

fn listen_of(access: &RouterAccess) -> SocketAddr {
    SocketAddr::new(access.endpoint.host.as_str().parse().unwrap(), access.endpoint.port.get())
}

#[tokio::test]
async fn the_session_that_was_used_least_recently_makes_room() {
    let routers = routers(|tuning| tuning.open_routers = 2);
    let mut there = Vec::new();
    for number in 1..=3 {
        let id = RouterId::parse(&format!("RTR_0000000{number}")).unwrap();
        let router = router(|_| {}).await;
        there.push((RouterAccess { router: id, ..access(&router) }, router));
    }
    let [first, second, third] = &there[..] else { panic!("three routers") };
    for (access, _) in [first, second, first, third] {
        routers.users(access, &[name("AB3C9D")]).await.unwrap();
    }
    eventually("the second is closed", || second.1.meters().sessions() == 0).await;
    assert_eq!((first.1.meters().sessions(), third.1.meters().sessions()), (1, 1));
    routers.users(&second.0, &[name("AB3C9D")]).await.unwrap();
    eventually("the first is closed", || first.1.meters().sessions() == 0).await;
    assert_eq!((second.1.meters().sessions(), third.1.meters().sessions()), (1, 1));
}

#[tokio::test]
async fn all_sessions_end_with_the_adapter() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    drop(routers);
    eventually("the session is closed", || router.meters().sessions() == 0).await;
}
