//! What the statements do inside PostgreSQL, seen from their own session.

use std::{sync::MutexGuard, thread};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl,
    dsl::sql,
    select, sql_query,
    sql_types::{BigInt, Text},
};
use portero_domain::ports::{PresentedKey, Refusal, Storage};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of, key_id, start};

use super::{
    batch,
    statement::{Uses, count},
};
use crate::postgres::{
    connection_string::{self, Connector},
    testing::TestDatabase,
    unit_of_work::PgStorage,
};

/// So few that one page holds every version of the records, whatever old view of them a neighbour in the database keeps alive.
const CALLS: i64 = 8;

#[derive(QueryableByName, Debug, PartialEq)]
struct Pair {
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    second: i64,
}

/// The two keys of a fresh shop, in the order of their ids. Their records lie the other way round.
fn stocked(connection: &mut PgConnection) -> [PresentedKey; 2] {
    let mut storage = PgStorage { connection };
    storage.companies().insert(&a_company().build()).unwrap().unwrap();
    let mut keys = [("RTR_00000002", "key_b"), ("RTR_00000001", "key_a")].map(|(router, key)| {
        let router = a_router().id(router).build();
        let key = a_key().id(key).of(&router).build();
        storage.routers().insert(&router).unwrap().unwrap();
        storage.api_keys().insert(&key, fingerprint_of(key.id())).unwrap();
        let parts = key.parts().clone();
        PresentedKey {
            fingerprint: fingerprint_of(&parts.id),
            id: parts.id,
            router: parts.router,
            company: parts.company,
        }
    });
    keys.reverse();
    keys
}

/// Admits these calls, all together.
fn admit(connection: &mut PgConnection, calls: &[&PresentedKey]) {
    let calls: Vec<_> = calls.iter().map(|key| (*key, start())).collect();
    for verdict in batch::admit(connection, &calls).unwrap() {
        verdict.unwrap().unwrap();
    }
}

/// A session that has admitted two keys many times, alone and together.
fn after_many_calls(database: &TestDatabase) -> MutexGuard<'_, PgConnection> {
    let mut connection = database.connection();
    let [a, b] = stocked(&mut connection);
    for _ in 0..CALLS {
        admit(&mut connection, &[&a]);
        admit(&mut connection, &[&b, &a, &b]);
    }
    connection
}

/// Either statement is, whatever it is asked.
#[test]
fn a_statement_is_prepared_once_a_connection() {
    let database = TestDatabase::new();
    let mut connection = after_many_calls(&database);
    let prepared = sql_query(
        "SELECT 1::bigint AS first, (generic_plans + custom_plans)::bigint AS second FROM pg_prepared_statements \
         WHERE statement LIKE '%UPDATE api_keys%'",
    );
    let prepared: Vec<Pair> = prepared.load(&mut *connection).unwrap();
    assert_eq!(prepared, [Pair { first: 1, second: CALLS }, Pair { first: 1, second: CALLS }]);
}

/// A heap-only update touches no index, so counting stays as cheap as the table is old.
#[test]
fn counting_is_a_heap_only_update() {
    let database = TestDatabase::new();
    let mut connection = after_many_calls(&database);
    sql_query("SELECT pg_stat_force_next_flush()").execute(&mut *connection).unwrap();
    let updates = sql_query(
        "SELECT n_tup_upd AS first, n_tup_hot_upd AS second FROM pg_stat_user_tables \
         WHERE relid = 'api_keys'::regclass",
    );
    let updates: Pair = updates.get_result(&mut *connection).unwrap();
    assert_eq!(updates, Pair { first: 3 * CALLS, second: 3 * CALLS });
}

/// The gate's connection commits without waiting for the disk. No other connection does.
#[test]
fn only_the_gates_connection_does_not_wait_for_the_disk() {
    let database = TestDatabase::new();
    let shown = |connector: Connector| {
        let setting = select(sql::<Text>("current_setting('synchronous_commit')"));
        setting.get_result::<String>(&mut connector.establish().unwrap()).unwrap()
    };
    assert_eq!(shown(connection_string::for_gate(database.url())), "off");
    assert_ne!(shown(connection_string::for_requests(database.url())), "off");
}

