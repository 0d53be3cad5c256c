//! The tables of the hotspot, as a client edits them.

use portero_routeros_sim::{Point, Settings, User};

use crate::client::{Client, simulator};

async fn client(settings: impl FnOnce(&mut Settings)) -> (portero_routeros_sim::Simulator, Client) {
    let router = simulator(settings).await;
    let client = Client::logged_in(&router).await;
    (router, client)
}

#[tokio::test]
async fn a_user_is_added_found_changed_and_removed() {
    let (router, mut client) = client(|settings| settings.profiles = vec!["1h-3M".to_owned()]).await;
    let add = ["/ip/hotspot/user/add", "=name=PT-1", "=password=0456", "=profile=1h-3M", "=comment=tx:01J", ".tag=3"];
    assert_eq!(client.ask(&add).await, [["!done", ".tag=3", "=ret=*1"]]);
    let print = ["/ip/hotspot/user/print", "=.proplist=.id,name,profile,comment", "?name=PT-1", ".tag=2"];
    let row = ["!re", ".tag=2", "=.id=*1", "=name=PT-1", "=profile=1h-3M", "=comment=tx:01J"];
    assert_eq!(client.ask(&print).await[0], row);
    assert_eq!(client.ask(&["/ip/hotspot/user/set", "=numbers=PT-1", "=name=PT-2"]).await, [["!done"]]);
    assert_eq!(client.ask(&["/ip/hotspot/user/disable", "=.id=*1"]).await, [["!done"]]);
    assert!(router.router().users_named(b"PT-1").is_empty());
    assert!(router.router().users_named(b"PT-2")[0].disabled);
    let count = ["/ip/hotspot/user/print", "=count-only=", "?disabled=true"];
    assert_eq!(client.ask(&count).await, [["!done", "=ret=1"]]);
    assert_eq!(client.ask(&["/ip/hotspot/user/remove", "=numbers=*1"]).await, [["!done"]]);
    assert_eq!(client.trap(&["/ip/hotspot/user/remove", "=.id=*1"]).await, "no such item (4)");
    assert_eq!(client.ask(&["/ip/hotspot/user/add", "=name=PT-3"]).await, [["!done", "=ret=*2"]], "no id twice");
}

#[tokio::test]
async fn values_are_shown_as_a_router_shows_them() {
    let (_router, mut client) = client(|_| {}).await;
    let add = [
        "/ip/hotspot/user/add",
        "=name=u",
        "=password",
        "=limit-uptime=3600",
        "=mac-address=aa-bb-cc-dd-ee-01",
        "=disabled=yes",
        "=limit-bytes-total=2M",
        "=comment=",
    ];
    assert_eq!(client.ask(&add).await, [["!done", "=ret=*1"]]);
    let row = &client.ask(&["/ip/hotspot/user/print", "?name=u"]).await[0];
    for word in ["=limit-uptime=1h", "=mac-address=AA:BB:CC:DD:EE:01", "=disabled=true", "=limit-bytes-total=2097152"] {
        assert!(row.iter().any(|other| other == word), "{word} of {row:?}");
    }
    for name in ["=password=", "=comment=", "=email=", "=server="] {
        assert!(!row.iter().any(|other| other.starts_with(name)), "{name} of {row:?}");
    }
}

