//! What accounts may do, and what a router allows them all.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use portero_domain::{
    Timestamp,
    hotspot::{NewHotspotUser, ProfileName},
    ports::{CreateHotspotUserError, Hotspot, HotspotError, LogInProblem, Rejection, RouterProbe},
    router::{ApiUsername, RouterAccess},
};
use portero_routeros_sim::{Account, Armed, Event, Fault, Policies, Profile};
use time::macros::datetime;
use tokio::{net::TcpStream, task::JoinSet, time::Instant};

use crate::{
    peers::Doorman,
    support::{access, access_at, eventually, name, new_user, router, routers},
};

#[tokio::test]
async fn the_old_login_is_spoken_where_it_was_asked_for_and_nowhere_else() {
    let refused = |problem| Err(HotspotError::LogIn(problem));
    for (version, old_login, expected) in [
        ("6.42.12 (long-term)", true, Ok(Vec::new())),
        ("6.42.12 (long-term)", false, refused(LogInProblem::OldLoginOnly)),
        ("6.49.19 (long-term)", false, Ok(Vec::new())),
        ("6.49.19 (long-term)", true, refused(LogInProblem::NoOldLogin)),
    ] {
        let (router, routers) = (router(|settings| settings.version = version.parse().unwrap()).await, routers(|_| {}));
        let access = RouterAccess { old_login, ..access(&router) };
        assert_eq!(routers.users(&access, &[name("AB3C9D")]).await, expected, "{version} {old_login}");
        let said_in_clear = router.transcript().entries().iter().any(|entry| match &entry.event {
            Event::Client(words) => words.iter().any(|word| word.ends_with(b"=secret")),
            _ => false,
        });
        assert_eq!(said_in_clear, !old_login, "{version} {old_login}");
    }
}

#[tokio::test]
async fn an_account_needs_the_policies_for_what_it_does() {
    let reader = Policies { api: true, read: true, ..Policies::default() };
    let router = router(|settings| {
        settings.accounts.push(Account { policies: Policies::default(), ..Account::full("nothing", "secret") });
        settings.accounts.push(Account { policies: reader, ..Account::full("reader", "secret") });
    })
    .await;
    let routers = routers(|_| {});
    let as_account = |text| RouterAccess { username: ApiUsername::parse(text).unwrap(), ..access(&router) };
    let answer = routers.users(&as_account("nothing"), &[name("AB3C9D")]).await;
    assert_eq!(answer, Err(HotspotError::LogIn(LogInProblem::NoApiPolicy)));
    let answer = routers.create_user(&as_account("reader"), &new_user("AB3C9D")).await;
    let text = "not enough permissions (9)".to_owned();
    let denied = HotspotError::Rejected { kind: Rejection::PermissionDenied, text };
    assert_eq!(answer, Err(CreateHotspotUserError::Hotspot(denied)));
}

#[tokio::test]
async fn a_router_whose_sessions_are_all_taken_says_nothing_so_portero_does() {
    let (router, routers) = (router(|settings| settings.max_sessions = 2).await, routers(|_| {}));
    let others = [router.address(); 2].map(|address: SocketAddr| TcpStream::connect(address));
    let [first, second] = others;
    let _others = (first.await.unwrap(), second.await.unwrap());
    eventually("all sessions are taken", || router.meters().sessions() == 2).await;
    let answer = routers.users(&access(&router), &[name("AB3C9D")]).await;
    let Err(HotspotError::Unreachable(why)) = answer else { panic!("{answer:?}") };
    assert!(why.contains("a session free"), "{why}");
}

#[tokio::test]
async fn a_list_of_profiles_comes_whole_or_not_at_all() {
    let router = router(|settings| settings.profiles = (1..500).map(|number| format!("p{number}")).collect()).await;
    let routers = routers(|_| {});
    assert_eq!(routers.profiles(&access(&router)).await.unwrap().len(), 500);
    router.router().add_profile(Profile::named("one too many"));
    let answer = routers.profiles(&access(&router)).await;
    assert!(matches!(answer, Err(HotspotError::Rejected { kind: Rejection::Other, .. })), "{answer:?}");
}

