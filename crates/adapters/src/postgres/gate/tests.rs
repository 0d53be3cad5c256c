//! What the statement does inside PostgreSQL, seen from its own session.

use std::sync::MutexGuard;

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};
use portero_domain::ports::{PresentedKey, Storage};
use portero_testkit::builders::{a_company, a_key, a_router, fingerprint_of, start};

use super::batch::judge_one;
use crate::postgres::{testing::TestDatabase, unit_of_work::PgStorage};

const CALLS: i64 = 20;

#[derive(QueryableByName, Debug, PartialEq)]
struct Pair {
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    second: i64,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    synchronous_commit: String,
}

/// The key of a fresh shop.
fn stocked(connection: &mut PgConnection) -> PresentedKey {
    let key = a_key().build();
    let mut storage = PgStorage { connection };
    storage.companies().insert(&a_company().build()).unwrap().unwrap();
    storage.routers().insert(&a_router().build()).unwrap().unwrap();
    storage.api_keys().insert(&key, fingerprint_of(key.id())).unwrap();
    let parts = key.parts().clone();
    PresentedKey { fingerprint: fingerprint_of(&parts.id), id: parts.id, router: parts.router, company: parts.company }
}

/// A session that has admitted one key many times.
fn after_many_calls(database: &TestDatabase) -> MutexGuard<'_, PgConnection> {
    let mut connection = database.connection();
    let key = stocked(&mut connection);
    for _ in 0..CALLS {
        judge_one(&mut connection, &key, start()).unwrap().unwrap();
    }
    connection
}

#[test]
fn the_statement_is_prepared_once_a_connection() {
    let database = TestDatabase::new();
    let mut connection = after_many_calls(&database);
    let prepared = sql_query(
        "SELECT count(*) AS first, sum(generic_plans + custom_plans)::bigint AS second FROM pg_prepared_statements \
         WHERE statement LIKE 'UPDATE api_keys%'",
    );
    let prepared: Pair = prepared.get_result(&mut *connection).unwrap();
    assert_eq!(prepared, Pair { first: 1, second: CALLS });
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
    assert_eq!(updates, Pair { first: CALLS, second: CALLS });
}

/// The wait for the disk is left out for the statement's own transaction, not for what the connection does next.
#[test]
fn only_counting_does_without_the_wait_for_the_disk() {
    let database = TestDatabase::new();
    let mut connection = database.connection();
    let key = stocked(&mut connection);
    let shown = |connection: &mut PgConnection| {
        let setting: Setting = sql_query("SHOW synchronous_commit").get_result(connection).unwrap();
        setting.synchronous_commit
    };
    let usual = shown(&mut connection);
    assert_ne!(usual, "off");
    connection.batch_execute("BEGIN").unwrap();
    judge_one(&mut connection, &key, start()).unwrap().unwrap();
    assert_eq!(shown(&mut connection), "off");
    connection.batch_execute("COMMIT").unwrap();
    judge_one(&mut connection, &key, start()).unwrap().unwrap();
    assert_eq!(shown(&mut connection), usual);
}
