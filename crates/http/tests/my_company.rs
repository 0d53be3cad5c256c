use portero_domain::{
    company::Company,
    ids::CompanyId,
    ports::{SecretPlace, Vault},
    purchase::PaymentStatus,
    secret::Secret,
};
use portero_testkit::{
    FakeVault,
    builders::{a_company, a_product, a_purchase, a_router, a_user, an_offer, money, start},
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_example, assert_faulty, assert_fields, assert_other_role, example};

const MY_COMPANY: &str = "/api/v1/admin/mi-empresa";
const ROUTERS: &str = "/api/v1/admin/mi-empresa/routers";
const DASHBOARD: &str = "/api/v1/admin/mi-empresa/dashboard";
const TRANSACTIONS: &str = "/api/v1/admin/mi-empresa/transacciones";

/// The service with the company of the examples, its secrets and its logged-in admin.
async fn with_admin() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    let token = app.company_admin();
    (app, token)
}

/// Another company than the admin's, with one of everything.
fn other_company() -> Company {
    a_company().id("EMP_0000000001").named("Café Luna").with_secrets().build()
}

fn add_other_company(app: &TestApp) {
    let other = other_company();
    let id = other.id.clone();
    let router = a_router().id("RTR_00000009").of(&id).build();
    let offer = an_offer().on(&router.id).build();
    app.given(|store| store.with_company(other).with_router(router))
        .given(|store| store.with_product(a_product().id(99).of(&id).offering(offer).build()))
        .given(|store| store.with_purchase(a_purchase().of(&id).number(9).build()));
}

/// Two sales, the later one not paid yet.
fn add_sales(app: &TestApp) {
    let pending = a_purchase()
        .number(2)
        .amount(money("19.90"))
        .status(PaymentStatus::Pending)
        .opened_at(start().plus(Duration::minutes(90)));
    app.given(|store| store.with_purchase(a_purchase().build()).with_purchase(pending.build()));
}

fn bot_token(app: &TestApp, company: &CompanyId) -> Option<Secret> {
    let tables = app.store.tables();
    let stored = tables.companies.iter().find(|stored| stored.id == *company).unwrap();
    let place = SecretPlace::TelegramBotToken(company.clone());
    let sealed = stored.telegram.bot_token.as_ref();
    sealed.map(|sealed| FakeVault::default().decrypt(sealed, &place).unwrap())
}

#[actix_web::test]
async fn an_admin_sees_their_company_and_never_its_secrets() {
    let (app, token) = with_admin().await;
    let response = app.get(MY_COMPANY).bearer(&token).await;
    assert_example(&response, "find_my_company 200");
    assert!(!response.text.contains("private") && !response.text.contains("sealed"));
}

#[actix_web::test]
async fn a_company_without_a_bot_shows_none() {
    let app = TestApp::new().await;
    app.with_company();
    let token = app.company_admin();
    let response = app.get(MY_COMPANY).bearer(&token).await;
    assert_eq!(response.body["telegram_bot_token"], json!(null));
    assert_eq!(response.body["telegram_chat_id"], json!(null));
    assert_eq!(response.body["notificaciones_telegram"], json!(false));
}

#[actix_web::test]
async fn an_edit_changes_what_it_mentions() {
    let (app, token) = with_admin().await;
    let secret = bot_token(&app, &a_company().build().id);
    let response = app.put(MY_COMPANY).bearer(&token).json(&example("edit_my_company request")).await;
    assert_example(&response, "edit_my_company 200");
    assert_eq!(bot_token(&app, &a_company().build().id), secret);
    assert_eq!(app.get(MY_COMPANY).bearer(&token).await.body, response.body["empresa"]);
}

#[actix_web::test]
async fn the_bots_token_is_set_and_emptied_but_never_shown() {
    let (app, token) = with_admin().await;
    let id = a_company().build().id;
    let put = |value: &str| app.put(MY_COMPANY).bearer(&token).json(&json!({ "telegram_bot_token": value }));
    let response = put("654321:otro-bot").await;
    assert_eq!(response.body["empresa"]["telegram_bot_token"], "********");
    assert!(!response.text.contains("otro-bot"));
    assert_eq!(bot_token(&app, &id), Some(Secret::new("654321:otro-bot".into())));
    assert_eq!(app.unchanged(put("********")).await.body, response.body);
    assert_eq!(put("").await.body["empresa"]["telegram_bot_token"], json!(null));
    assert_eq!(bot_token(&app, &id), None);
}

