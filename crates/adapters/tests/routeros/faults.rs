//! Whatever fails, a user is made once, and success is reported only if it is true.

use std::{sync::Arc, time::Duration};

use portero_adapters::{RouterOs, routeros::Tuning};
use portero_domain::{
    hotspot::{NewHotspotUser, UserChange},
    ports::{CreateHotspotUserError, Hotspot, HotspotError},
};
use portero_routeros_sim::{Armed, FAULTS, Fault, Fragmentation, Simulator};
use tokio::{task::JoinSet, time::Instant};

use crate::support::{access, name, new_user, router, routers, the_user};

const ADD: &str = "/ip/hotspot/user/add";
const PRINT: &str = "/ip/hotspot/user/print";

/// Meets every fault that commands can meet, each with a router of its own, all at once.
async fn meet_each<F: Future<Output = ()> + Send + 'static>(meet: impl Fn(&'static str, Fault) -> F) {
    let faults = FAULTS.into_iter().filter(|(name, _)| !name.contains("certificate"));
    let meetings: JoinSet<()> = faults.map(|(name, fault)| meet(name, fault)).collect();
    assert_eq!(meetings.join_all().await.len(), 14);
}

/// The adapter with less patience for each answer. For a whole call it has as much as ever: this machine may be busy.
fn impatient() -> Arc<RouterOs> {
    routers(hurry)
}

fn hurry(tuning: &mut Tuning) {
    tuning.write_answer = Duration::from_secs(1);
    tuning.silence = Duration::from_millis(500);
    tuning.first_pause = Duration::from_millis(1);
    tuning.longest_pause = Duration::from_millis(1);
    tuning.session.cancel = Duration::from_millis(500);
    tuning.session.linger = Duration::from_millis(50);
}

fn made(router: &Simulator) -> usize {
    router.router().users_named(b"AB3C9D").len()
}

#[tokio::test]
async fn a_user_is_made_once_whatever_happens_to_the_answer() {
    meet_each(|fault_name, fault| async move {
        let (router, routers) = (router(|_| {}).await, impatient());
        router.faults().arm(Armed::once(fault).at(ADD));
        let id = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
        assert_eq!(router.faults().struck(), 1, "{fault_name}: {id:?}");
        // What is carried out behind a closed connection is so by now.
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(made(&router), 1, "{fault_name}");
        let id = id.unwrap_or_else(|error| panic!("{fault_name}: {error}"));
        let again = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
        assert_eq!(again, Ok(id), "{fault_name}");
        let rival = routers.create_user(&access(&router), &a_rival()).await;
        assert_eq!(rival, Err(CreateHotspotUserError::NameTaken), "{fault_name}");
        assert_eq!(made(&router), 1, "{fault_name}");
    })
    .await;
}

fn a_rival() -> NewHotspotUser {
    NewHotspotUser { name: new_user("AB3C9D").name, ..new_user("rival") }
}