/// Runs work on a session of its own; while it waits for what the database's own session holds, `meanwhile` is run there, and
/// then that is committed.
fn held_up<T: Send, U>(
    database: &TestDatabase,
    work: impl FnOnce(&mut PgConnection) -> T + Send,
    meanwhile: impl FnOnce() -> U,
) -> (T, U) {
    thread::scope(|scope| {
        let work = scope.spawn(|| work(&mut PgConnection::establish(database.url()).unwrap()));
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
        while database.value(waiting).unwrap() == "0" && !work.is_finished() {
            thread::yield_now();
        }
        let seen = meanwhile();
        database.statement("COMMIT");
        (work.join().unwrap(), seen)
    })
}

/// A statement locks rows in the order of their ids, whatever the order of its requests. While it waits for a row, it
/// holds the rows before it and none behind it. So two statements never wait for each other.
#[test]
fn records_are_locked_in_the_order_of_their_ids() {
    let database = TestDatabase::new();
    let keys = stocked(&mut database.connection());
    let lock = |key: usize, wait: &str| format!("SELECT FROM api_keys WHERE id = '{}' FOR UPDATE {wait}", keys[key].id);
    for asked in [[0, 1], [1, 0]] {
        for (held, free) in [(0, "1"), (1, "0")] {
            database.statement(&format!("BEGIN; {}", lock(held, "")));
            let (counted, seen) = held_up(
                &database,
                |connection| {
                    let uses = asked.map(|key| Uses { key: &keys[key], count: 1 });
                    count(connection, &uses, start()).map(|counted| counted.len())
                },
                || database.value(&format!("SELECT count(*) FROM ({}) AS free", lock(1 - held, "SKIP LOCKED"))),
            );
            assert_eq!(seen.as_deref(), Some(free), "asked for {asked:?} while {held} was held");
            assert_eq!(counted.unwrap(), 2);
        }
    }
}

/// A right key in the same batch would hide an admitted wrong one, because the row is counted once in both cases.
#[test]
fn a_batch_lets_in_no_key_that_is_right_but_for_one_thing() {
    let database = TestDatabase::new();
    let mut connection = database.connection();
    let [a, b] = stocked(&mut connection);
    for wrong in [
        PresentedKey { id: key_id("key_c"), ..b.clone() },
        PresentedKey { router: a.router.clone(), ..b.clone() },
        PresentedKey { fingerprint: fingerprint_of(&key_id("key_c")), ..b.clone() },
    ] {
        let verdicts = batch::admit(&mut connection, &[(&a, start()), (&wrong, start())]).unwrap();
        let refusals: Vec<_> = verdicts.into_iter().map(|verdict| verdict.unwrap().err()).collect();
        assert_eq!(refusals, [None, Some(Refusal::Unknown)], "{wrong:?}");
    }
    drop(connection);
    assert_eq!(database.value("SELECT use_count FROM api_keys WHERE id = 'key_b'").unwrap(), "0");
}

/// A statement that has found its keys open and waits for one of them acts on it as the revocation left it.
#[test]
fn a_batch_that_waited_for_a_revocation_refuses_that_key_alone() {
    let database = TestDatabase::new();
    let [a, b] = stocked(&mut database.connection());
    database.statement("BEGIN; UPDATE api_keys SET revoked_at = now() WHERE id = 'key_a'");
    let work =
        |connection: &mut PgConnection| batch::admit(connection, &[&a, &b, &a].map(|key| (key, start()))).unwrap();
    let (verdicts, ()) = held_up(&database, work, || ());
    let refusals: Vec<_> = verdicts.into_iter().map(|verdict| verdict.unwrap().err()).collect();
    assert_eq!(refusals, [Some(Refusal::Revoked), None, Some(Refusal::Revoked)]);
    assert_eq!(database.value("SELECT sum(use_count) FROM api_keys").unwrap(), "1");
}