#[actix_web::test]
async fn what_was_shown_may_be_sent_back_whole() {
    let (app, token) = with_admin().await;
    let shown = app.get(MY_COMPANY).bearer(&token).await.body;
    let response = app.unchanged(app.put(MY_COMPANY).bearer(&token).json(&shown)).await;
    assert_eq!((response.status, &response.body["empresa"]), (200, &shown));
}

#[actix_web::test]
async fn a_hidden_gateway_key_that_is_sent_back_stays_as_it_is() {
    let (app, token) = with_admin().await;
    let sealed = || app.store.tables().companies[0].conekta.private_key.clone();
    app.put(MY_COMPANY).bearer(&token).json(&json!({ "conekta_private_key": "key_live" })).await;
    let before = sealed();
    assert!(before.is_some());
    app.put(MY_COMPANY).bearer(&token).json(&json!({ "conekta_private_key": "********" })).await;
    assert_eq!(sealed(), before);
    app.put(MY_COMPANY).bearer(&token).json(&json!({ "conekta_private_key": "" })).await;
    assert_eq!(sealed(), None);
}

#[actix_web::test]
async fn an_edit_that_mentions_nothing_changes_nothing() {
    let (app, token) = with_admin().await;
    let mut nulls = example("edit_my_company request");
    nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = json!(null));
    for body in [json!({}), nulls, json!({ "id": "EMP_0000000001", "activa": false, "creada_en": "x" })] {
        assert_eq!(app.unchanged(app.put(MY_COMPANY).bearer(&token).json(&body)).await.status, 200);
    }
}

#[actix_web::test]
async fn an_edit_has_every_faulty_field_named() {
    let (app, token) = with_admin().await;
    let faults = [
        ("nombre", json!(""), "string_too_short"),
        ("contacto_email", json!("reservas@"), "value_error"),
        ("contacto_email", json!(""), "string_too_short"),
        ("contacto_telefono", json!(5), "string_type"),
        ("logo_url", json!("x".repeat(501)), "string_too_long"),
        ("conekta_mode", json!("real"), "value_error"),
        ("conekta_public_key", json!(false), "string_type"),
        ("mercado_pago_mode", json!(0), "string_type"),
        ("mercado_pago_public_key", json!("x".repeat(201)), "string_too_long"),
        ("telegram_bot_token", json!("a\u{0}"), "value_error"),
        ("telegram_chat_id", json!(-1_001_234_567_890_i64), "string_type"),
        ("notificaciones_telegram", json!("no"), "bool_type"),
    ];
    assert_faulty(|| app.put(MY_COMPANY).bearer(&token), &example("edit_my_company request"), &faults).await;
}

#[actix_web::test]
async fn an_admin_lists_their_companys_routers_as_a_super_admin_does() {
    let (app, token) = with_admin().await;
    app.given(|store| store.with_router(a_router().build()));
    let response = app.get(ROUTERS).bearer(&token).await;
    assert_example(&response, "list_my_routers 200");
    assert_eq!(response.header("x-total-count"), Some("1"));
    let super_admin = app.super_admin();
    let theirs = app.get("/admin/empresas/EMP_3A9F1C0B2D/routers").bearer(&super_admin).await;
    assert_eq!(theirs.text, response.text);
    let page = app.get(&format!("{ROUTERS}?offset=1")).bearer(&token).await;
    assert_eq!((page.header("x-total-count"), &page.body), (Some("1"), &json!([])));
}