#[tokio::test]
async fn a_profile_that_was_removed_a_moment_ago_is_not_sold() {
    let (router, routers) = (router(|settings| settings.profiles = vec!["1hora".into()]).await, routers(|_| {}));
    let new = |text: &str| NewHotspotUser { profile: ProfileName::parse("1hora").unwrap(), ..new_user(text) };
    routers.create_user(&access(&router), &new("first")).await.unwrap();
    router.router().edit_profile("1hora", |profile| profile.name = b"2horas".to_vec());
    for user in ["second", "third"] {
        let available = vec!["default".to_owned(), "2horas".to_owned()];
        let answer = routers.create_user(&access(&router), &new(user)).await;
        assert_eq!(answer, Err(CreateHotspotUserError::UnknownProfile { available }));
    }
    assert_eq!(router.transcript().count("/ip/hotspot/user/add"), 2, "the third knew better");
}

#[tokio::test]
async fn a_user_may_be_of_one_server_that_is_there() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let new = |server: &str| NewHotspotUser { server: Some(server.into()), ..new_user("AB3C9D") };
    let answer = routers.create_user(&access(&router), &new("nowhere")).await;
    let text = "input does not match any value of server".to_owned();
    let refused = HotspotError::Rejected { kind: Rejection::Other, text };
    assert_eq!(answer, Err(CreateHotspotUserError::Hotspot(refused)));
    routers.create_user(&access(&router), &new("hotspot1")).await.unwrap();
    let read = routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap().remove(0);
    assert_eq!(read.server, Some("hotspot1".into()));
    let elsewhere = NewHotspotUser { name: new_user("AB3C9D").name, ..new_user("rival") };
    let answer = routers.create_user(&access(&router), &elsewhere).await;
    assert_eq!(answer, Err(CreateHotspotUserError::NameTaken), "a name is one person's on all servers");
}

#[tokio::test]
async fn whoever_finds_the_queue_full_is_told_when_to_come_back() {
    let routers = routers(|tuning| {
        tuning.session.in_flight = 1;
        tuning.session.queue = 1;
    });
    let router = router(|_| {}).await;
    let path = "/ip/hotspot/user/print";
    router.faults().arm(Armed::once(Fault::Stall(Duration::from_secs(2))).at(path));
    let ask = || {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        async move { routers.users(&access, &[name("AB3C9D")]).await }
    };
    let first = tokio::spawn(ask());
    eventually("the router is busy", || router.transcript().count(path) == 1).await;
    let answers = (0..20).map(|_| ask()).collect::<JoinSet<_>>().join_all().await;
    let busy =
        |answer: &&Result<_, _>| matches!(answer, Err(HotspotError::Busy { retry_after }) if !retry_after.is_zero());
    // One waits for its turn and one more behind it; whether the second is quick enough is chance.
    assert!((18..=19).contains(&answers.iter().filter(busy).count()), "{answers:?}");
    assert!(answers.iter().all(|answer| answer.is_ok() || busy(&answer)));
    first.await.unwrap().unwrap();
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
}

#[tokio::test]
async fn a_check_tells_the_time_and_ends_with_patience() {
    for version in ["6.49.19 (long-term)", "7.9 (stable)", "7.21 (stable)"] {
        let router = router(|settings| settings.version = version.parse().unwrap()).await;
        let vitals = routers(|_| {}).check(&access(&router), Duration::from_secs(5)).await.unwrap();
        assert_eq!(vitals.version, version);
        assert_eq!(vitals.clock.map(Timestamp::get), Some(datetime!(2026-01-15 18:00 UTC)), "{version}");
    }
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    router.faults().arm(Armed::once(Fault::HalfOpen).at("/system/clock/print"));
    let asked = Instant::now();
    let answer = routers.check(&access(&router), Duration::from_millis(200)).await;
    assert!(matches!(answer, Err(HotspotError::Unreachable(_))), "{answer:?}");
    assert!(asked.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_latency_is_that_of_an_answer_and_not_of_the_connection() {
    let router = router(|_| {}).await;
    let door = Doorman::before(router.address()).await;
    let routers = routers(|_| {});
    let access = access_at(door.address);
    let (vitals, ()) = tokio::join!(routers.check(&access, Duration::from_secs(5)), async {
        eventually("it connects", || door.accepted() == 1).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        door.let_one_through();
    });
    assert!(vitals.unwrap().latency < Duration::from_millis(250));
}