#[tokio::test]
async fn bytes_pass_as_they_are() {
    let (router, mut client) = client(|_| {}).await;
    let odd: Vec<u8> = [&b"a=\"b\"\n\0;$x [\xE9] "[..], "é🙂".as_bytes(), &[b'z'; 10_240]].concat();
    let add: [Vec<u8>; 3] =
        [b"/ip/hotspot/user/add".to_vec(), b"=name=odd".to_vec(), [&b"=comment="[..], &odd].concat()];
    client.ask(&add).await;
    assert_eq!(router.router().users_named(b"odd")[0].comment, odd);
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_the_routers_words() {
    let (router, mut client) = client(|settings| {
        settings.profiles = vec!["1hora".to_owned(), "1hora-pro".to_owned(), "24horas".to_owned()];
    })
    .await;
    client.ask(&["/ip/hotspot/user/add", "=name=u"]).await;
    for (words, message) in [
        (&["/ip/hotspot/user/add", "=name=u"][..], "failure: already have user with this name for this server"),
        (&["/ip/hotspot/user/add", "=profile=1hora"], "missing value(s) of argument(s) name"),
        (&["/ip/hotspot/user/add", "=name=v", "=profile=1mes"], "input does not match any value of profile"),
        (&["/ip/hotspot/user/add", "=name=v", "=server=hotel"], "input does not match any value of server"),
        (
            &["/ip/hotspot/user/add", "=name=v", "=profile=1h"],
            "ambiguous value of profile, more than one possible value matches input",
        ),
        (&["/ip/hotspot/user/add", "=name=v", "=foo=1"], "unknown parameter foo"),
        (&["/ip/hotspot/user/add", "=name=v", "=otp-secret=1"], "unknown parameter otp-secret"),
        (&["/ip/hotspot/user/add", "=name=v", "=limit-uptime=soon"], "invalid value for argument limit-uptime"),
        (&["/ip/hotspot/user/add", "=name=v", "=mac-address=x"], "invalid value of mac-address, mac address required"),
        (&["/ip/hotspot/user/set", "=.id=*FF", "=comment=x"], "no such item (4)"),
        (&["/ip/hotspot/user/set", "=comment=x"], "missing value(s) of argument(s) numbers"),
        (&["/ip/hotspot/user/remove", "=.id=*0"], "failure: can not remove default user"),
        (&["/ip/hotspot/user/print", "=numbers=*1"], "unknown parameter numbers"),
        (&["/ip/hotspot/user/fly"], "no such command"),
        (&["/ip/cookies/print"], "no such command or directory (cookies)"),
        (&["/ip/hotspot/active/add"], "no such command"),
        (&["#", ".tag=k1"], "no such command"),
    ] {
        assert_eq!(client.trap(words).await, message, "{words:?}");
    }
    assert_eq!(router.router().user_count(), 2, "nothing was half done");
    client.ask(&["/ip/hotspot/user/add", "=name=v", "=profile=24"]).await;
    assert_eq!(router.router().users_named(b"v")[0].profile, b"24horas", "the only one that begins so");
    client.ask(&["/ip/hotspot/user/add", "=name=w", "=profile=1hora"]).await;
    assert_eq!(router.router().users_named(b"w")[0].profile, b"1hora", "exact before longer");
}

#[tokio::test]
async fn each_version_says_it_its_way() {
    for (version, item, directory) in [
        ("6.49.19", "no such item", "no such command prefix"),
        ("7.18", "no such item (4)", "no such command or directory (cookies)"),
    ] {
        let (_router, mut client) = client(|settings| settings.version = version.parse().unwrap()).await;
        assert_eq!(client.trap(&["/ip/hotspot/user/remove", "=.id=*FF"]).await, item);
        assert_eq!(client.trap(&["/ip/cookies/print"]).await, directory);
        let heard = client.ask(&["/system/resource/print", "=.proplist=version"]).await;
        assert_eq!(heard[0][1], format!("=version={version} (stable)"));
    }
}

#[tokio::test]
async fn a_command_on_several_missing_items_answers_a_trap_for_each_and_does_nothing() {
    let (router, mut client) = client(|settings| settings.users = 2).await;
    let heard = client.ask(&["/ip/hotspot/user/remove", "=.id=*1,*99,*2,*98"]).await;
    assert_eq!(heard.iter().filter(|words| words[0] == "!trap").count(), 2);
    assert_eq!(heard.last().unwrap()[0], "!done");
    assert_eq!(router.router().user_count(), 3);
    assert_eq!(client.ask(&["/ip/hotspot/user/remove", "=.id=*1,*2"]).await, [["!done"]]);
    assert_eq!(router.router().user_count(), 1);
}

#[tokio::test]
async fn a_name_is_taken_once_for_each_server() {
    let (router, mut client) = client(|_| {}).await;
    let named = ["/ip/hotspot/user/add", "=name=u", "=server=hotspot1"];
    client.ask(&["/ip/hotspot/user/add", "=name=u"]).await;
    assert_eq!(client.ask(&named).await[0][0], "!done");
    assert!(client.trap(&named).await.contains("already have user"));
    assert_eq!(router.router().users_named(b"u").len(), 2);
    let strict = simulator(|settings| {
        settings.assumptions = settings.assumptions.clone().with(Point::ServerAllClashesWithNamed, true);
    })
    .await;
    let mut client = Client::logged_in(&strict).await;
    client.ask(&["/ip/hotspot/user/add", "=name=u"]).await;
    assert!(client.trap(&named).await.contains("already have user"));
}

#[tokio::test]
async fn secrets_may_need_to_be_asked_for_from_7_21_on() {
    let (router, mut client) = client(|settings| {
        settings.version = "7.21".parse().unwrap();
        settings.assumptions = settings.assumptions.clone().with(Point::PrintHidesPasswords, true);
    })
    .await;
    let mut user = User::named(b"u");
    user.password = b"0456".to_vec();
    router.router().add_user(user).unwrap();
    let print = ["/ip/hotspot/user/print", "=.proplist=name,password", "?name=u"];
    assert_eq!(client.ask(&print).await[0], ["!re", "=name=u"]);
    let print = ["/ip/hotspot/user/print", "=.proplist=name,password", "=show-sensitive=", "?name=u"];
    assert_eq!(client.ask(&print).await[0], ["!re", "=name=u", "=password=0456"]);
}

#[tokio::test]
async fn profiles_are_kept_and_users_follow_a_new_name() {
    let (router, mut client) = client(|_| {}).await;
    let add = ["/ip/hotspot/user/profile/add", "=name=1hora", "=shared-users=3", "=rate-limit=3M/3M"];
    assert_eq!(client.ask(&add).await, [["!done", "=ret=*1"]]);
    assert!(client.trap(&add).await.contains("same name"));
    client.ask(&["/ip/hotspot/user/add", "=name=u", "=profile=1hora"]).await;
    client.ask(&["/ip/hotspot/user/profile/set", "=.id=*1", "=name=una-hora"]).await;
    assert_eq!(router.router().users_named(b"u")[0].profile, b"una-hora");
    let print = ["/ip/hotspot/user/profile/getall", "=.proplist=name,shared-users,rate-limit"];
    let heard = client.ask(&print).await;
    assert_eq!(heard[0], ["!re", "=name=default", "=shared-users=1"]);
    assert_eq!(heard[1], ["!re", "=name=una-hora", "=shared-users=3", "=rate-limit=3M/3M"]);
}

#[tokio::test]
async fn a_print_may_be_of_some_items_only() {
    let (_router, mut client) = client(|settings| settings.users = 9).await;
    let heard = client.ask(&["/ip/hotspot/user/print", "=.proplist=.id", "=from=*3,*7"]).await;
    assert_eq!(heard, [vec!["!re", "=.id=*3"], vec!["!re", "=.id=*7"], vec!["!done"]]);
    let heard = client.ask(&["/interface/print", "=.proplist=name", "=from=*2"]).await;
    assert_eq!(heard, [vec!["!re", "=name=bridge"], vec!["!done"]]);
    assert_eq!(client.trap(&["/ip/hotspot/user/print", "=from=seven"]).await, "no such item (4)");
}

#[tokio::test]
async fn a_copy_has_its_own_counters_and_its_own_name() {
    let (router, mut client) = client(|_| {}).await;
    let mut origin = User::named(b"origin");
    (origin.password, origin.bytes) = (b"0001".to_vec(), [7, 7]);
    router.router().add_user(origin).unwrap();
    client.ask(&["/ip/hotspot/user/add", "=copy-from=*1", "=name=copy", "=comment=mine"]).await;
    let copy = router.router().users_named(b"copy")[0].clone();
    assert_eq!((&copy.password[..], &copy.comment[..]), (&b"0001"[..], &b"mine"[..]));
    assert_eq!(copy.bytes, [0, 0]);
    assert!(client.trap(&["/ip/hotspot/user/add", "=copy-from=*1"]).await.contains("already have user"));
}

#[tokio::test]
async fn a_found_user_costs_the_same_bytes_among_twenty_thousand() {
    let mut answers = Vec::new();
    for users in [10, 20_000] {
        let (router, mut client) = client(|settings| settings.users = users).await;
        let before = router.meters().bytes_out();
        let heard = client.ask(&["/ip/hotspot/user/print", "=.proplist=.id,name", "?name=seed-000007"]).await;
        assert_eq!(heard[0], ["!re", "=.id=*7", "=name=seed-000007"]);
        answers.push(router.meters().bytes_out() - before);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_whole_table_of_twenty_thousand_arrives_row_by_row() {
    let (_router, mut client) = client(|settings| (settings.users, settings.records) = (20_000, false)).await;
    let heard = client.ask(&["/ip/hotspot/user/print"]).await;
    assert_eq!(heard.len(), 20_002, "the rows, the default row and the end");
    let heard = client.ask(&["/ip/hotspot/user/print", "=count-only=", "?>uptime=5"]).await;
    assert_eq!(heard[0].last().unwrap(), "=ret=0");
}
