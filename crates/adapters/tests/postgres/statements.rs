//! Every statement about a tenant's table names the company.

use std::sync::Once;

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

/// The tables whose rows belong to a company.
const TENANT_TABLES: [&str; 15] = [
    "api_keys",
    "company_logos",
    "notices",
    "products",
    "purchase_events",
    "purchase_keys",
    "purchase_queue",
    "purchase_refunds",
    "purchase_sums",
    "purchases",
    "reconciliations",
    "router_health",
    "router_health_changes",
    "routers",
    "webhook_events",
];

/// The background finds what is due in all companies. What it does then names their companies. So does a statement that
/// encrypts the secrets of all companies again.
const OF_ALL_COMPANIES: [&str; 6] = [
    "SELECT router_health.company_id, router_health.router_id FROM router_health WHERE (router_health.next_check_at <= ",
    "WITH due AS ( SELECT company_id, purchase_id FROM purchase_queue WHERE due_at <= ",
    "UPDATE purchase_queue SET due_at = statement_timestamp(), holder = NULL FROM purchases WHERE purchase_queue.holder = ",
    "SELECT purchases.company_id, purchases.reference, purchases.guest_secret_sealed FROM purchases WHERE (purchases.company_id, ",
    "WITH RECURSIVE waiting (company_id) AS ( (SELECT company_id FROM webhook_events WHERE next_try_at IS NOT NULL ",
    "SELECT webhook_events.company_id, webhook_events.id FROM webhook_events WHERE (webhook_events.received_at < ",
];

/// Checks the statements of all connections that are made from now on. A statement that does not name the company panics,
/// which fails the work that sent it.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        set_default_instrumentation(|| Some(Box::new(|event: InstrumentationEvent<'_>| check(&event)))).unwrap();
    });
}

pub(crate) fn check(event: &InstrumentationEvent<'_>) {
    if let InstrumentationEvent::StartQuery { query, .. } = event {
        let sql = query.to_string();
        assert!(names_the_company(&sql), "a statement does not name the company: {sql}");
    }
}

/// Whether the conditions of a statement, or the columns of an INSERT, name the company of each tenant's table in it.
fn names_the_company(sql: &str) -> bool {
    let sql = sql.split(" -- binds: ").next().unwrap_or_default().replace('"', "");
    let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<_> = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let tables: Vec<_> = TENANT_TABLES.iter().filter(|table| words.contains(table)).collect();
    let conditions = match words[0] {
        "SELECT" => " FROM ",
        "UPDATE" | "DELETE" => " WHERE ",
        "INSERT" => " (",
        "WITH" => {
            if sql.contains(" JOIN ") {
                " JOIN "
            } else {
                " WHERE "
            }
        }
        // What is not about rows: settings, transactions, the schema.
        _ => return true,
    };
    let conditions = sql.split_once(conditions).map_or("", |(_, conditions)| conditions);
    let inserted = |table: &str| sql.contains(&format!("INSERT INTO {table} (company_id"));
    let named = |table: &str| {
        inserted(table)
            || conditions.contains(&format!("{table}.company_id"))
            || (tables.len() == 1 && conditions.contains("company_id"))
    };
    OF_ALL_COMPANIES.iter().any(|known| sql.starts_with(known)) || tables.iter().all(|table| named(table))
}

#[test]
fn a_statement_that_forgets_the_company_is_found() {
    for forgetful in [
        "SELECT routers.company_id FROM routers WHERE routers.id = $1 -- binds: [\"company_id\"]",
        "UPDATE routers SET company_id = $1, name = $2 WHERE routers.id = $3",
        "DELETE FROM \"api_keys\" WHERE (\"api_keys\".\"router_id\" = $1)",
        "DELETE FROM products",
        "WITH done AS (UPDATE purchases SET stage = $1 WHERE id = $2 RETURNING id) SELECT count(*) FROM done",
        "INSERT INTO router_health (router_id) VALUES ($1)",
        "SELECT count(*) FROM routers JOIN api_keys ON api_keys.router_id = routers.id WHERE routers.company_id = $1",
        "SELECT id FROM router_health WHERE next_check_at <= $1",
        "DELETE FROM webhook_events WHERE received_at < $1",
    ] {
        assert!(!names_the_company(forgetful), "{forgetful}");
    }
    for good in [
        "SELECT id FROM users WHERE email = $1",
        "SELECT count(*) FROM purchases\n WHERE company_id = $1",
        "INSERT INTO \"routers\" (\"id\", \"company_id\") VALUES ($1, $2)",
        "DELETE FROM \"api_keys\" WHERE ((\"api_keys\".\"company_id\" = $1) AND (\"api_keys\".\"id\" = $2))",
        "BEGIN",
    ] {
        assert!(names_the_company(good), "{good}");
    }
}
