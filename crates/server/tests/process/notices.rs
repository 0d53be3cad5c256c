//! Notices to companies, from the event to the messenger.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use portero_adapters::postgres::testing::TestDatabase;
use portero_gateways_sim::{self as sim, Armed, Fault, Telegram, When};
use portero_routeros_sim::{Account, Settings, Simulator};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::support::{
    client::Client,
    eventually,
    program::{ADMIN, PASSWORD, Program, Server},
    sql::number,
    tenant::{ROUTER_PASSWORD, new_company, new_router},
};

const SOON: Duration = Duration::from_secs(20);

const BOT: &str = "123456:the-bot-token-of-these-tests";

/// A runtime for what the process talks to.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

fn telegram(runtime: &Runtime) -> Telegram {
    runtime.block_on(Telegram::start(sim::Settings::default())).unwrap()
}

fn router(runtime: &Runtime, listen: SocketAddr) -> Simulator {
    let accounts = vec![Account::full("admin", ROUTER_PASSWORD)];
    runtime.block_on(Simulator::start(Settings { listen, accounts, ..Settings::default() })).unwrap()
}

fn telling(database: &TestDatabase, telegram: &Telegram) -> Program {
    Program::serving(database)
        .with("TELEGRAM_API_URL", &telegram.url())
        .with("ROUTER_CHECK_INTERVAL_SECONDS", "60")
        .with("ALLOW_LOOPBACK_ROUTERS", "true")
}

/// A super admin, and their company with a bot.
fn told_company(server: &Server) -> (Client, String) {
    let admin = server.client().log_in(ADMIN, PASSWORD);
    let company = admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned();
    let bot = json!({"telegram_bot_token": BOT, "telegram_chat_id": "-100200", "notificaciones_telegram": true});
    admin.put(&format!("/admin/empresas/{company}"), &bot).expect(200);
    (admin, company)
}

/// The first lines of the messages that arrived.
fn titles(telegram: &Telegram) -> Vec<String> {
    telegram.messages().into_iter().map(|message| message.text.lines().next().unwrap().to_owned()).collect()
}

#[test]
fn a_company_is_told_of_its_router_and_the_log_has_no_token() {
    let runtime = runtime();
    let (database, telegram) = (TestDatabase::empty(), telegram(&runtime));
    let server = telling(&database, &telegram).with("RUST_LOG", "trace").serve();
    let (admin, company) = told_company(&server);
    let simulated = router(&runtime, (Ipv4Addr::LOCALHOST, 0).into());
    let address = simulated.address();
    let mut new = new_router(&company);
    (new["host"], new["puerto"]) = (json!(address.ip().to_string()), json!(address.port()));
    admin.post(&format!("/admin/empresas/{company}/routers"), &new).expect(201);
    let online = "SELECT count(*) FROM router_health WHERE condition = 'online'";
    eventually(SOON, "the router is online", || number(&database, online) == 1);
    let check = || database.statement("UPDATE router_health SET next_check_at = 'epoch'");

    drop(simulated);
    let down = "<b>🔴 Router con problemas</b>";
    eventually(SOON, "the problem is told", || {
        check();
        titles(&telegram) == [down]
    });
    let simulated = router(&runtime, address);
    eventually(SOON, "its end is told", || {
        check();
        titles(&telegram) == [down, "<b>🟢 Router en línea</b>"]
    });
    drop(simulated);
    assert!(telegram.messages().iter().all(|message| message.token == BOT && message.text.contains("Hotel Central")));
    server.terminate();
    let (_, log) = server.ended(SOON);
    assert!(log.contains("router has a problem"), "the log is about this router: {log}");
    assert!(!log.contains("the-bot-token"), "the token is in the log");
}

#[test]
fn a_notice_survives_the_process_that_was_sending_it() {
    let runtime = runtime();
    let (database, telegram) = (TestDatabase::empty(), telegram(&runtime));
    telegram.faults().arm(Armed::once(Fault::Hang(When::Before)));
    let server = telling(&database, &telegram).serve();
    let (_, company) = told_company(&server);
    database.statement(&format!(
        "INSERT INTO notices (company_id, kind, subject, occurrence) \
         VALUES ('{company}', 'gateway_credentials_refused', 'conekta', 0)"
    ));
    eventually(SOON, "the notice is being sent", || telegram.faults().struck() == 1);
    server.kill();
    assert_eq!(titles(&telegram), Vec::<String>::new());
    let lease = "SELECT count(*) FROM notices WHERE due_at BETWEEN now() AND now() + interval '1 minute'";
    assert_eq!(number(&database, lease), 1);
    database.statement("UPDATE notices SET due_at = now()");
    let server = telling(&database, &telegram).serve();
    eventually(SOON, "another process sends it", || titles(&telegram) == ["<b>⚠️ Credenciales rechazadas</b>"]);
    eventually(SOON, "that is recorded", || {
        number(&database, "SELECT count(*) FROM notices WHERE outcome = 'sent' AND tries = 2") == 1
    });
    drop(server);
}
