//! Measures the RouterOS adapter against simulated routers in this process, and prints a JSON object for each
//! measurement. `make bench` runs it.
//!
//! Usage: `hotspot_bench [SECONDS]`, how long questions are asked [3].

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a measurement that fails ends by panicking")]
#![expect(clippy::cast_precision_loss, reason = "rates are rounded anyway")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use portero_adapters::RouterOs;
use portero_domain::{
    hotspot::{Allowance, HotspotPassword, HotspotUsername, NewHotspotUser, ProfileName, RouterText},
    ids::RouterId,
    network::{Endpoint, Host, Port},
    ports::Hotspot,
    router::{ApiUsername, RouterAccess},
    secret::Secret,
};
use portero_routeros::proto::{Decoder, Limits, SentenceBuf};
use portero_routeros_sim::{Costs, Settings, Simulator};
use tokio::task::JoinSet;

/// How many users are on the routers from the start.
const USERS: usize = 20_000;
/// How many callers ask at once.
const CALLERS: usize = 64;
/// How many guests come at once.
const CROWD: usize = 500;
/// How often that crowd comes and goes.
const ROUNDS: usize = 10;

#[tokio::main]
async fn main() {
    let seconds = std::env::args().nth(1).map_or(3, |text| text.parse().expect("a number of seconds"));
    questions(Duration::from_secs(seconds)).await;
    crowds("at once", None).await;
    crowds("slowly", Some(Costs::default())).await;
    round_trips().await;
    decoder(Duration::from_secs(seconds));
}

async fn router(costs: Option<Costs>, records: bool) -> Simulator {
    let settings = Settings { users: USERS, costs, records, ..Settings::default() };
    Simulator::start(settings).await.expect("a free port")
}

fn access(router: &Simulator) -> RouterAccess {
    let (host, port) = (router.address().ip().to_string(), router.address().port());
    RouterAccess {
        router: RouterId::parse("RTR_00000001").expect("an id"),
        endpoint: Endpoint::new(Host::parse(&host).expect("a host"), Port::new(port.into()).expect("a port"), None),
        certificate: None,
        username: ApiUsername::parse("admin").expect("a name"),
        password: Secret::new("secret".to_owned()),
        old_login: false,
    }
}

fn new_user(text: &str) -> NewHotspotUser {
    NewHotspotUser {
        name: HotspotUsername::parse(text).expect("a name"),
        password: HotspotPassword::new("0456".into()),
        profile: ProfileName::parse("default").expect("a name"),
        mac: None,
        server: None,
        allowance: Allowance::default(),
        comment: text.to_owned(),
    }
}

/// How many users are found in a second, over one session.
async fn questions(time: Duration) {
    let (router, routers) = (router(None, false).await, Arc::new(RouterOs::new(true).expect("a runtime")));
    let (started, mut callers) = (Instant::now(), JoinSet::new());
    for caller in 0..CALLERS {
        let (routers, access) = (Arc::clone(&routers), access(&router));
        callers.spawn(async move {
            let mut longest = Duration::ZERO;
            let mut asked = 0_u32;
            while started.elapsed() < time {
                let user = RouterText::from(&*format!("seed-{:06}", 1 + (caller * 317 + asked as usize) % USERS));
                let at = Instant::now();
                assert_eq!(routers.users(&access, &[user]).await.unwrap().len(), 1);
                longest = longest.max(at.elapsed());
                asked += 1;
            }
            (asked, longest)
        });
    }
    let done = callers.join_all().await;
    let asked: u32 = done.iter().map(|(asked, _)| asked).sum();
    let longest = done.iter().map(|(_, longest)| *longest).max().unwrap_or_default();
    println!(
        r#"{{"measured": "questions", "callers": {CALLERS}, "per_second": {:.0}, "longest_ms": {:.1}, "sessions": {}}}"#,
        f64::from(asked) / started.elapsed().as_secs_f64(),
        longest.as_secs_f64() * 1e3,
        router.meters().most_sessions(),
    );
}

/// What becomes of a crowd of guests for each of whom a user is made at the same moment.
async fn crowds(how: &str, costs: Option<Costs>) {
    let rounds = if costs.is_some() { 1 } else { ROUNDS };
    let (router, routers) = (router(costs, false).await, Arc::new(RouterOs::new(true).expect("a runtime")));
    let (mut errors, mut longest, mut memory) = (0, Duration::ZERO, Vec::new());
    for _ in 0..rounds {
        let (started, mut creates) = (Instant::now(), JoinSet::new());
        for guest in 0..CROWD {
            let (routers, access) = (Arc::clone(&routers), access(&router));
            creates.spawn(async move { routers.create_user(&access, &new_user(&format!("g{guest}"))).await });
        }
        errors += creates.join_all().await.iter().filter(|outcome| outcome.is_err()).count();
        longest = longest.max(started.elapsed());
        memory.push(resident_kilobytes());
        if rounds > 1 {
            for guest in 0..CROWD {
                let names = [RouterText::from(&*format!("g{guest}"))];
                for user in routers.users(&access(&router), &names).await.unwrap() {
                    routers.remove_user(&access(&router), &user).await.unwrap();
                }
            }
        }
    }
    println!(
        r#"{{"measured": "crowd", "how": "{how}", "guests": {CROWD}, "rounds": {rounds}, "errors": {errors}, "longest_ms": {:.0}, "sessions": {}, "rss_kb_first": {}, "rss_kb_last": {}}}"#,
        longest.as_secs_f64() * 1e3,
        router.meters().most_sessions(),
        memory.first().copied().unwrap_or_default(),
        memory.last().copied().unwrap_or_default(),
    );
}

/// The number of commands that making a user takes on an open session. Each is one round trip, except the query for the
/// profile, which is sent together with another one.
async fn round_trips() {
    let (router, routers) = (router(None, true).await, RouterOs::new(true).expect("a runtime"));
    routers.users(&access(&router), &["nobody".into()]).await.unwrap();
    let mut commands = Vec::new();
    for guest in ["first", "second"] {
        let before = router.meters().commands();
        routers.create_user(&access(&router), &new_user(guest)).await.unwrap();
        commands.push(router.meters().commands() - before);
    }
    println!(r#"{{"measured": "commands", "first": {}, "further": {}}}"#, commands[0], commands[1]);
}

/// How fast a whole print of the users is taken apart, in the pieces that a socket gives.
fn decoder(time: Duration) {
    let mut print = Vec::new();
    for user in 1..=USERS {
        let (id, name) = (format!("=.id=*{user:X}"), format!("=name=seed-{user:06}"));
        let rest = ["=profile=default", "=password=0456", "=uptime=1h2m3s", "=bytes-in=123456", "=bytes-out=7654321"];
        let words = ["!re", ".tag=1", &id, &name].into_iter().chain(rest);
        SentenceBuf::of(words).expect("short words").encode(&mut print);
    }
    let (started, mut bytes) = (Instant::now(), 0);
    while started.elapsed() < time {
        let (mut decoder, mut rows) = (Decoder::with_limits(Limits::default()), 0);
        for piece in print.chunks(16 << 10) {
            decoder.push(piece);
            while let Some(sentence) = decoder.next_sentence().expect("good sentences") {
                rows += usize::from(sentence.tag().is_some());
            }
        }
        assert_eq!(rows, USERS);
        bytes += print.len();
    }
    let rate = bytes as f64 / started.elapsed().as_secs_f64() / 1e6;
    println!(r#"{{"measured": "decoder", "megabytes_per_second": {rate:.0}}}"#);
}

/// The memory of this process, the simulated router's included. Nought where the system does not tell.
fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
