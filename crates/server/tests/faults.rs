//! The database going away, and coming back.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use portero_adapters::postgres::testing::TestDatabase;
use serde_json::json;

use crate::support::{
    client::{Answer, Client},
    eventually,
    program::{ADMIN, PASSWORD, Program, Server},
    proxy::{Network, Proxy},
    sql::{Held, number},
    tenant::{Tenant, new_router},
};

const CONFIG: &str = "/api/v1/config/public";

/// What a caller waits at most, whatever the database does.
const PROMISED: Duration = Duration::from_secs(3);
/// How soon a service is well again.
const RECOVERY: Duration = Duration::from_secs(10);

const FAILURES: [Network; 3] = [Network::Refuses, Network::Cuts, Network::Freezes];

#[track_caller]
fn says_not_now(answer: &Answer, when: &str) {
    assert_eq!(answer.status, 503, "{when}: {}", answer.body);
    assert!(answer.took < PROMISED, "{when}: took {:?}", answer.took);
    let detail = answer.body["detail"].as_str();
    assert!(detail.is_some_and(|text| text.starts_with("Servicio")), "{when}: {}", answer.body);
    assert!(matches!(answer.text("code"), "busy" | "unavailable"), "{when}: {}", answer.body);
    assert_eq!(answer.retry_after.as_deref(), Some("1"), "{when}");
}

/// A good result of `/ready` serves for a second.
#[track_caller]
fn is_soon_not_ready(server: &Server, when: &str) {
    let away = || server.client().get("/ready").status == 503;
    eventually(Duration::from_secs(1) + PROMISED, "the service is not ready", away);
    says_not_now(&server.client().get("/ready"), when);
}

fn is_well_again(server: &Server, portal: &Client) {
    let well = || server.client().get("/ready").status == 200 && portal.get(CONFIG).status == 200;
    eventually(RECOVERY, "the service is well again", well);
}

#[test]
fn while_the_database_is_away_every_call_is_answered_in_time_and_the_service_recovers_by_itself() {
    let database = TestDatabase::new();
    let proxy = Proxy::to(&database);
    let server = Program::serving(&database).with("DATABASE_URL", proxy.url()).serve();
    let tenant = Tenant::of(&server);
    let portal = server.client().with_key(&tenant.key);
    for failure in FAILURES {
        portal.get(CONFIG).expect(200);
        proxy.set(failure);
        let when = format!("{failure:?}");
        // Twice: first with connections that were good, then with none left.
        for _ in 0..2 {
            thread::scope(|scope| {
                let anybody = server.client();
                let login = json!({"email": ADMIN, "password": PASSWORD});
                let body = new_router(&tenant.company);
                let (tenant, portal) = (&tenant, &portal);
                let calls = [
                    scope.spawn(move || portal.get(CONFIG)),
                    scope.spawn(move || portal.get("/api/v1/catalogo_perfiles_venta")),
                    scope.spawn(move || tenant.admin.get(&tenant.routers())),
                    scope.spawn(move || tenant.admin.post(&tenant.routers(), &body)),
                    scope.spawn(move || tenant.admin.post(&tenant.regenerate(), &json!({}))),
                    scope.spawn(move || anybody.post("/api/v1/auth/login", &login)),
                ];
                for call in calls {
                    says_not_now(&call.join().unwrap(), &when);
                }
            });
            is_soon_not_ready(&server, &when);
            let health = server.client().get("/health").expect(200);
            assert!(health.took < Duration::from_secs(1), "{when}: {:?}", health.took);
        }
        proxy.set(Network::Works);
        is_well_again(&server, &portal);
    }
    assert_eq!(number(&database, "SELECT count(*) FROM routers"), 1, "nothing was done on the quiet");
    assert_eq!(number(&database, "SELECT count(*) FROM api_keys"), 1);
}

