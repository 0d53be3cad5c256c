//! Health checks in the background, on real sockets.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::Duration,
};

use portero_adapters::postgres::testing::TestDatabase;
use portero_routeros_sim::{Account, Settings, Simulator};
use serde_json::json;
use tokio::runtime::Runtime;

use super::wire::has_the_shape_of;
use crate::support::{
    client::Client,
    eventually,
    program::{ADMIN, PASSWORD, Program, Server, Starting},
    sql::number,
    tenant::{ROUTER_PASSWORD, new_company, new_router},
};

/// How long something may take that does not wait for a router's patience.
const SOON: Duration = Duration::from_secs(15);

/// The service, which looks at routers, on this machine too.
fn watching(database: &TestDatabase) -> Program {
    Program::serving(database).with("ROUTER_CHECK_INTERVAL_SECONDS", "60").with("ALLOW_LOOPBACK_ROUTERS", "true")
}

/// A super admin and their company.
struct Company {
    admin: Client,
    id: String,
}

impl Company {
    fn of(server: &Server) -> Self {
        let admin = server.client().log_in(ADMIN, PASSWORD);
        let id = admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned();
        Self { admin, id }
    }

    /// Registers a router at this address. Returns the path of its health.
    fn register(&self, address: SocketAddr) -> String {
        let mut router = new_router(&self.id);
        router["host"] = json!(address.ip().to_string());
        router["puerto"] = json!(address.port());
        let routers = format!("/admin/empresas/{}/routers", self.id);
        let router = self.admin.post(&routers, &router).expect(201).text("id").to_owned();
        format!("{routers}/{router}/salud")
    }

    /// Waits until a router has this state.
    #[track_caller]
    fn becomes(&self, health: &str, state: &str) {
        eventually(SOON, state, || self.admin.get(health).expect(200).text("estado") == state);
    }
}

/// A runtime for the routers, which the process has nothing to do with.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// A router that lets the routers of [`new_router`] in, listening there.
fn simulator(runtime: &Runtime, listen: SocketAddr) -> Simulator {
    let settings = Settings {
        listen,
        accounts: vec![Account::full("admin", ROUTER_PASSWORD)],
        max_sessions: 100,
        ..Settings::default()
    };
    runtime.block_on(Simulator::start(settings)).unwrap()
}

fn anywhere() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// An address at which no server listens.
fn nowhere() -> SocketAddr {
    TcpListener::bind(anywhere()).unwrap().local_addr().unwrap()
}

/// Makes every router due at once, as an edit of each does.
fn make_all_due(database: &TestDatabase) {
    database.statement("UPDATE router_health SET next_check_at = 'epoch'");
}

/// How many routers are still due at once.
fn due(database: &TestDatabase) -> i64 {
    number(database, "SELECT count(*) FROM router_health WHERE next_check_at = 'epoch'")
}

#[test]
fn a_router_is_looked_at_on_one_session_that_is_kept() {
    let runtime = runtime();
    let router = simulator(&runtime, anywhere());
    let database = TestDatabase::empty();
    let server = watching(&database).serve();
    let company = Company::of(&server);
    let health = company.register(router.address());
    company.becomes(&health, "en_linea");
    let told = company.admin.get(&health).expect(200).body;
    has_the_shape_of(&told, "router_health 200");
    assert!(told["version"].as_str().unwrap().starts_with("7.18"), "{told}");
    assert_eq!((&told["error"], &told["cambios"][0]["estado"]), (&json!(null), &json!("en_linea")));

    for _ in 0..3 {
        let before = company.admin.get(&health).expect(200).text("ultima_revision").to_owned();
        make_all_due(&database);
        eventually(SOON, "another look", || company.admin.get(&health).expect(200).text("ultima_revision") != before);
    }
    assert_eq!(router.router().logged("logged in"), 1, "{:?}", router.router().log_lines());
    assert_eq!(number(&database, "SELECT count(*) FROM router_health_changes"), 1);
}

#[test]
fn trouble_and_its_end_are_logged_once_each() {
    let runtime = runtime();
    let database = TestDatabase::empty();
    let server = watching(&database).serve();
    let company = Company::of(&server);
    let address = nowhere();
    let health = company.register(address);
    company.becomes(&health, "sin_conexion");
    for _ in 0..2 {
        make_all_due(&database);
        eventually(SOON, "another look", || due(&database) == 0);
    }
    let router = simulator(&runtime, address);
    eventually(SOON, "it is back", || {
        make_all_due(&database);
        company.admin.get(&health).expect(200).text("estado") == "en_linea"
    });
    drop(router);
    let log = server.log();
    for once in ["router has a problem", "router is online again"] {
        assert_eq!(log.matches(once).count(), 1, "{once}: {log}");
    }
    assert!(!log.contains(ROUTER_PASSWORD), "{log}");
    let changes = "SELECT string_agg(condition, ' ' ORDER BY id) FROM router_health_changes";
    assert_eq!(database.value(changes).as_deref(), Some("unreachable online"));
}

#[test]
fn a_router_on_this_machine_is_not_connected_to_unless_that_is_allowed() {
    let database = TestDatabase::empty();
    let server = watching(&database).with("ALLOW_LOOPBACK_ROUTERS", "false").serve();
    let company = Company::of(&server);
    let listener = TcpListener::bind(anywhere()).unwrap();
    let health = company.register(listener.local_addr().unwrap());
    company.becomes(&health, "direccion_rechazada");
    let fleet = company.admin.get("/admin/routers/salud?estado=direccion_rechazada").expect(200);
    assert_eq!(fleet.body[0]["error"], "No se permite conectar a la dirección del router");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn nobody_waits_for_a_silent_router_but_the_end_of_the_process() {
    let database = TestDatabase::empty();
    let server = watching(&database).serve();
    let company = Company::of(&server);
    let silent = TcpListener::bind(anywhere()).unwrap();
    let health = company.register(silent.local_addr().unwrap());
    let (_connection, _) = silent.accept().unwrap();

    for path in ["/health", "/ready"] {
        assert!(server.client().get(path).expect(200).took < Duration::from_secs(1), "{path}");
    }
    let told = company.admin.get(&health).expect(200);
    assert!(told.took < Duration::from_secs(1) && told.text("estado") == "desconocido", "{told:?}");
    let other = company.register(nowhere());
    company.becomes(&other, "sin_conexion");
    server.terminate();
    let (status, log) = server.ended(Duration::from_secs(20));
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.trim_end().ends_with("stopped"), "{log}");
    let found = "SELECT count(*) FROM router_health WHERE condition = 'unreachable'";
    assert_eq!(number(&database, found), 2, "the look under way was ended: {log}");
}

#[test]
fn two_processes_share_the_fleet_and_look_at_each_router_once() {
    const ROUTERS: usize = 50;
    let runtime = runtime();
    let router = simulator(&runtime, anywhere());
    let database = TestDatabase::empty();
    // A process that checks no router, so that all are due when the two begin.
    let server = Program::serving(&database).serve();
    let company = Company::of(&server);
    for _ in 0..ROUTERS {
        company.register(router.address());
    }
    assert_eq!(number(&database, "SELECT count(*) FROM router_health WHERE condition IS NOT NULL"), 0);
    let watchers = [watching(&database).start(), watching(&database).start()].map(Starting::serving);
    let online = || number(&database, "SELECT count(*) FROM router_health WHERE condition = 'online'");
    eventually(SOON, "all are looked at", || usize::try_from(online()) == Ok(ROUTERS));
    let logins = router.router().logged("logged in");
    assert_eq!(logins, ROUTERS, "each process signs in where it looks");
    drop(watchers);
}
