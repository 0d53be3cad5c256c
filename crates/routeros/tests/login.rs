//! Opening sessions over real sockets: the login, old and new, and what goes wrong before it.

use std::net::SocketAddr;
use std::time::Duration;

use portero_routeros::Class;
use portero_routeros::client::{Closed, ConnectError, Connection, Login, Options, Security, Stage, connect};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::{Peer, tag_of};

const PLAIN: Login<'static> = Login::Plain { name: "admin", password: "secret" };
const LEGACY: Login<'static> = Login::Legacy { name: "admin", password: "secret" };
const CHALLENGE: &str = "=ret=93b438ec9b80057c06dd9fe67d56aa9a";

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn open(login: &'static Login<'static>) -> (JoinHandle<Result<Connection, ConnectError>>, Peer<TcpStream>) {
    let (listener, address) = listener().await;
    let opening = tokio::spawn(async move { connect(address, Security::Plain, login, &Options::default()).await });
    (opening, Peer::new(listener.accept().await.unwrap().0))
}

#[tokio::test]
async fn a_plain_login_is_one_command() {
    let (opening, mut peer) = open(&PLAIN).await;
    let heard = peer.hear().await.unwrap();
    assert_eq!(heard[..3], ["/login", "=name=admin", "=password=secret"]);
    peer.reply("!done", &tag_of(&heard).unwrap(), &[]).await;
    assert_eq!(opening.await.unwrap().unwrap().closed(), None);
}

#[tokio::test]
async fn a_refused_login_says_why() {
    for (text, class) in [
        ("=message=invalid user name or password (6)", Class::AuthFailed),
        ("=message=cannot log in", Class::AuthFailed),
        ("=message=std failure: not allowed (9)", Class::NoApiPolicy),
    ] {
        let (opening, mut peer) = open(&PLAIN).await;
        let (_, tag) = peer.hear_command().await;
        peer.reply("!trap", &tag, &[text]).await;
        peer.reply("!done", &tag, &[]).await;
        let Err(ConnectError::Refused(trap)) = opening.await.unwrap() else { panic!("it is refused") };
        assert_eq!(trap.class(), class);
        assert_eq!(peer.hear().await, None, "the session is closed, not left to count among the router's");
    }
}

#[tokio::test]
async fn a_legacy_login_never_says_the_password() {
    let (opening, mut peer) = open(&LEGACY).await;
    let heard = peer.hear().await.unwrap();
    assert_eq!(heard.len(), 2, "the command and its tag: {heard:?}");
    peer.reply("!done", &tag_of(&heard).unwrap(), &[CHALLENGE]).await;
    let heard = peer.hear().await.unwrap();
    assert_eq!(heard[..3], ["/login", "=name=admin", "=response=00de2eb16e8739e95337da481d36029ddb"]);
    peer.reply("!done", &tag_of(&heard).unwrap(), &[]).await;
    opening.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_old_router_is_not_logged_in_to_unless_it_is_asked_for() {
    let (opening, mut peer) = open(&PLAIN).await;
    let (_, tag) = peer.hear_command().await;
    peer.reply("!done", &tag, &[CHALLENGE]).await;
    assert!(matches!(opening.await.unwrap(), Err(ConnectError::LegacyLoginOnly)));
    assert_eq!(peer.hear().await, None);
}

#[tokio::test]
async fn a_router_without_a_usable_challenge_has_no_legacy_login() {
    for rest in [&[][..], &["=ret=xyz"], &["=ret=abc"]] {
        let (opening, mut peer) = open(&LEGACY).await;
        let (_, tag) = peer.hear_command().await;
        peer.reply("!done", &tag, rest).await;
        assert!(matches!(opening.await.unwrap(), Err(ConnectError::NoLegacyLogin)));
    }
    let (opening, mut peer) = open(&LEGACY).await;
    let (_, tag) = peer.hear_command().await;
    peer.reply("!trap", &tag, &["=message=invalid user name or password (6)"]).await;
    peer.reply("!done", &tag, &[]).await;
    assert!(matches!(opening.await.unwrap(), Err(ConnectError::NoLegacyLogin)));
}

#[tokio::test]
async fn a_session_that_ends_at_once_hints_at_the_routers_limits() {
    let (opening, peer) = open(&PLAIN).await;
    drop(peer);
    let error = opening.await.unwrap().unwrap_err();
    assert!(matches!(error, ConnectError::Dropped(_)), "{error:?}");
    assert!(error.to_string().contains("check the permitted addresses and the number of sessions"));
}

#[tokio::test]
async fn a_fatal_answer_to_a_login_is_told() {
    let (opening, mut peer) = open(&PLAIN).await;
    peer.hear_command().await;
    peer.say(&["!fatal", "too many commands before login"]).await;
    let Err(ConnectError::Dropped(closed)) = opening.await.unwrap() else { panic!("the session ended") };
    assert_eq!(closed, Closed::Fatal(b"too many commands before login".as_slice().into()));
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    let (listener, address) = listener().await;
    drop(listener);
    let error = connect(address, Security::Plain, &PLAIN, &Options::default()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_login_without_an_answer_ends_in_time() {
    let (listener, address) = listener().await;
    let options = Options { login: Duration::from_millis(50), ..Options::default() };
    let error = connect(address, Security::Plain, &PLAIN, &options).await.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(Stage::Login)), "{error:?}");
    let mut peer = Peer::new(listener.accept().await.unwrap().0);
    while peer.hear().await.is_some() {}
}
