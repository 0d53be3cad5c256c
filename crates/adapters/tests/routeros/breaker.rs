//! The circuit breaker: a router that fails gets no new session for a while.

use std::{sync::Arc, time::Duration};

use portero_adapters::RouterOs;
use portero_domain::{
    hotspot::{HotspotUser, Mac, SessionsOf},
    ports::{Hotspot, HotspotError, HotspotResult, LogInProblem, RouterProbe},
    router::{ApiUsername, RouterAccess},
    secret::Secret,
};
use portero_routeros_sim::{Account, Armed, Fault, Settings, Simulator};
use tokio::{net::TcpListener, task::JoinSet, time::Instant};

use crate::{
    peers::Doorman,
    support::{access, access_at, name, router, routers},
};

async fn ask(routers: &RouterOs, access: &RouterAccess) -> HotspotResult<Vec<HotspotUser>> {
    routers.users(access, &[name("AB3C9D")]).await
}

fn with_password(access: RouterAccess, password: &str) -> RouterAccess {
    RouterAccess { password: Secret::new(password.to_owned()), ..access }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_wrong_password_is_tried_once_however_many_ask() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let (right, wrong) = (access(&router), with_password(access(&router), "wrong"));
    let refused = HotspotError::LogIn(LogInProblem::WrongCredentials);
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let (routers, wrong) = (Arc::clone(&routers), wrong.clone());
        calls.spawn(async move { ask(&routers, &wrong).await });
    }
    for answer in calls.join_all().await {
        assert_eq!(answer, Err(refused.clone()));
    }
    assert_eq!(routers.check(&wrong, Duration::from_secs(5)).await, Err(refused));
    assert_eq!(router.router().logged("login failure"), 1);
    ask(&routers, &right).await.unwrap();
    // Going back to the wrong one is a change as well.
    ask(&routers, &wrong).await.unwrap_err();
    ask(&routers, &wrong).await.unwrap_err();
    assert_eq!(router.router().logged("login failure"), 2);
}

#[tokio::test]
async fn a_login_may_be_tried_while_the_router_is_left_alone() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let wrong = with_password(access(&router), "wrong");
    ask(&routers, &wrong).await.unwrap_err();
    let tried = routers.try_access(&wrong).await;
    assert_eq!(tried, Err(HotspotError::LogIn(LogInProblem::WrongCredentials)));
    assert_eq!(router.router().logged("login failure"), 2);
    ask(&routers, &wrong).await.unwrap_err();
    assert_eq!(router.router().logged("login failure"), 2, "a trial that fails changes nothing");
}

#[tokio::test]
async fn the_third_failure_in_a_row_is_the_last_for_a_while() {
    let door = Doorman::before_nothing().await;
    let routers = routers(|tuning| tuning.first_pause = Duration::from_millis(300));
    let access = access_at(door.address);
    let mut answers = Vec::new();
    for _ in 0..20 {
        answers.push(ask(&routers, &access).await);
    }
    assert_eq!(door.accepted(), 3);
    assert!(matches!(&answers[0], Err(HotspotError::Unreachable(why)) if why.contains("a session free")));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    // When the pause is over, one call finds out for all.
    let started = Instant::now();
    while door.accepted() == 3 {
        assert!(started.elapsed() < Duration::from_secs(5));
        ask(&routers, &access).await.unwrap_err();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..20 {
        ask(&routers, &access).await.unwrap_err();
    }
    assert_eq!(door.accepted(), 4);
}

#[tokio::test]
async fn a_good_trial_of_the_same_access_ends_the_pause() {
    let routers = routers(|tuning| tuning.first_pause = Duration::from_mins(1));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let access = access_at(address);
    for _ in 0..4 {
        assert_eq!(ask(&routers, &access).await, Err(HotspotError::Unreachable("connection refused".to_owned())));
    }
    let mut settings = Settings { listen: address, ..Settings::default() };
    settings.accounts.push(Account::full("svc", "secret"));
    let router = Simulator::start(settings).await.unwrap();
    ask(&routers, &access).await.unwrap_err();
    routers.try_access(&with_password(access.clone(), "wrong")).await.unwrap_err();
    ask(&routers, &access).await.unwrap_err();
    let another = RouterAccess { username: ApiUsername::parse("svc").unwrap(), ..access.clone() };
    routers.try_access(&another).await.unwrap();
    ask(&routers, &access).await.unwrap_err();
    routers.try_access(&access).await.unwrap();
    ask(&routers, &access).await.unwrap();
    assert_eq!(router.router().logged("logged in"), 3);
}

#[tokio::test]
async fn sessions_that_are_lost_under_commands_count_and_answers_in_between_end_the_count() {
    let (router, routers) = (router(|_| {}).await, routers(|tuning| tuning.first_pause = Duration::from_mins(1)));
    let lose = |times| {
        for _ in 0..times {
            router.faults().arm(Armed::once(Fault::Reset).at("/ip/hotspot/user/print"));
        }
    };
    lose(2);
    ask(&routers, &access(&router)).await.unwrap_err();
    ask(&routers, &access(&router)).await.unwrap();
    lose(2);
    ask(&routers, &access(&router)).await.unwrap_err();
    lose(1);
    ask(&routers, &access(&router)).await.unwrap_err();
    assert_eq!(router.faults().struck(), 5);
    let connections = router.meters().connections();
    ask(&routers, &access(&router)).await.unwrap_err();
    assert_eq!(router.meters().connections(), connections, "it is left alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_commands_on_one_lost_session_are_one_failure() {
    let (router, routers) = (router(|_| {}).await, routers(|tuning| tuning.first_pause = Duration::from_mins(1)));
    ask(&routers, &access(&router)).await.unwrap();
    router.faults().arm(Armed::once(Fault::Stall(Duration::from_millis(200))).at("/ip/hotspot/host/print"));
    router.faults().arm(Armed::once(Fault::CutBeforeCommit).at("/ip/hotspot/active/print"));
    let mut calls = JoinSet::new();
    for number in 0..16_u8 {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        let device = Mac::new([2, 0, 0, 0, 0, number]);
        calls.spawn(async move { routers.host(&access, device).await });
    }
    let user = SessionsOf::User(name("AB3C9D"));
    assert_eq!(routers.sessions(&access(&router), &user).await, Ok(Vec::new()));
    for answer in calls.join_all().await {
        assert_eq!(answer, Ok(None));
    }
    assert_eq!(router.meters().connections(), 2);
}

#[tokio::test]
async fn a_router_that_is_slow_is_not_taken_for_one_that_is_gone() {
    let routers = routers(|tuning| tuning.silence = Duration::from_millis(100));
    let router = router(|_| {}).await;
    ask(&routers, &access(&router)).await.unwrap();
    router.faults().arm(Armed::once(Fault::Stall(Duration::from_secs(7))).at("/system/resource/print"));
    // The other two questions are answered, so the router is there.
    let answer = routers.check(&access(&router), Duration::from_millis(300)).await;
    assert_eq!(answer, Err(HotspotError::Unreachable("no reply came in time".to_owned())));
    ask(&routers, &access(&router)).await.unwrap();
    assert_eq!(router.meters().connections(), 1);
}
