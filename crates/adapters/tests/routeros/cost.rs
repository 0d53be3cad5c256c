//! What calls cost a router, whatever is on it.

use std::{sync::Arc, time::Duration};

use portero_domain::{
    hotspot::{Mac, NewHotspotUser, ProfileName, SessionsOf, UserChange},
    ports::{CreateHotspotUserError, Hotspot, HotspotError},
};
use portero_routeros_sim::{Armed, Costs, Event, Fault, Simulator};

use tokio::task::JoinSet;

use crate::support::{access, name, new_user, router, routers, the_user};

/// The bytes that each call of a sale brings back.
async fn bytes_of_a_sale(users: usize) -> Vec<u64> {
    let (router, routers) = (router(|settings| settings.users = users).await, routers(|_| {}));
    let access = access(&router);
    routers.create_user(&access, &new_user("warm-up")).await.unwrap();
    let mut bytes = Vec::new();
    let mut before = router.meters().bytes_out();
    let mut note = |router: &Simulator| {
        let now = router.meters().bytes_out();
        bytes.push(now - before);
        before = now;
    };
    routers.create_user(&access, &new_user("AB3C9D")).await.unwrap();
    note(&router);
    assert_eq!(routers.users(&access, &[name("AB3C9D")]).await.unwrap().len(), 1);
    note(&router);
    let twenty: Vec<_> = (0..20).map(|number| name(&format!("nobody-{number}"))).collect();
    assert_eq!(routers.users(&access, &twenty).await, Ok(Vec::new()));
    note(&router);
    routers.sessions(&access, &SessionsOf::User(name("AB3C9D"))).await.unwrap();
    note(&router);
    routers.remove_user(&access, &the_user(&routers, &access, "AB3C9D").await).await.unwrap();
    note(&router);
    bytes
}

#[tokio::test]
async fn twenty_thousand_users_make_no_answer_larger() {
    let (few, many) = (bytes_of_a_sale(10).await, bytes_of_a_sale(20_000).await);
    for (few, many) in few.iter().zip(&many) {
        // An id is longer by three digits.
        assert!((*few..=few + 6).contains(many), "{few} and {many}");
    }
    assert!(many.iter().all(|bytes| *bytes < 500), "{many:?}");
}

fn heard(router: &Simulator) -> Vec<(bool, String)> {
    let word = |words: &[Vec<u8>]| String::from_utf8(words[0].clone()).unwrap();
    let entries = router.transcript().entries();
    let said = entries.iter().filter_map(|entry| match &entry.event {
        Event::Client(words) => Some((true, word(words))),
        Event::Router(words) => Some((false, word(words))),
        Event::Opened | Event::Closed => None,
    });
    said.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_at_a_slow_router_is_served_one_after_the_other_and_the_rest_is_told() {
    let costs = Costs { quick: Duration::from_millis(10), slow: Duration::from_millis(10), ..Costs::default() };
    let router = router(|settings| settings.costs = Some(costs)).await;
    let routers = routers(|tuning| tuning.maker_turn = Duration::from_secs(1));
    let crowd = (0..300).map(|number| {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        async move { routers.create_user(&access, &new_user(&format!("g{number}"))).await }
    });
    let outcomes = crowd.collect::<JoinSet<_>>().join_all().await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    // In a second there is time for 100 commands, two for each; 16 more are under way by then.
    assert!((30..=70).contains(&made), "{made}");
    for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
        assert!(matches!(outcome, Err(CreateHotspotUserError::Hotspot(HotspotError::Busy { .. }))), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_user_is_made_in_two_round_trips() {
    let (router, routers) = (router(|settings| settings.profiles = vec!["1hora".into()]).await, routers(|_| {}));
    routers.users(&access(&router), &[name("AB3C9D")]).await.unwrap();
    let profile = ProfileName::parse("1hora").unwrap();
    let new = |text: &str| NewHotspotUser { profile: profile.clone(), ..new_user(text) };
    // Whichever comes first, the other one does not wait for its answer.
    for path in ["/ip/hotspot/user/print", "/ip/hotspot/user/profile/print"] {
        router.faults().arm(Armed::once(Fault::Stall(Duration::from_millis(100))).at(path));
    }
    let before = heard(&router).len();
    routers.create_user(&access(&router), &new("first")).await.unwrap();
    let cold = heard(&router).split_off(before);
    let asked: Vec<bool> = cold.iter().map(|(ours, _)| *ours).collect();
    assert_eq!(asked[..3], [true, true, false], "both questions, then an answer: {cold:?}");
    let ours = |said: &[(bool, String)]| {
        said.iter().filter(|(ours, _)| *ours).map(|(_, path)| path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ours(&cold).len(), 3);
    let before = heard(&router).len();
    routers.create_user(&access(&router), &new("second")).await.unwrap();
    let warm = heard(&router).split_off(before);
    assert_eq!(ours(&warm), ["/ip/hotspot/user/print", "/ip/hotspot/user/add"]);
}

#[tokio::test]
async fn every_question_names_what_it_wants() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let access = access(&router);
    routers.profiles(&access).await.unwrap();
    let id = routers.create_user(&access, &new_user("AB3C9D")).await.unwrap();
    routers.change_user(&access, &id, &UserChange::default()).await.unwrap();
    routers.users(&access, &[name("AB3C9D")]).await.unwrap();
    routers.host(&access, Mac::new([2; 6])).await.unwrap();
    routers.sessions(&access, &SessionsOf::User(name("AB3C9D"))).await.unwrap();
    routers.remove_user(&access, &the_user(&routers, &access, "AB3C9D").await).await.unwrap();
    let mut prints = 0;
    for entry in router.transcript().entries() {
        let Event::Client(words) = entry.event else { continue };
        let starts = |start: &str| words.iter().any(|word| word.starts_with(start.as_bytes()));
        if words[0].ends_with(b"/print") {
            prints += 1;
            assert!(starts("=.proplist="), "{words:?}");
            let few: [&[u8]; 2] = [b"/ip/hotspot/user/profile/print", b"/system/resource/print"];
            assert!(starts("?") || few.contains(&&*words[0]), "{words:?}");
        }
    }
    assert!(prints >= 8, "{prints}");
}
