//! The database's own constraints, attacked past the program.

use diesel::result::{
    DatabaseErrorKind::{self, CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation},
    Error,
};
use portero_adapters::postgres::testing::TestDatabase;

/// Two companies, a router and a revoked key of the first, and a person.
fn furnished() -> TestDatabase {
    let database = TestDatabase::new();
    database.statement(
        "INSERT INTO companies (id, name, contact_email, conekta_mode, mercado_pago_mode, telegram_enabled, active, \
         created_at) SELECT id, 'Hotel', 'a@b.mx', 'test', 'test', false, true, '2025-01-15 09:00Z' \
         FROM unnest(ARRAY['EMP_0000000001', 'EMP_0000000002']) AS id",
    );
    database.statement(&router("RTR_00000001", "EMP_0000000001", 8728));
    database.statement(&key("key_1", "RTR_00000001", "EMP_0000000001", 1, "now()"));
    database.statement(&user("ana@hotel.mx", "super_admin", "NULL"));
    database.statement(&product("RTR_00000001", "EMP_0000000001", "1h", "2500, 'MXN', '[]'"));
    database
}

fn router(id: &str, company: &str, port: i32) -> String {
    format!(
        "INSERT INTO routers (id, company_id, name, host, port, tls, username, password_sealed, old_login, active, \
         created_at) VALUES ('{id}', '{company}', 'Router', '10.0.0.1', {port}, false, 'admin', 'v1.x', false, true, now())"
    )
}

fn key(id: &str, router: &str, company: &str, fingerprint: u8, revoked_at: &str) -> String {
    format!(
        "INSERT INTO api_keys (id, router_id, company_id, token_sha256, issued_at, expires_at, revoked_at) \
         VALUES ('{id}', '{router}', '{company}', decode(repeat('{fingerprint:02x}', 32), 'hex'), now(), now(), \
         {revoked_at})"
    )
}

fn user(email: &str, role: &str, company: &str) -> String {
    format!(
        "INSERT INTO users (email, name, role, company_id, password_hash, active, created_at) \
         VALUES ('{email}', 'Ana', '{role}', {company}, '$x', true, now())"
    )
}

fn product(router: &str, company: &str, profile: &str, price_currency_details: &str) -> String {
    format!(
        "INSERT INTO products (router_id, company_id, profile_id, profile_name, title, price_minor, currency, details, \
         active, position, featured, created_at) \
         VALUES ('{router}', '{company}', '*1', '{profile}', 'Una hora', {price_currency_details}, true, 0, false, now())"
    )
}

/// A delivered purchase. The number decides its reference.
fn purchase(number: u32, company: &str) -> String {
    format!(
        "INSERT INTO purchases (company_id, opened_at, reference, router_id, product_id, gateway, title, profile, \
         amount_minor, currency, live, customer_name, customer_email, installments, guest_kind, guest_name, \
         guest_secret_sealed, stage, charge_id, absences, paid_at, refunded_minor, refund_due, tries, version) \
         VALUES ('{company}', now(), 'compra_{number:026}', 'RTR_GONE0000', 99, 'conekta', 'Una hora', '1h', 2500, 'MXN', \
         false, 'Ana', 'ana@hotel.mx', 1, 'user', 'PT-AAAAAA', 'v1.x', 'delivered', 'ord_1', 0, now(), 0, false, 0, 0)"
    )
}

#[track_caller]
fn refused(database: &TestDatabase, kind: DatabaseErrorKind, sql: &str) {
    match database.attempt(sql) {
        Err(Error::DatabaseError(found, _)) => {
            assert_eq!(format!("{found:?}"), format!("{kind:?}"), "{sql}");
        }
        other => panic!("{other:?}: {sql}"),
    }
}

#[test]
fn a_router_has_no_second_unrevoked_key() {
    let database = furnished();
    database.statement(&key("key_2", "RTR_00000001", "EMP_0000000001", 2, "NULL"));
    refused(&database, UniqueViolation, &key("key_3", "RTR_00000001", "EMP_0000000001", 3, "NULL"));
    refused(&database, UniqueViolation, "UPDATE api_keys SET revoked_at = NULL");
    database.statement(&key("key_3", "RTR_00000001", "EMP_0000000001", 3, "now()"));
}

#[test]
fn two_keys_share_no_token_and_a_fingerprint_is_whole() {
    let database = furnished();
    refused(&database, UniqueViolation, &key("key_2", "RTR_00000001", "EMP_0000000001", 1, "now()"));
    refused(&database, CheckViolation, "UPDATE api_keys SET token_sha256 = '\\x00'");
}