#[test]
fn a_registration_during_a_failure_is_done_wholly_or_not_at_all() {
    let database = TestDatabase::new();
    let proxy = Proxy::to(&database);
    let program = Program::serving(&database).with("DATABASE_URL", proxy.url()).with("DATABASE_POOL_SIZE", "4");
    let server = program.serve();
    let tenant = Tenant::of(&server);
    let portal = server.client().with_key(&tenant.key);
    let (over, registered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let answered = thread::scope(|scope| {
        let registering: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut ids = Vec::new();
                    while !over.load(SeqCst) {
                        let answer = tenant.admin.post(&tenant.routers(), &new_router(&tenant.company));
                        if answer.status == 503 {
                            says_not_now(&answer, "registering");
                        } else {
                            ids.push(answer.expect(201).text("id").to_owned());
                            registered.fetch_add(1, SeqCst);
                        }
                    }
                    ids
                })
            })
            .collect();
        for failure in FAILURES.into_iter().cycle().take(6) {
            let before = registered.load(SeqCst);
            eventually(RECOVERY, "routers are registered", || registered.load(SeqCst) >= before + 8);
            proxy.set(failure);
            is_soon_not_ready(&server, "in between");
            proxy.set(Network::Works);
            is_well_again(&server, &portal);
        }
        over.store(true, SeqCst);
        registering.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    // What was in flight may still be carried out; then there is a router with its key, or neither.
    let broken = "SELECT count(*) FROM routers WHERE (SELECT count(*) FROM api_keys WHERE router_id = routers.id) <> 1";
    assert_eq!(number(&database, broken), 0);
    let ids = answered.join("','");
    let found = number(&database, &format!("SELECT count(*) FROM routers WHERE id IN ('{ids}')"));
    assert_eq!(usize::try_from(found).unwrap(), answered.len(), "what was answered is there");
}

#[test]
fn connections_ended_by_the_database_cost_their_callers_a_503_at_most() {
    let database = TestDatabase::new();
    let server = Program::serving(&database).serve();
    let tenant = Tenant::of(&server);
    let portal = server.client().with_key(&tenant.key);
    let (over, admitted, not_now) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let note = |answer: &Answer, count: &AtomicUsize| {
        if answer.status == 200 {
            count.fetch_add(1, SeqCst);
        } else {
            says_not_now(answer, "connections ended");
            not_now.fetch_add(1, SeqCst);
        }
    };
    let others = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(SeqCst) {
                    note(&portal.get(CONFIG), &admitted);
                    note(&tenant.admin.put(&tenant.toggle(), &json!({})), &others);
                }
            });
        }
        for _ in 0..4 {
            let before = admitted.load(SeqCst);
            eventually(RECOVERY, "calls are admitted", || admitted.load(SeqCst) >= before + 20);
            database.cut_connections();
        }
        over.store(true, SeqCst);
    });
    assert!(not_now.load(SeqCst) > 0, "some calls were hit");
    let counted = number(&database, "SELECT use_count FROM api_keys WHERE revoked_at IS NULL");
    let admitted = i64::try_from(admitted.load(SeqCst)).unwrap();
    let unheard = i64::try_from(not_now.load(SeqCst)).unwrap();
    assert!((admitted..=admitted + unheard).contains(&counted), "{admitted} admitted, {counted} counted");
}

#[test]
fn an_exhausted_pool_says_not_now_without_a_pile_of_threads_and_recovers() {
    const CALLERS: usize = 40;
    let database = TestDatabase::empty();
    let server = Program::serving(&database).with("DATABASE_POOL_SIZE", "2").serve();
    let tenant = Tenant::of(&server);
    let portal = server.client().with_key(&tenant.key);
    portal.get(CONFIG).expect(200);
    let calm = server.threads();

    let held = Held::all_of(&database, "routers");
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        let blockers: Vec<_> =
            (0..2).map(|_| scope.spawn(|| tenant.admin.post(&tenant.regenerate(), &json!({})))).collect();
        eventually(RECOVERY, "both connections are taken", || held.waiting() == 2);
        let begun = Instant::now();
        let calls: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| tenant.admin.get(&tenant.routers()))).collect();
        while !calls.iter().all(thread::ScopedJoinHandle::is_finished) {
            most.fetch_max(server.threads(), SeqCst);
            assert!(begun.elapsed() < PROMISED * 2, "the callers are all answered");
            thread::sleep(Duration::from_millis(20));
        }
        let answers: Vec<Answer> = calls.into_iter().map(|call| call.join().unwrap()).collect();
        let busy = answers.iter().filter(|answer| answer.status == 503).count();
        assert!(busy >= CALLERS / 2, "{busy} of {CALLERS} were told to come again");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            says_not_now(answer, "exhausted");
        }
        for blocker in blockers {
            says_not_now(&blocker.join().unwrap(), "held by a lock");
        }
        server.client().get("/health").expect(200);
    });
    let most = most.load(SeqCst);
    assert!(most <= calm + 8, "{calm} threads before, {most} with {CALLERS} callers");
    drop(held);
    is_well_again(&server, &portal);
    tenant.admin.post(&tenant.regenerate(), &json!({})).expect(200);
}
