//! The transcripts of the vectors, byte for byte.

use std::net::Ipv4Addr;
use std::time::Duration;

use portero_routeros_sim::{Account, Policies, Settings, Simulator, User};
use serde_json::Value as Json;
use tokio::{io::AsyncReadExt, time::timeout};

use crate::client::{Client, PATIENCE, framed};

const VECTORS: &str = include_str!("../../routeros/tests/vectors.json");
const MAC: &str = "AA:BB:CC:DD:EE:01";

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn transcript(name: &str) -> Json {
    let vectors: Json = serde_json::from_str(VECTORS).unwrap();
    let all = vectors["transcripts"].as_array().unwrap().clone();
    all.into_iter().find(|transcript| transcript["name"] == name).unwrap()
}

async fn expect(client: &mut Client, bytes: &[u8]) {
    let mut heard = vec![0; bytes.len()];
    timeout(PATIENCE, client.stream.read_exact(&mut heard)).await.expect("an answer in time").unwrap();
    assert_eq!(String::from_utf8_lossy(&heard), String::from_utf8_lossy(bytes));
}

/// Says what the client said, all of it that comes in a row at once, and hears what the router must answer.
async fn replay(name: &str, client: &mut Client) {
    let mut waiting = Vec::new();
    for step in transcript(name)["hex"].as_array().unwrap() {
        let text = step[1].as_str().unwrap();
        if step[0] == "C" {
            waiting.extend(unhex(text));
            continue;
        }
        client.say_bytes(&std::mem::take(&mut waiting)).await;
        if text == "EOF" {
            assert_eq!(client.end().await, 0, "{name}");
        } else {
            expect(client, &unhex(text)).await;
        }
    }
}

async fn at(version: &str, settings: impl FnOnce(&mut Settings)) -> Simulator {
    let mut set = Settings { version: version.parse().unwrap(), ..Settings::default() };
    settings(&mut set);
    Simulator::start(set).await.unwrap()
}

#[tokio::test]
async fn logins_are_answered_byte_for_byte() {
    for version in ["6.49.19", "7.17", "7.18", "7.24"] {
        let router = at(version, |_| {}).await;
        replay("login_ok_v643plus", &mut Client::connect(&router).await).await;
        replay("login_fail_keeps_connection", &mut Client::connect(&router).await).await;
    }
    let mut challenge = [0; 16];
    challenge.copy_from_slice(&unhex("93b438ec9b80057c06dd9fe67d56aa9a"));
    let old = at("6.42.12", |settings| settings.challenge = Some(challenge)).await;
    replay("login_legacy", &mut Client::connect(&old).await).await;
    let policies = Policies { api: false, read: true, write: true, sensitive: true };
    let strict = at("7.18", |settings| settings.accounts.push(Account { policies, ..Account::full("u", "p") })).await;
    replay("login_no_api_policy", &mut Client::connect(&strict).await).await;
}

#[tokio::test]
async fn an_empty_print_is_answered_byte_for_byte() {
    replay("print_none_pre718", &mut Client::logged_in(&at("7.17", |_| {}).await).await).await;
    replay("print_none_718plus", &mut Client::logged_in(&at("7.18", |_| {}).await).await).await;
}

#[tokio::test]
async fn a_quit_is_answered_byte_for_byte() {
    replay("quit", &mut Client::logged_in(&at("7.18", |_| {}).await).await).await;
}

/// The transcript shows two rows by their ids alone, so these are asked for.
#[tokio::test]
async fn answers_of_commands_that_run_together_interleave_byte_for_byte() {
    let router = at("7.18", |_| {}).await;
    for name in ["one", "two"] {
        router.router().add_user(User::named(name.as_bytes())).unwrap();
    }
    let mut client = Client::logged_in(&router).await;
    let mut both = framed(&["/ip/hotspot/user/print", ".tag=a", "=.proplist=.id", "?-default"]);
    both.extend(framed(&["/system/identity/print", ".tag=b"]));
    client.say_bytes(&both).await;
    for step in &transcript("interleaved")["hex"].as_array().unwrap()[2..] {
        expect(&mut client, &unhex(step[1].as_str().unwrap())).await;
    }
}

/// The transcript shows the id and the user of a session, so these are asked for; it is the tenth session.
#[tokio::test]
async fn a_cancelled_listen_is_answered_byte_for_byte() {
    let address = Ipv4Addr::new(10, 5, 50, 23);
    let router = at("7.18", |settings| {
        settings.clients = vec![(MAC.to_owned(), address)];
        settings.authorisation_takes = Duration::ZERO;
    })
    .await;
    router.router().add_user(User::named(b"x")).unwrap();
    let mut other = Client::logged_in(&router).await;
    let login = ["/ip/hotspot/active/login", "=ip=10.5.50.23", "=user=x", "=password="];
    for _ in 0..9 {
        assert_eq!(other.ask(&login).await, [["!done"]]);
        router.router().device_leaves(MAC);
    }
    let steps = transcript("cancel_listen")["hex"].as_array().unwrap().clone();
    let step = |at: usize| unhex(steps[at][1].as_str().unwrap());
    let mut client = Client::logged_in(&router).await;
    client.say(&["/ip/hotspot/active/listen", ".tag=10", "=.proplist=.id,user"]).await;
    // Answered behind the listen, so that the listen has begun.
    client.ask(&["/system/identity/print"]).await;
    other.ask(&login).await;
    expect(&mut client, &step(1)).await;
    client.say_bytes(&step(2)).await;
    for at in 3..6 {
        expect(&mut client, &step(at)).await;
    }
}