#[test]
fn a_key_has_an_id_of_the_form_of_keys() {
    let database = furnished();
    for bad in ["key_", "key_A", "key_2 ", "RTR_00000002", ""] {
        refused(&database, CheckViolation, &key(bad, "RTR_00000001", "EMP_0000000001", 2, "now()"));
        refused(&database, CheckViolation, &format!("UPDATE api_keys SET id = '{bad}'"));
    }
}

#[test]
fn a_key_is_of_its_routers_company() {
    let database = furnished();
    refused(&database, ForeignKeyViolation, &key("key_2", "RTR_00000001", "EMP_0000000002", 2, "now()"));
    refused(&database, ForeignKeyViolation, &key("key_2", "RTR_00000009", "EMP_0000000001", 2, "now()"));
    refused(&database, ForeignKeyViolation, "UPDATE routers SET company_id = 'EMP_0000000002'");
}

#[test]
fn counts_are_never_negative_and_go_with_a_last_use() {
    let database = furnished();
    refused(&database, CheckViolation, "UPDATE api_keys SET use_count = -1, last_used_at = now()");
    refused(&database, CheckViolation, "UPDATE api_keys SET use_count = 1");
    refused(&database, CheckViolation, "UPDATE api_keys SET last_used_at = now()");
    database.statement("UPDATE api_keys SET use_count = 1, last_used_at = now()");
}

/// A table's check costs every update its time, whatever is updated, and portals make thousands a second.
#[test]
fn to_count_a_call_checks_the_count_and_nothing_else() {
    let database = TestDatabase::new();
    let checked = database.value(
        "SELECT string_agg(DISTINCT attname, ' ' ORDER BY attname) FROM pg_constraint JOIN pg_attribute \
         ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'c' AND conrelid = 'api_keys'::regclass",
    );
    assert_eq!(checked.as_deref(), Some("last_used_at use_count"));
}

#[test]
fn a_role_and_a_company_agree() {
    let database = furnished();
    refused(&database, CheckViolation, &user("b@hotel.mx", "super_admin", "'EMP_0000000001'"));
    refused(&database, CheckViolation, &user("b@hotel.mx", "company_admin", "NULL"));
    refused(&database, CheckViolation, &user("b@hotel.mx", "owner", "NULL"));
    refused(&database, ForeignKeyViolation, &user("b@hotel.mx", "company_admin", "'EMP_0000000009'"));
    database.statement(&user("b@hotel.mx", "company_admin", "'EMP_0000000001'"));
}

#[test]
fn an_email_is_registered_once_whatever_its_case() {
    let database = furnished();
    refused(&database, UniqueViolation, &user("ana@hotel.mx", "super_admin", "NULL"));
    refused(&database, CheckViolation, &user("Ana@hotel.mx", "super_admin", "NULL"));
}

#[test]
fn a_product_is_of_a_router_of_its_company() {
    let database = furnished();
    let good = "2500, 'MXN', '[]'";
    refused(&database, ForeignKeyViolation, &product("RTR_00000009", "EMP_0000000001", "2h", good));
    refused(&database, ForeignKeyViolation, &product("RTR_00000001", "EMP_0000000002", "2h", good));
    refused(&database, UniqueViolation, &product("RTR_00000001", "EMP_0000000001", "1h", good));
}

#[test]
fn a_product_has_a_price_a_currency_and_a_list() {
    let database = furnished();
    for bad in ["-1, 'MXN', '[]'", "2500, 'GBP', '[]'", "2500, 'mxn', '[]'", "2500, 'MXN', '{}'", "2500, 'MXN', ''"] {
        refused(&database, CheckViolation, &product("RTR_00000001", "EMP_0000000001", "2h", bad));
    }
}

#[test]
fn a_router_with_products_or_keys_stays() {
    let database = furnished();
    refused(&database, ForeignKeyViolation, "DELETE FROM routers");
    database.statement("DELETE FROM products");
    refused(&database, ForeignKeyViolation, "DELETE FROM routers");
    database.statement("DELETE FROM api_keys; DELETE FROM routers");
}