#[actix_web::test]
async fn the_dashboard_sums_what_was_paid() {
    let (app, token) = with_admin().await;
    app.given(|store| store.with_router(a_router().build()));
    add_sales(&app);
    assert_example(&app.get(DASHBOARD).bearer(&token).await, "my_dashboard 200");

    for (number, status) in [(3, PaymentStatus::Failed), (4, PaymentStatus::Refunded), (5, PaymentStatus::Paid)] {
        app.given(|store| store.with_purchase(a_purchase().number(number).status(status).build()));
    }
    app.given(|store| store.with_purchase(a_purchase().number(6).amount(money("0.05")).build()));
    let response = app.get(DASHBOARD).bearer(&token).await;
    let sums = r#""ingresos_por_moneda":[{"moneda":"MXN","monto":50.05}],"transacciones_pagadas":3,"transacciones_pendientes":1"#;
    assert!(response.text.contains(sums), "{response:?}");
    assert!(response.text.contains(r#""total_transacciones":6,"ingresos_totales":50.05"#), "{response:?}");
    assert_eq!(response.body["transacciones_recientes"].as_array().unwrap().len(), 5);
}

#[actix_web::test]
async fn a_company_that_has_sold_nothing_has_an_empty_dashboard() {
    let (app, token) = with_admin().await;
    let response = app.get(DASHBOARD).bearer(&token).await;
    assert!(response.text.contains(r#""ingresos_totales":0.00"#), "{response:?}");
    assert_eq!(response.body["transacciones_recientes"], json!([]));
}

#[actix_web::test]
async fn transactions_come_newest_first_and_in_parts() {
    let (app, token) = with_admin().await;
    add_sales(&app);
    assert_example(&app.get(TRANSACTIONS).bearer(&token).await, "list_my_transactions 200");
    for (query, limit, offset, ids) in [
        ("?limit=1", 1, 0, json!([2])),
        ("?limit=1&offset=1", 1, 1, json!([1])),
        ("?offset=2", 50, 2, json!([])),
        ("?limit=500&offset=0", 500, 0, json!([2, 1])),
    ] {
        let Value::Object(body) = app.get(&format!("{TRANSACTIONS}{query}")).bearer(&token).await.body else {
            panic!("no object")
        };
        let found: Vec<_> = body["transacciones"].as_array().unwrap().iter().map(|sale| sale["id"].clone()).collect();
        assert_eq!((&body["total"], &body["limit"], &body["offset"]), (&json!(2), &json!(limit), &json!(offset)));
        assert_eq!(json!(found), ids, "{query}");
    }
}

#[actix_web::test]
async fn every_standing_of_a_payment_has_its_word() {
    let (app, token) = with_admin().await;
    let words = [
        (PaymentStatus::Paid, "paid", "pagado"),
        (PaymentStatus::Pending, "pending", "pendiente"),
        (PaymentStatus::Confirming, "pending", "confirmando"),
        (PaymentStatus::Failed, "failed", "rechazado"),
        (PaymentStatus::Refunded, "refunded", "reembolsado"),
        (PaymentStatus::ChargedBack, "charged_back", "contracargo"),
        (PaymentStatus::Manual, "in_review", "manual"),
    ];
    for (number, (status, older, word)) in (1..).zip(words) {
        app.given(|store| store.with_purchase(a_purchase().number(number).status(status).build()));
        let newest = app.get(&format!("{TRANSACTIONS}?limit=1")).bearer(&token).await.body["transacciones"][0].clone();
        assert_eq!((&newest["estado_pago"], &newest["estado"]), (&json!(older), &json!(word)));
        let of_state = app.get(&format!("{TRANSACTIONS}?estado={word}")).bearer(&token).await.body;
        assert_eq!((&of_state["total"], &of_state["transacciones"][0]), (&json!(1), &newest));
    }
}

#[actix_web::test]
async fn a_faulty_part_of_a_list_is_named() {
    let (app, token) = with_admin().await;
    for path in [ROUTERS, TRANSACTIONS] {
        let response = app.get(&format!("{path}?limit=501&offset=x")).bearer(&token).await;
        assert_fields(&response, &[("query.limit", "out_of_range"), ("query.offset", "int_type")]);
    }
}

#[actix_web::test]
async fn an_admin_sees_and_changes_nothing_of_another_company() {
    let (app, token) = with_admin().await;
    add_other_company(&app);
    assert_example(&app.get(MY_COMPANY).bearer(&token).await, "find_my_company 200");
    assert_eq!(app.get(ROUTERS).bearer(&token).await.body, json!([]));
    let dashboard = app.get(DASHBOARD).bearer(&token).await.body;
    assert_eq!(dashboard["estadisticas"]["total_transacciones"], json!(0));
    assert_eq!(dashboard["estadisticas"]["total_routers"], json!(0));
    assert_eq!(dashboard["transacciones_recientes"], json!([]));
    let transactions = app.get(TRANSACTIONS).bearer(&token).await.body;
    assert_eq!((&transactions["empresa_id"], &transactions["total"]), (&json!("EMP_3A9F1C0B2D"), &json!(0)));

    let mut edit = example("edit_my_company request");
    edit["id"] = json!("EMP_0000000001");
    edit["empresa_id"] = json!("EMP_0000000001");
    assert_eq!(app.put(MY_COMPANY).bearer(&token).json(&edit).await.status, 200);
    assert!(app.store.tables().companies.contains(&other_company()));
}

#[actix_web::test]
async fn a_super_admin_has_no_company_of_their_own() {
    let (app, _) = with_admin().await;
    let token = app.signed_in(3, a_user());
    let endpoints =
        [("GET", MY_COMPANY), ("PUT", MY_COMPANY), ("GET", ROUTERS), ("GET", DASHBOARD), ("GET", TRANSACTIONS)];
    assert_other_role(&app, &token, &endpoints, "Se requiere rol CLIENTE_ADMIN").await;
}
