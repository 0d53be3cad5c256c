//! Guests, through the API.

use std::{net::Ipv4Addr, time::Duration};

use portero_routeros_sim::{Clock, Simulator, User};

use crate::client::{Client, simulator};

async fn hotspot() -> (Simulator, Client) {
    let router = simulator(|settings| {
        settings.clock = Clock::standing();
        settings.authorisation_takes = Duration::from_secs(2);
        settings.clients = vec![("AA:BB:CC:DD:EE:01".to_owned(), Ipv4Addr::new(10, 5, 50, 23))];
    })
    .await;
    let mut user = User::named(b"PT-1");
    user.password = b"0456".to_vec();
    user.limit_uptime = Duration::from_hours(1);
    router.router().add_user(user).unwrap();
    let client = Client::logged_in(&router).await;
    (router, client)
}

const LOGIN: [&str; 5] =
    ["/ip/hotspot/active/login", "=ip=10.5.50.23", "=mac-address=aa:bb:cc:dd:ee:01", "=user=PT-1", "=password=0456"];

const WHO: [&str; 3] =
    ["/ip/hotspot/active/print", "=.proplist=.id,user,mac-address,session-time-left", "?address=10.5.50.23"];

#[tokio::test]
async fn a_guest_is_logged_in_later_than_the_answer_and_out_by_removing_the_session() {
    let (router, mut client) = hotspot().await;
    assert_eq!(client.ask(&LOGIN).await, [["!done"]]);
    assert_eq!(client.ask(&WHO).await[0], ["!empty"]);
    router.advance(Duration::from_secs(2));
    router.advance(Duration::from_mins(1));
    let session = ["!re", "=.id=*1", "=user=PT-1", "=mac-address=AA:BB:CC:DD:EE:01", "=session-time-left=59m"];
    assert_eq!(client.ask(&WHO).await[0], session);
    let hosts = client.ask(&["/ip/hotspot/host/print", "=.proplist=authorized"]).await;
    assert_eq!(hosts[0], ["!re", "=authorized=true"]);
    assert_eq!(client.ask(&["/ip/hotspot/cookie/print", "=count-only="]).await, [["!done", "=ret=1"]]);
    assert_eq!(client.ask(&["/ip/hotspot/active/remove", "=.id=*1"]).await, [["!done"]]);
    assert_eq!(client.ask(&["/ip/hotspot/cookie/print", "=count-only="]).await, [["!done", "=ret=0"]]);
    let used = client.ask(&["/ip/hotspot/user/print", "=.proplist=uptime", "?name=PT-1"]).await;
    assert_eq!(used[0], ["!re", "=uptime=1m"]);
}

#[tokio::test]
async fn a_login_with_bad_arguments_is_refused() {
    let (_router, mut client) = hotspot().await;
    for (words, message) in [
        (&["/ip/hotspot/active/login", "=ip=somewhere"][..], "invalid value for argument ip"),
        (&["/ip/hotspot/active/login", "=user=PT-1"], "missing value(s) of argument(s) ip"),
        (&["/ip/hotspot/active/login", "=ip=10.5.50.24", "=user=x"], "unknown host IP 10.5.50.24"),
        (
            &["/ip/hotspot/active/login", "=ip=10.5.50.23", "=mac-address=1"],
            "invalid value of mac-address, mac address required",
        ),
        (&["/ip/hotspot/active/login", "=server=hotspot1"], "unknown parameter server"),
    ] {
        assert_eq!(client.trap(words).await, message);
    }
}

#[tokio::test]
async fn who_listens_hears_sessions_come_and_go() {
    let (router, mut client) = hotspot().await;
    let mut listener = Client::logged_in(&router).await;
    listener.say(&["/ip/hotspot/active/listen", "=.proplist=.id,user", ".tag=l"]).await;
    listener.say(&["/system/identity/print", ".tag=i"]).await;
    listener.rest().await;
    client.ask(&LOGIN).await;
    router.advance(Duration::from_secs(2));
    assert_eq!(listener.hear().await.unwrap(), ["!re", ".tag=l", "=.id=*1", "=user=PT-1"]);
    client.ask(&["/ip/hotspot/active/remove", "=numbers=*1"]).await;
    assert_eq!(listener.hear().await.unwrap(), ["!re", ".tag=l", "=.id=*1", "=.dead=yes"]);
}

#[tokio::test]
async fn a_limit_that_is_reached_ends_the_session_for_those_who_listen_too() {
    let (router, mut client) = hotspot().await;
    client.ask(&LOGIN).await;
    router.advance(Duration::from_secs(2));
    client.say(&["/ip/hotspot/active/listen", ".tag=l"]).await;
    client.say(&["/system/identity/print"]).await;
    client.rest().await;
    router.advance(Duration::from_hours(1));
    assert_eq!(client.hear().await.unwrap(), ["!re", ".tag=l", "=.id=*1", "=.dead=yes"]);
    assert_eq!(client.trap(&LOGIN).await, "user PT-1 has reached uptime limit");
}