#[test]
fn a_router_has_a_form() {
    let database = furnished();
    for bad in ["RTR_0000000g", "RTR_0000000", "rtr_00000002", "EMP_00000002"] {
        refused(&database, CheckViolation, &router(bad, "EMP_0000000001", 8728));
    }
    for port in [0, -1, 65_536] {
        refused(&database, CheckViolation, &router("RTR_00000002", "EMP_0000000001", port));
    }
    refused(&database, ForeignKeyViolation, &router("RTR_00000002", "EMP_0000000009", 8728));
    refused(&database, NotNullViolation, "UPDATE routers SET password_sealed = NULL");
    refused(&database, CheckViolation, "UPDATE routers SET password_sealed = ''");
}

#[test]
fn a_company_with_routers_stays() {
    let database = furnished();
    refused(&database, ForeignKeyViolation, "DELETE FROM companies");
    refused(&database, CheckViolation, "UPDATE companies SET conekta_mode = 'production'");
    refused(&database, CheckViolation, "UPDATE companies SET id = 'EMP_1' WHERE id = 'EMP_0000000002'");
}

#[test]
fn a_webhook_token_has_one_form_and_is_of_one_company() {
    let database = furnished();
    for bad in
        ["''", "repeat('a', 31)", "repeat('a', 33)", "repeat('A', 32)", "repeat('a', 31) || E'\\n'", "repeat('-', 32)"]
    {
        refused(&database, CheckViolation, &format!("UPDATE companies SET webhook_token = {bad}"));
    }
    refused(&database, NotNullViolation, "UPDATE companies SET webhook_token = NULL");
    refused(&database, UniqueViolation, "UPDATE companies SET webhook_token = repeat('a', 32)");
}

#[test]
fn a_gateways_settings_are_whole() {
    let database = furnished();
    for column in [
        "mercado_pago_access_token_sealed",
        "mercado_pago_webhook_secret_sealed",
        "mercado_pago_user_id",
        "conekta_webhook_public_key",
    ] {
        refused(&database, CheckViolation, &format!("UPDATE companies SET {column} = ''"));
    }
    refused(&database, CheckViolation, "UPDATE companies SET mercado_pago_user_id = '123'");
    database.statement("UPDATE companies SET mercado_pago_access_token_sealed = 'v1.x', mercado_pago_user_id = '123'");
    refused(&database, CheckViolation, "UPDATE companies SET mercado_pago_access_token_sealed = NULL");
}

#[test]
fn a_company_has_one_logo_of_a_known_kind_and_size_which_goes_with_it() {
    let database = furnished();
    let logo = |company: &str, tag: &str, kind: &str, length: usize| {
        format!(
            "INSERT INTO company_logos (company_id, tag, kind, content) \
             VALUES ('{company}', '{tag}', '{kind}', decode(repeat('00', {length}), 'hex'))"
        )
    };
    let (first, second) = ("EMP_0000000001", "EMP_0000000002");
    for bad in [
        logo(first, "a1b2c", "png", 1),
        logo(first, "A1B2C3", "png", 1),
        logo(first, "a1b2c3", "svg", 1),
        logo(first, "a1b2c3", "png", 0),
        logo(first, "a1b2c3", "png", 1_048_577),
    ] {
        refused(&database, CheckViolation, &bad);
    }
    refused(&database, ForeignKeyViolation, &logo("EMP_0000000009", "a1b2c3", "png", 1));
    database.statement(&logo(first, "a1b2c3", "png", 1_048_576));
    refused(&database, UniqueViolation, &logo(first, "000000", "jpg", 1));
    database.statement(&logo(second, "a1b2c3", "webp", 1));
    database.statement(&format!("DELETE FROM companies WHERE id = '{second}'"));
    assert_eq!(crate::fixture::number(&database, "SELECT count(*) FROM company_logos"), 1);
}

#[test]
fn a_purchase_outlives_its_router_and_has_a_company() {
    let database = furnished();
    database.statement(&purchase(1, "EMP_0000000001"));
    refused(&database, ForeignKeyViolation, &purchase(2, "EMP_0000000009"));
    for bad in [
        "amount_minor = 0",
        "currency = 'XXX'",
        "gateway = 'stripe'",
        "refunded_minor = 2501",
        "refunded_minor = -1",
        "installments = 0",
        "reference = 'compra_1'",
        "charge_id = 'a b'",
        "guest_kind = 'mac'",
        "guest_secret_sealed = ''",
        "tries = -1",
        // A PIN is a secret.
        "guest_kind = 'pin'",
        "guest_kind = 'pin', guest_name = 'PT-12345678'",
    ] {
        refused(&database, CheckViolation, &format!("UPDATE purchases SET {bad}"));
    }
    database.statement("UPDATE purchases SET guest_kind = 'pin', guest_name = '78'");
}

