//! Ending well, and ending badly.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicI64, Ordering::SeqCst},
    thread,
    time::Duration,
};

use minreq::Method;
use portero_adapters::postgres::testing::TestDatabase;
use serde_json::json;

use crate::support::{
    eventually,
    program::Program,
    sql::{Held, connections, number},
    tenant::Tenant,
};

const CONFIG: &str = "/api/v1/config/public";

#[test]
fn a_request_in_flight_is_answered_before_the_process_ends() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let tenant = Tenant::of(&server);
    let held = Held::all_of(&database, "routers");
    thread::scope(|scope| {
        let call = scope.spawn(|| tenant.admin.post(&tenant.regenerate(), &json!({})));
        eventually(Duration::from_secs(10), "the request waits for the router", || held.waiting() == 1);
        server.terminate();
        eventually(Duration::from_secs(10), "nobody is let in any more", || {
            server.client().attempt(Method::Get, "/health", None).is_err()
        });
        // Longer than a service that does not wait for its requests takes to end.
        thread::sleep(Duration::from_millis(1_300));
        assert!(!call.is_finished(), "the request is still in flight");
        drop(held);
        call.join().unwrap().expect(200);
    });
    let (status, log) = server.ended(Duration::from_secs(30));
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.trim_end().ends_with("stopped"), "{log}");
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let mut idle = TcpStream::connect(server.address).unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nHost: portero\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    server.terminate();
    // Far less than the time that a running request is given.
    let (status, log) = server.ended(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{log}");
}

#[test]
fn a_process_killed_under_load_loses_no_count_and_no_revocation() {
    const CALLERS: i64 = 16;
    let database = TestDatabase::empty();
    let program = Program::serving(&database);
    let server = program.serve();
    let tenant = Tenant::of(&server);
    let new_key = tenant.admin.post(&tenant.regenerate(), &json!({})).expect(200).text("new_api_key").to_owned();
    server.client().with_key(&tenant.key).get(CONFIG).expect(401);

    let answered = AtomicI64::new(0);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            let portal = server.client().with_key(&new_key);
            let answered = &answered;
            scope.spawn(move || {
                while let Ok(answer) = portal.attempt(Method::Get, CONFIG, None) {
                    answered.fetch_add(i64::from(answer.status == 200), SeqCst);
                }
            });
        }
        eventually(Duration::from_secs(30), "calls are answered", || answered.load(SeqCst) >= 200);
        server.kill();
    });
    eventually(Duration::from_secs(10), "PostgreSQL is done with the killed process", || connections(&database) == 0);
    let answered = answered.load(SeqCst);
    let counted = number(&database, "SELECT use_count FROM api_keys WHERE revoked_at IS NULL");
    assert!((answered..=answered + CALLERS).contains(&counted), "{answered} answered, {counted} counted");

    let server = program.serve();
    server.client().with_key(&tenant.key).get(CONFIG).expect(401);
    server.client().with_key(&new_key).get(CONFIG).expect(200);
    assert_eq!(number(&database, "SELECT use_count FROM api_keys WHERE revoked_at IS NULL"), counted + 1);
}
