//! Who gets in, and what happens to the others.

use portero_routeros_sim::{Account, Point, Policies, User};
use tokio::task::JoinSet;

use crate::client::{Client, simulator};

#[tokio::test]
async fn four_failed_logins_are_answered_and_the_fifth_ends_the_connection() {
    let router = simulator(|_| {}).await;
    let mut client = Client::connect(&router).await;
    for _ in 0..4 {
        let heard = client.log_in("bad").await;
        assert_eq!(heard[0], ["!trap", "=message=invalid user name or password (6)"]);
    }
    assert_eq!(client.log_in("bad").await, [["!fatal", "too many commands before login"]]);
    assert_eq!(client.end().await, 0);
    assert_eq!(router.router().logged("login failure for user admin from 127.0.0.1 via api"), 5);
    assert_eq!(router.transcript().count("/login"), 5);
}

#[tokio::test]
async fn a_command_before_the_login_ends_the_connection() {
    let router = simulator(|_| {}).await;
    let mut client = Client::connect(&router).await;
    assert_eq!(client.ask(&["/system/identity/print"]).await, [["!fatal", "not logged in"]]);
    assert_eq!(client.end().await, 0);
}

#[tokio::test]
async fn who_says_too_much_before_the_login_is_cut_off() {
    let router = simulator(|_| {}).await;
    let mut client = Client::connect(&router).await;
    client.say_bytes(&[&[0xC0, 0x40, 0x00][..], &[b'x'; 5000]].concat()).await;
    assert_eq!(client.hear().await.unwrap(), ["!fatal", "too many commands before login"]);
    assert_eq!(client.end().await, 0);
}

#[tokio::test]
async fn the_old_login_works_until_6_45_and_the_new_one_from_6_43_on() {
    for (version, plain, legacy) in
        [("6.42.12", false, true), ("6.43", true, true), ("6.45.1", true, false), ("7.18", true, false)]
    {
        let router = simulator(|settings| settings.version = version.parse().unwrap()).await;
        let mut client = Client::connect(&router).await;
        let heard = client.ask(&["/login"]).await;
        assert_eq!(heard[0].last().unwrap().starts_with("=ret="), legacy, "{version}: {heard:?}");
        let mut client = Client::connect(&router).await;
        let heard = client.log_in("secret").await;
        assert_eq!(heard == [["!done"]], plain, "{version}: {heard:?}");
    }
}

#[tokio::test]
async fn an_old_response_is_worth_nothing_without_its_challenge() {
    let router = simulator(|settings| settings.version = "6.42".parse().unwrap()).await;
    let mut client = Client::connect(&router).await;
    let login = ["/login", "=name=admin", "=response=00de2eb16e8739e95337da481d36029ddb"];
    assert_eq!(client.trap(&login).await, "cannot log in");
}

#[tokio::test]
async fn policies_decide_what_an_account_may_do_and_see() {
    let account = |name: &str, read, write, sensitive| Account {
        policies: Policies { api: true, read, write, sensitive },
        ..Account::full(name, "p")
    };
    let router = simulator(|settings| {
        settings.accounts = vec![account("blind", false, true, true), account("reader", true, false, false)];
    })
    .await;
    let mut guest = User::named(b"guest");
    guest.password = b"0456".to_vec();
    router.router().add_user(guest).unwrap();
    let mut blind = Client::connect(&router).await;
    blind.ask(&["/login", "=name=blind", "=password=p"]).await;
    assert_eq!(blind.trap(&["/ip/hotspot/user/print"]).await, "not enough permissions (9)");
    assert_eq!(blind.ask(&["/ip/hotspot/user/add", "=name=more"]).await[0][0], "!done");
    let mut reader = Client::connect(&router).await;
    reader.ask(&["/login", "=name=reader", "=password=p"]).await;
    assert_eq!(reader.trap(&["/ip/hotspot/user/add", "=name=other"]).await, "not enough permissions (9)");
    let heard = reader.ask(&["/ip/hotspot/user/print", "=.proplist=password", "?name=guest"]).await;
    assert_eq!(heard[0], ["!re", "=password=*****"]);
}

#[tokio::test]
async fn an_address_list_shuts_the_others_out() {
    let router = simulator(|settings| settings.service_addresses = vec!["10.0.0.0/8".parse().unwrap()]).await;
    assert_eq!(Client::connect(&router).await.end().await, 0);
    assert_eq!(router.meters().refused(), 1);
    let router = simulator(|settings| {
        settings.accounts[0].addresses = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let heard = Client::connect(&router).await.log_in("secret").await;
    assert_eq!(heard[0][1], "=message=invalid user name or password (6)");
}

#[tokio::test]
async fn one_session_beyond_the_limit_is_closed_at_once_and_a_place_is_free_again_later() {
    let router = simulator(|settings| settings.max_sessions = 2).await;
    let mut first = Client::logged_in(&router).await;
    let _second = Client::logged_in(&router).await;
    assert_eq!(Client::connect(&router).await.end().await, 0);
    first.ask(&["/quit"]).await;
    first.end().await;
    drop(first);
    while router.meters().sessions() == 2 {
        tokio::task::yield_now().await;
    }
    Client::logged_in(&router).await;
}

#[tokio::test]
async fn a_session_beyond_the_limit_may_hang_instead() {
    let router = simulator(|settings| {
        settings.max_sessions = 1;
        settings.assumptions = settings.assumptions.clone().with(Point::SessionOverLimitIsClosed, false);
    })
    .await;
    let _first = Client::logged_in(&router).await;
    let mut second = Client::connect(&router).await;
    second.say(&["/login", "=name=admin", "=password=secret"]).await;
    let silence = tokio::time::timeout(std::time::Duration::from_millis(200), second.hear()).await;
    assert!(silence.is_err(), "{silence:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_connections_at_once_are_bounded_and_the_router_goes_on() {
    let router = simulator(|settings| settings.records = false).await;
    let mut clients = JoinSet::new();
    for _ in 0..500 {
        let address = router.address();
        clients.spawn(async move {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let mut client = Client::over(stream);
            // Who is turned away may learn it while it writes.
            let login = crate::client::framed(&["/login", "=name=admin", "=password=secret"]);
            let _ = tokio::io::AsyncWriteExt::write_all(&mut client.stream, &login).await;
            (client.hear().await, client)
        });
    }
    let answered = clients.join_all().await;
    let inside = answered.iter().filter(|(heard, _)| heard.is_some()).count();
    assert_eq!(inside, 20);
    assert_eq!(router.meters().most_sessions(), 20);
    assert_eq!(router.meters().refused(), 480);
    assert_eq!(router.router().logged("logged in"), 20);
    drop(answered);
    while router.meters().sessions() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(router.router().logged("logged out"), 20);
    Client::logged_in(&router).await;
}