#[test]
fn a_purchase_is_never_in_an_impossible_stage() {
    let database = furnished();
    database.statement(&purchase(1, "EMP_0000000001"));
    for (stage, good, bad) in [
        ("opened", "charge_id = NULL", "stage_at = now()"),
        ("opened", "charge_id = NULL", "cause = 'refunded'"),
        ("reserved", "cause = 'gateway_unreachable'", "cause = 'unpaid.absent'"),
        ("charging", "stage_at = now(), absences = 2", "stage_at = NULL"),
        ("charging", "stage_at = now()", "cause = 'unpaid.absent'"),
        ("confirming", "stage_at = now()", "stage_at = now(), charge_id = NULL"),
        ("cancelling", "cause = 'unpaid.declined.cancelled'", "cause = NULL"),
        ("cancelling", "cause = 'unpaid.absent'", "cause = 'refund.late'"),
        ("paid", "stage_at = now()", "stage_at = now(), paid_at = NULL"),
        ("paid", "stage_at = now()", "stage_at = now(), charge_id = NULL"),
        ("delivered", "absences = 0", "paid_at = NULL"),
        ("delivered", "absences = 0", "charge_id = NULL"),
        ("delivered", "absences = 0", "cause = 'unpaid.absent'"),
        ("delivered", "absences = 0", "absences = 1"),
        ("refunding", "cause = 'refund.late'", "cause = 'refund.late', charge_id = NULL"),
        ("withdrawing", "cause = 'unpaid.absent'", "cause = NULL"),
        ("withdrawing", "cause = 'refunded'", "cause = 'refunded', charge_id = NULL"),
        ("closed", "cause = 'charged_back'", "cause = 'charged_back', charge_id = NULL"),
        ("closed", "cause = 'unpaid.guest.rejected'", "cause = 'manual.mismatch'"),
        ("manual", "cause = 'manual.mismatch', charge_id = NULL", "cause = NULL"),
        ("confirming", "stage_at = now(), cardholder = '{}'", "absences = 3, stage_at = now()"),
    ] {
        let set = |parts: &str| format!("UPDATE purchases SET stage = '{stage}', cause = NULL, {parts}");
        let set = |parts: &str| {
            if parts.contains("cause") { set(parts).replacen("cause = NULL, ", "", 1) } else { set(parts) }
        };
        let tried = |sql: &str| format!("DO $$ BEGIN {sql}; RAISE EXCEPTION 'accepted'; END $$");
        match database.attempt(&tried(&set(good))) {
            Err(Error::DatabaseError(_, information)) => {
                assert_eq!(information.message(), "accepted", "{stage}: {good}");
            }
            other => panic!("{other:?}: {stage}: {good}"),
        }
        refused(&database, CheckViolation, &set(bad));
    }
    for unknown in ["'sold'", "''"] {
        refused(&database, CheckViolation, &format!("UPDATE purchases SET stage = {unknown}"));
    }
    refused(&database, CheckViolation, "UPDATE purchases SET cardholder = '{}'");
}

#[test]
fn what_belongs_to_a_purchase_is_whole() {
    let database = furnished();
    let key = |kind: &str, length: u8| {
        format!(
            "INSERT INTO purchase_keys (company_id, kind, key, reference, request) \
             VALUES ('EMP_0000000001', '{kind}', decode(repeat('ab', {length}), 'hex'), 'compra_1', decode(repeat('cd', 32), 'hex'))"
        )
    };
    database.statement(&key("card", 32));
    refused(&database, UniqueViolation, &key("card", 32));
    database.statement(&key("identity", 32));
    refused(&database, CheckViolation, &key("card", 31));
    refused(&database, CheckViolation, &key("token", 32));
    let refund = |number: i32, cents: i32, state: &str| {
        format!(
            "INSERT INTO purchase_refunds (company_id, purchase_id, number, amount_minor, requested_at, done_at, problem) \
             VALUES ('EMP_0000000001', 1, {number}, {cents}, now(), {state})"
        )
    };
    database.statement(&refund(1, 1, "NULL, NULL"));
    refused(&database, UniqueViolation, &refund(1, 2, "NULL, NULL"));
    for bad in [refund(0, 1, "NULL, NULL"), refund(2, 0, "NULL, NULL"), refund(2, 1, "now(), 'too_old'")] {
        refused(&database, CheckViolation, &bad);
    }
}

