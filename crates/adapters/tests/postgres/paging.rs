//! What pages read of their lists, as PostgreSQL counts it for the store's own statements.

use portero_adapters::{PgExecutor, PgUnitOfWork, postgres::testing::TestDatabase};
use portero_domain::{
    filter::{ProductFilter, PurchaseFilter, RouterFilter, UserFilter},
    page::{Limit, Listing, Page, Start},
    ports::{Storage, StorageError, Stored, transact},
};
use portero_testkit::{
    builders::{a_company, a_purchase, a_router, a_user, an_offer, start},
    contract::seed_purchase,
};

use crate::fixture::{Fixture, number, shop};

const ROWS: u32 = 50_000;
const LIMIT: u16 = 50;
/// A statement gets its lasting plan when it has been run five times.
const TIMES: u16 = 8;

/// A store with a company, its router, and one of everything.
async fn stocked() -> Fixture {
    let store = shop(1).await;
    transact(&*store.storage, |storage| {
        let company = a_company().build().id;
        storage.users().insert(&a_user().admin_of(&company).build())?.unwrap();
        storage.products().insert(&company, &an_offer().build(), start())?.unwrap();
        Ok::<_, StorageError>(())
    })
    .await
    .unwrap();
    seed_purchase(&store, a_purchase().build()).await;
    // The row was stored twice. Only its last version is to be read.
    store.database.statement("VACUUM FULL purchases");
    store
}

/// The changes that make many purchases of one.
const PURCHASES: &str = "'reference', 'compra_' || lpad(n::text, 26, '0'), 'opened_at', at";

/// Makes a table's only row so many, a hundred of a moment. The changes make of it the `n`th, of the moment `at`.
fn multiply(database: &TestDatabase, table: &str, changes: &str) {
    database.statement(&format!(
        "INSERT INTO {table} OVERRIDING USER VALUE
             SELECT copy.* FROM {table} AS one, generate_series(1, {ROWS} - 1) AS n,
                 LATERAL (SELECT timestamptz '2025-01-16Z' + make_interval(secs => n / 100) AS at) AS moment,
                 LATERAL jsonb_populate_record(one, jsonb_build_object({changes})) AS copy;
         ANALYZE {table}"
    ));
}

/// How many rows of a table, or entries of its indexes, have been read so far by all sessions that have ended.
fn read_so_far(database: &TestDatabase, table: &str) -> i64 {
    database.statement("SELECT pg_stat_force_next_flush()");
    number(
        database,
        &format!(
            "SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relid = '{table}'::regclass) \
             FROM pg_stat_user_tables WHERE relid = '{table}'::regclass"
        ),
    )
}

/// What the work answers, and how many rows of the table it reads. It has a connection of its own, and when that has ended
/// everything is counted.
async fn counting<T: Send + 'static>(
    database: &TestDatabase,
    table: &str,
    work: impl FnOnce(&mut dyn Storage) -> Stored<T> + Send + 'static,
) -> (T, i64) {
    let before = read_so_far(database, table);
    let storage = PgUnitOfWork::new(PgExecutor::new(database.url(), 1));
    let answer = transact(&storage, work).await.unwrap();
    database.cut_connections();
    (answer, read_so_far(database, table) - before)
}

/// A page by cursor at the end of the list reads its own rows and one more, which tells whether a page follows. Every
/// request reads nothing else.
async fn a_far_page_is_as_near_as_the_first<T: Send + 'static>(
    database: &TestDatabase,
    table: &str,
    list: impl Fn(&mut dyn Storage, Page<T>) -> Stored<Listing<T>> + Copy + Send + 'static,
) {
    let page = |limit, start| Page { limit: Some(Limit::new(limit).unwrap()), start };
    let far = ROWS - 1_000;
    let (by_offset, passed) =
        counting(database, table, move |storage| list(storage, page(1, Start::Offset(far)))).await;
    assert!(passed > far.into(), "{table}: what is passed is read, and this counts it: {passed}");
    let cursor = by_offset.next.unwrap();
    for place in ["far", "first"] {
        let ((), read) = counting(database, table, move |storage| {
            for _ in 0..TIMES {
                let start = if place == "far" { Start::After(cursor) } else { Start::Beginning };
                let part = list(storage, page(LIMIT, start))?;
                assert_eq!((part.items.len(), part.total, part.next.is_some()), (LIMIT.into(), None, true));
            }
            Ok(())
        })
        .await;
        // The planner may also read one end of the index.
        let own = i64::from(LIMIT + 1);
        let (least, most) = (own * i64::from(TIMES), (own + 1) * i64::from(TIMES));
        assert!((least..=most).contains(&read), "{table}, {place} page: {read}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn far_pages_by_cursor_read_their_own_rows_and_no_others() {
    let store = stocked().await;
    let database = &store.database;
    let hotel = || a_company().build().id;
    multiply(database, "purchases", PURCHASES);
    a_far_page_is_as_near_as_the_first(database, "purchases", move |storage, page| {
        storage.purchases().list(&hotel(), &PurchaseFilter::default(), page)
    })
    .await;
    multiply(database, "products", "'profile_name', n, 'created_at', at");
    a_far_page_is_as_near_as_the_first(database, "products", move |storage, page| {
        storage.products().list(&hotel(), &ProductFilter::default(), page)
    })
    .await;
    multiply(database, "users", "'email', n || '@hotel.mx', 'created_at', at");
    a_far_page_is_as_near_as_the_first(database, "users", |storage, page| {
        storage.users().list(&UserFilter::default(), page)
    })
    .await;
    a_far_page_is_as_near_as_the_first(database, "users", move |storage, page| {
        storage.users().list(&UserFilter { company: Some(hotel()), role: None }, page)
    })
    .await;
    let key = "'id', 'key_' || n, 'token_sha256', sha256(n::text::bytea), 'issued_at', at, 'revoked_at', at";
    multiply(database, "api_keys", key);
    a_far_page_is_as_near_as_the_first(database, "api_keys", |storage, page| {
        storage.api_keys().list(&a_company().build().id, &a_router().build().id, page)
    })
    .await;
    multiply(database, "routers", "'id', 'RTR_' || lpad(n::text, 8, '0'), 'created_at', at");
    a_far_page_is_as_near_as_the_first(database, "routers", move |storage, page| {
        storage.routers().list(&hotel(), &RouterFilter::default(), page)
    })
    .await;
    multiply(
        database,
        "companies",
        "'id', 'EMP_' || lpad(n::text, 10, '0'), 'webhook_token', lpad(n::text, 32, '0'), 'created_at', at",
    );
    a_far_page_is_as_near_as_the_first(database, "companies", |storage, page| storage.companies().list(page)).await;
}

/// Where a page is the last one, its rows tell how long the list is.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_counted_only_where_its_rows_do_not_tell() {
    let store = stocked().await;
    let database = &store.database;
    multiply(database, "purchases", PURCHASES);
    for (limit, offset, read_of_it) in [(None, 49_990, 50_000), (Some(10), 49_990, 50_000), (Some(10), 0, 50_011)] {
        let (part, read) = counting(database, "purchases", move |storage| {
            let page = Page { limit: limit.map(|rows| Limit::new(rows).unwrap()), start: Start::Offset(offset) };
            storage.purchases().list(&a_company().build().id, &PurchaseFilter::default(), page)
        })
        .await;
        assert_eq!((part.items.len(), part.total), (10, Some(u64::from(ROWS))));
        // The planner may also read both ends of an index.
        assert!((read_of_it..=read_of_it + 2).contains(&read), "{limit:?} {offset}: {read}");
    }
}