#[tokio::test]
async fn what_fails_every_time_is_never_called_done_and_the_next_call_works() {
    meet_each(|fault_name, fault| async move {
        let write = Duration::from_secs(4);
        let routers = routers(|tuning| {
            hurry(tuning);
            tuning.write = write;
        });
        let router = router(|_| {}).await;
        // The profile is known: what is left to ask is the user's name.
        routers.create_user(&access(&router), &new_user("warm-up")).await.unwrap();
        for path in [ADD, PRINT] {
            router.faults().arm(Armed::always(fault).at(path));
        }
        let started = Instant::now();
        let outcome = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
        assert!(started.elapsed() < write + Duration::from_secs(1), "{fault_name}: {:?}", started.elapsed());
        let Err(CreateHotspotUserError::Hotspot(error)) = outcome else { panic!("{fault_name}: {outcome:?}") };
        assert!(matches!(error, HotspotError::Unknown(_) | HotspotError::Unreachable(_)), "{fault_name}: {error}");
        router.faults().disarm();
        // The pause after failures is over.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let id = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
        assert!(id.is_ok(), "{fault_name}: {id:?}");
        assert_eq!(made(&router), 1, "{fault_name}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_lost_every_time_is_found_by_looking() {
    for fault in [Fault::CutAfterCommit, Fault::CutInsideDone, Fault::OtherTag] {
        let (router, routers) = (router(|_| {}).await, impatient());
        router.faults().arm(Armed::always(fault).at(ADD));
        routers.create_user(&access(&router), &new_user("AB3C9D")).await.unwrap();
        assert_eq!((made(&router), router.transcript().count(ADD)), (1, 1), "{fault:?}");
    }
    let (router, routers) = (router(|_| {}).await, impatient());
    router.faults().arm(Armed::always(Fault::CutBeforeCommit).at(ADD));
    let outcome = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
    assert!(matches!(outcome, Err(CreateHotspotUserError::Hotspot(HotspotError::Unknown(_)))), "{outcome:?}");
    assert_eq!((made(&router), router.transcript().count(ADD)), (0, 3));
}

#[tokio::test]
async fn a_doubt_outlives_a_router_that_cannot_be_asked_any_more() {
    let (router, routers) = (router(|_| {}).await, impatient());
    routers.create_user(&access(&router), &new_user("warm-up")).await.unwrap();
    router.faults().arm(Armed::once(Fault::CutAfterCommit).at(ADD));
    // The look before passes; those after the lost answer do not.
    router.faults().arm(Armed::once(Fault::Stall(Duration::from_millis(1))).at(PRINT));
    router.faults().arm(Armed::always(Fault::Reset).at(PRINT));
    let outcome = routers.create_user(&access(&router), &new_user("AB3C9D")).await;
    assert!(matches!(outcome, Err(CreateHotspotUserError::Hotspot(HotspotError::Unknown(_)))), "{outcome:?}");
    assert_eq!(made(&router), 1);
}

#[tokio::test]
async fn a_question_is_asked_again_when_the_session_is_lost_and_no_more_than_that() {
    let (router, routers) = (router(|_| {}).await, impatient());
    for (losses, answered) in [(1, true), (2, false)] {
        for _ in 0..losses {
            router.faults().arm(Armed::once(Fault::Reset).at(PRINT));
        }
        let answer = routers.users(&access(&router), &[name("AB3C9D")]).await;
        assert_eq!(answer.is_ok(), answered, "{losses}: {answer:?}");
        assert!(answered || matches!(answer, Err(HotspotError::Unreachable(_))));
    }
}

#[tokio::test]
async fn removing_is_finished_whatever_happens_to_the_answer() {
    meet_each(|fault_name, fault| async move {
        let (router, routers) = (router(|_| {}).await, impatient());
        routers.create_user(&access(&router), &new_user("AB3C9D")).await.unwrap();
        router.faults().arm(Armed::once(fault).at("/ip/hotspot/user/remove"));
        let outcome =
            routers.remove_user(&access(&router), &the_user(&routers, &access(&router), "AB3C9D").await).await;
        assert_eq!(router.faults().struck(), 1, "{fault_name}: {outcome:?}");
        assert_eq!(outcome, Ok(()), "{fault_name}");
        assert_eq!(made(&router), 0, "{fault_name}");
    })
    .await;
}

/// Lets two calls see the same users before either changes them.
fn let_two_look_first(router: &Simulator) {
    for _ in 0..2 {
        router.faults().arm(Armed::once(Fault::Stall(Duration::from_millis(100))).at(PRINT));
    }
}

#[tokio::test]
async fn of_two_who_make_the_same_user_at_once_both_have_it() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let (access, new) = (access(&router), new_user("AB3C9D"));
    let_two_look_first(&router);
    let (first, second) = tokio::join!(routers.create_user(&access, &new), routers.create_user(&access, &new));
    assert_eq!((first.unwrap(), router.transcript().count(ADD)), (second.unwrap(), 2));
    assert_eq!(made(&router), 1);
}

#[tokio::test]
async fn of_two_rivals_for_a_name_one_has_it() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let (access, first, second) = (access(&router), new_user("AB3C9D"), a_rival());
    let_two_look_first(&router);
    let (first, second) = tokio::join!(routers.create_user(&access, &first), routers.create_user(&access, &second));
    let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
    won.unwrap();
    assert_eq!(lost, Err(CreateHotspotUserError::NameTaken));
    assert_eq!((made(&router), router.transcript().count(ADD)), (1, 2));
}

#[tokio::test]
async fn of_two_who_remove_a_user_at_once_both_find_it_gone() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let access = access(&router);
    routers.create_user(&access, &new_user("AB3C9D")).await.unwrap();
    let user = the_user(&routers, &access, "AB3C9D").await;
    let (first, second) = tokio::join!(routers.remove_user(&access, &user), routers.remove_user(&access, &user));
    assert_eq!((first, second), (Ok(()), Ok(())));
    assert_eq!((made(&router), router.transcript().count("/ip/hotspot/user/remove")), (0, 2));
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_not_called_done() {
    for fault in [Fault::CutBeforeCommit, Fault::CutAfterCommit, Fault::HalfOpen, Fault::Garbage] {
        let (router, routers) = (router(|_| {}).await, impatient());
        let id = routers.create_user(&access(&router), &new_user("AB3C9D")).await.unwrap();
        router.faults().arm(Armed::once(fault).at("/ip/hotspot/user/set"));
        let on = UserChange { disabled: Some(false), ..UserChange::default() };
        let outcome = routers.change_user(&access(&router), &id, &on).await;
        assert!(matches!(outcome, Err(HotspotError::Unknown(_))), "{fault:?}: {outcome:?}");
        routers.change_user(&access(&router), &id, &on).await.unwrap();
        assert!(!router.router().users_named(b"AB3C9D")[0].disabled, "{fault:?}");
    }
}

#[tokio::test]
async fn answers_may_come_in_any_pieces() {
    for pieces in [Fragmentation::Bytes, Fragmentation::Prefixes, Fragmentation::Coalesced] {
        let (router, routers) = (router(|settings| settings.fragmentation = pieces).await, routers(|_| {}));
        routers.create_user(&access(&router), &new_user("AB3C9D")).await.unwrap();
        assert_eq!(routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap().len(), 1);
    }
}