/// What each names without the company is global: companies, their webhooks' addresses, users, sessions, processes, and the ids of routers.
#[test]
fn keys_of_a_tenants_table_contain_the_company() {
    let database = TestDatabase::new();
    let without_company = |names: &str, from: &str, columns: &str| {
        database.value(&format!(
            "SELECT string_agg({names}, ' ' ORDER BY {names} COLLATE \"C\") FROM {from} AND NOT EXISTS (SELECT \
             FROM pg_attribute WHERE attrelid = of AND attnum = ANY ({columns}) AND attname = 'company_id')",
        ))
    };
    let unique = "(SELECT indrelid AS of, indkey, relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
         WHERE indisunique AND relnamespace = current_schema()::regnamespace) AS found WHERE relname NOT LIKE '\\_%'";
    let expected = "companies_one_webhook_token companies_pkey processes_pkey routers_one_id_per_database sessions_pkey users_email_key users_pkey";
    assert_eq!(without_company("relname", unique, "indkey").as_deref(), Some(expected));
    let foreign = "(SELECT conrelid AS of, conkey, conname FROM pg_constraint WHERE contype = 'f' \
         AND connamespace = current_schema()::regnamespace) AS found WHERE true";
    assert_eq!(without_company("conname", foreign, "conkey").as_deref(), Some("sessions_user_id_fkey"));
}

#[test]
fn two_companies_share_no_routers_id() {
    let database = furnished();
    refused(&database, UniqueViolation, &router("RTR_00000001", "EMP_0000000002", 8728));
}

#[test]
fn a_person_who_is_gone_has_no_session() {
    let database = furnished();
    let insert = "INSERT INTO sessions SELECT 'ses_a1b2c3d4e5f6g7h8i9j0k1l2m3', id, now(), now() FROM users";
    database.statement(insert);
    database.statement("DELETE FROM users");
    assert_eq!(crate::fixture::number(&database, "SELECT count(*) FROM sessions"), 0);
    let stranger = insert.replace("id, now()", "99, now()").replace("FROM users", "");
    refused(&database, ForeignKeyViolation, &stranger);
}

#[test]
fn a_routers_health_is_whole_and_goes_with_it() {
    let database = furnished();
    let health = |company: &str, router: &str| {
        format!(
            "INSERT INTO router_health (company_id, router_id, next_check_at) VALUES ('{company}', '{router}', now())"
        )
    };
    database.statement(&health("EMP_0000000001", "RTR_00000001"));
    refused(&database, UniqueViolation, &health("EMP_0000000001", "RTR_00000001"));
    refused(&database, ForeignKeyViolation, &health("EMP_0000000001", "RTR_00000009"));
    refused(&database, ForeignKeyViolation, &health("EMP_0000000002", "RTR_00000001"));
    let look = |columns: &str| format!("UPDATE router_health SET {columns}");
    let online =
        "condition = 'online', since = now(), checked_at = now(), contact_at = now(), latency_us = 0, version = '7'";
    let away = "condition = 'unreachable', since = now(), checked_at = now(), error = 'away'";
    for bad in [
        "condition = 'asleep', since = now(), checked_at = now(), error = 'asleep'",
        "condition = 'unreachable', since = now(), checked_at = now()",
        "condition = 'unreachable', since = now(), checked_at = now(), error = ''",
        "condition = 'unreachable', since = now(), error = 'away'",
        "condition = 'unreachable', checked_at = now(), error = 'away'",
        "since = now(), checked_at = now()",
        "error = 'away'",
        "condition = 'online', since = now(), checked_at = now()",
        "contact_at = now(), latency_us = 0, version = '7'",
        &format!("{online}, error = 'away'"),
        &format!("{away}, clock_skew_us = 1"),
        &format!("{away}, contact_at = now(), latency_us = 1"),
        &format!("{away}, contact_at = now(), latency_us = -1, version = '7'"),
        &format!("{away}, latency_us = 1, version = '7'"),
    ] {
        refused(&database, CheckViolation, &look(bad));
    }
    database.statement(&look(online));
    database.statement(&look("error = 'away', condition = 'unreachable', clock_skew_us = -1"));

    let change = |router: &str, condition: &str, error: &str| {
        let values = format!("'EMP_0000000001', '{router}', now(), '{condition}', {error}");
        format!("INSERT INTO router_health_changes (company_id, router_id, at, condition, error) VALUES ({values})")
    };
    refused(&database, ForeignKeyViolation, &change("RTR_00000009", "online", "NULL"));
    for (condition, error) in
        [("asleep", "'asleep'"), ("online", "'away'"), ("unreachable", "NULL"), ("unreachable", "''")]
    {
        refused(&database, CheckViolation, &change("RTR_00000001", condition, error));
    }
    database.statement(&change("RTR_00000001", "unreachable", "'away'"));
    database.statement("DELETE FROM products; DELETE FROM api_keys; DELETE FROM routers");
    for table in ["router_health", "router_health_changes"] {
        assert_eq!(crate::fixture::number(&database, &format!("SELECT count(*) FROM {table}")), 0);
    }
}

fn notice(kind: &str, subject: &str, occurrence: i64) -> String {
    format!(
        "INSERT INTO notices (company_id, kind, subject, occurrence) \
         VALUES ('EMP_0000000001', '{kind}', '{subject}', {occurrence})"
    )
}

#[test]
fn a_notice_is_stored_once_and_has_a_known_kind() {
    let database = furnished();
    database.statement(&notice("router_down", "RTR_00000001", 1));
    refused(&database, UniqueViolation, &notice("router_down", "RTR_00000001", 1));
    database.statement(&notice("router_down", "RTR_00000001", 2));
    database.statement(&notice("router_up", "RTR_00000001", 1));
    refused(&database, CheckViolation, &notice("router_lost", "RTR_00000001", 1));
    refused(&database, CheckViolation, &notice("router_up", "", 1));
    refused(&database, ForeignKeyViolation, "UPDATE notices SET company_id = 'EMP_0000000009'");
}

#[test]
fn a_notice_is_due_or_has_ended_with_an_outcome() {
    let database = furnished();
    database.statement(&notice("router_down", "RTR_00000001", 1));
    for half in [
        "due_at = NULL",
        "outcome = 'sent'",
        "ended_at = now()",
        "due_at = NULL, ended_at = now()",
        "due_at = NULL, outcome = 'sent'",
        "ended_at = now(), outcome = 'sent'",
        "due_at = NULL, ended_at = now(), outcome = 'lost'",
        "tries = -1",
    ] {
        refused(&database, CheckViolation, &format!("UPDATE notices SET {half}"));
    }
    database.statement("UPDATE notices SET due_at = NULL, ended_at = now(), outcome = 'sent'");
}

fn webhook_event(gateway_event_charge: &str, purchase: &str) -> String {
    format!(
        "INSERT INTO webhook_events (company_id, gateway, event_id, charge_id, purchase) \
         VALUES ('EMP_0000000001', {gateway_event_charge}, {purchase})"
    )
}

#[test]
fn a_webhook_event_is_stored_once() {
    let database = furnished();
    let event = webhook_event("'conekta', 'evt_1', 'ord_1'", "NULL");
    database.statement(&event);
    refused(&database, UniqueViolation, &event);
    database.statement("UPDATE webhook_events SET next_try_at = NULL");
    refused(&database, UniqueViolation, &event);
    refused(&database, ForeignKeyViolation, "UPDATE webhook_events SET company_id = 'EMP_0000000009'");
    refused(&database, CheckViolation, "UPDATE webhook_events SET tries = -1");
}

#[test]
fn a_webhook_event_has_what_the_domain_reads_back() {
    let database = furnished();
    for bad in [
        "'paypal', 'evt_1', 'ord_1'",
        "'conekta', '', 'ord_1'",
        "'conekta', 'evt 1', 'ord_1'",
        "'conekta', 'evt_1', 'órden'",
        "'conekta', 'evt_1', repeat('x', 101)",
        "'conekta', repeat('x', 101), 'ord_1'",
        "'conekta', E'evt_1\\n', 'ord_1'",
    ] {
        refused(&database, CheckViolation, &webhook_event(bad, "NULL"));
    }
    for bad in ["''", "'compra_1'", "'compra_' || repeat('A', 26)", "'compra_' || repeat('a', 27)"] {
        refused(&database, CheckViolation, &webhook_event("'conekta', 'evt_1', 'ord_1'", bad));
    }
    refused(&database, NotNullViolation, &webhook_event("'conekta', 'evt_1', NULL", "NULL"));
    database.statement(&webhook_event("'conekta', repeat('~', 100), '!'", "'compra_' || repeat('z', 26)"));
}
