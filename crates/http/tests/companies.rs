use portero_domain::{
    ids::CompanyId,
    ports::{SecretPlace, Vault},
    secret::{Sealed, Secret},
};
use portero_testkit::{
    FakeVault,
    builders::{a_company, a_key, a_router, a_user, company_id, start},
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_error, assert_example, assert_faulty, assert_fields, assert_other_role, example};

const COMPANIES: &str = "/admin/empresas";
const COMPANY: &str = "/admin/empresas/EMP_3A9F1C0B2D";

const ENDPOINTS: [(&str, &str); 8] = [
    ("GET", "/admin/dashboard"),
    ("GET", COMPANIES),
    ("POST", COMPANIES),
    ("GET", COMPANY),
    ("PUT", COMPANY),
    ("PUT", "/admin/empresas/EMP_3A9F1C0B2D/toggle-activo"),
    ("PUT", "/admin/empresas/EMP_3A9F1C0B2D/activo"),
    ("GET", "/admin/empresas/EMP_3A9F1C0B2D/stats"),
];

/// The service with a logged-in super admin and the company of the examples.
async fn with_company() -> (TestApp, String) {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.with_company();
    (app, token)
}

fn private_key(company: &CompanyId, sealed: Option<&Sealed>) -> Option<Secret> {
    let place = SecretPlace::ConektaPrivateKey(company.clone());
    sealed.map(|sealed| FakeVault::default().decrypt(sealed, &place).unwrap())
}

#[actix_web::test]
async fn a_new_company_is_answered_with_its_place_and_without_its_secret() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.clock.set(start().plus(Duration::microseconds(123_456)));
    app.ids.then_companies([company_id("EMP_3A9F1C0B2D")]);
    let response = app.post(COMPANIES).bearer(&token).json(&example("create_company request")).await;
    assert_example(&response, "create_company 201");
    assert_eq!(response.header("location"), Some(COMPANY));
    let stored = &app.store.tables().companies[0];
    let key = private_key(&stored.id, stored.conekta.private_key.as_ref());
    assert_eq!(key, Some(Secret::new("key_private_conekta".into())));
    let found = app.get(COMPANY).bearer(&token).await;
    assert_eq!((found.status, found.text), (200, response.text));
}

#[actix_web::test]
async fn a_company_needs_no_more_than_a_name_and_an_email() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    let nothing = |value: Value| {
        json!({
            "nombre": " Café Luna ", "contacto_email": "Hola@CafeLuna.MX", "contacto_telefono": value,
            "conekta_private_key": value, "conekta_public_key": value, "conekta_mode": null,
        })
    };
    let least = json!({ "nombre": "Café Luna", "contacto_email": "hola@cafeluna.mx" });
    for body in [least, nothing(json!(null)), nothing(json!(""))] {
        let response = app.post(COMPANIES).bearer(&token).json(&body).await;
        assert_eq!(response.status, 201, "{response:?}");
        assert_eq!(response.body["nombre"], "Café Luna");
        assert_eq!(response.body["contacto_email"], "hola@cafeluna.mx");
        assert_eq!(response.body["conekta_mode"], "test");
        for field in ["contacto_telefono", "conekta_public_key"] {
            assert_eq!(response.body[field], json!(null));
        }
    }
    assert!(app.store.tables().companies.iter().all(|company| company.conekta.private_key.is_none()));
}

#[actix_web::test]
async fn a_new_company_has_every_faulty_field_named() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    let faults = [
        ("nombre", json!("  "), "string_too_short"),
        ("nombre", json!(null), "missing"),
        ("nombre", json!("x".repeat(101)), "string_too_long"),
        ("nombre", json!("Hotel\u{0}"), "value_error"),
        ("contacto_email", json!("hotelcentral.mx"), "value_error"),
        ("contacto_email", json!(null), "missing"),
        ("contacto_email", json!(""), "string_too_short"),
        ("contacto_telefono", json!(525_512_345_678_u64), "string_type"),
        ("contacto_telefono", json!("5".repeat(31)), "string_too_long"),
        ("conekta_private_key", json!("x".repeat(257)), "string_too_long"),
        ("conekta_public_key", json!({}), "string_type"),
        ("conekta_mode", json!("production"), "value_error"),
        ("conekta_mode", json!(true), "string_type"),
    ];
    assert_faulty(|| app.post(COMPANIES).bearer(&token), &example("create_company request"), &faults).await;
}

#[actix_web::test]
async fn companies_are_listed_oldest_first_and_in_parts() {
    let (app, token) = with_company().await;
    assert_example(&app.get(COMPANIES).bearer(&token).await, "list_companies 200");

    let later = |id, hours| a_company().id(id).created_at(start().plus(Duration::hours(hours))).build();
    app.given(|store| store.with_company(later("EMP_0000000002", 2)).with_company(later("EMP_0000000001", 1)));
    for (query, ids) in [
        ("", json!(["EMP_3A9F1C0B2D", "EMP_0000000001", "EMP_0000000002"])),
        ("?limit=2", json!(["EMP_3A9F1C0B2D", "EMP_0000000001"])),
        ("?limit=500&offset=1", json!(["EMP_0000000001", "EMP_0000000002"])),
        ("?offset=3", json!([])),
    ] {
        let response = app.get(&format!("{COMPANIES}{query}")).bearer(&token).await;
        let found: Vec<_> = response.body.as_array().unwrap().iter().map(|company| company["id"].clone()).collect();
        assert_eq!((response.header("x-total-count"), json!(found)), (Some("3"), ids), "{query}");
    }
}

#[actix_web::test]
async fn a_faulty_part_of_a_list_is_named() {
    let (app, token) = with_company().await;
    for (query, faults) in [
        ("?limit=0", &[("query.limit", "out_of_range")][..]),
        ("?limit=501", &[("query.limit", "out_of_range")]),
        ("?limit=ten&offset=-1", &[("query.limit", "int_type"), ("query.offset", "out_of_range")]),
        ("?offset=99999999999999999999", &[("query.offset", "int_type")]),
    ] {
        assert_fields(&app.get(&format!("{COMPANIES}{query}")).bearer(&token).await, faults);
    }
}

#[actix_web::test]
async fn a_company_is_shown_and_one_that_nobody_knows_is_not() {
    let (app, token) = with_company().await;
    assert_example(&app.get(COMPANY).bearer(&token).await, "find_company 200");
    for id in ["EMP_0000000000", "EMP_3a9f1c0b2d", "RTR_A1B2C3D4", "1", "%00", "EMP_3A9F1C0B2D%20"] {
        for (method, tail, body) in [
            ("GET", "", json!({})),
            ("PUT", "", json!({ "nombre": "Otro" })),
            ("PUT", "/toggle-activo", json!({})),
            ("PUT", "/activo", json!({ "activo": false })),
            ("GET", "/stats", json!({})),
        ] {
            let path = format!("{COMPANIES}/{id}{tail}");
            let response = app.unchanged(app.call(method, &path).bearer(&token).json(&body)).await;
            assert_example(&response, "find_company 404");
        }
    }
}

#[actix_web::test]
async fn an_edit_changes_what_it_mentions() {
    let (app, token) = with_company().await;
    let response = app.put(COMPANY).bearer(&token).json(&example("edit_company request")).await;
    assert_example(&response, "edit_company 200");
    let stored = &app.store.tables().companies[0];
    let key = private_key(&stored.id, stored.conekta.private_key.as_ref());
    assert_eq!(key, Some(Secret::new("key_private_conekta_live".into())));
    assert_eq!(app.get(COMPANY).bearer(&token).await.text, response.text);
}

#[actix_web::test]
async fn an_edit_that_mentions_nothing_changes_nothing() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    let mut nulls = example("edit_company request");
    nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = json!(null));
    for body in [json!({}), nulls, json!({ "id": "EMP_0000000000", "activa": false, "otro": 1 })] {
        assert_eq!(app.unchanged(app.put(COMPANY).bearer(&token).json(&body)).await.status, 200);
    }
}

#[actix_web::test]
async fn an_empty_text_empties_what_may_be_empty() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    let fields = ["contacto_telefono", "logo_url", "conekta_public_key", "mercado_pago_public_key"];
    let mut body = json!({ "conekta_private_key": "" });
    for field in fields {
        body[field] = json!("");
    }
    let response = app.put(COMPANY).bearer(&token).json(&body).await;
    assert_eq!(response.status, 200);
    assert!(fields.iter().all(|&field| response.body[field].is_null()), "{response:?}");
    let stored = &app.store.tables().companies[0];
    assert_eq!(stored.conekta.private_key, None);
    assert!(stored.telegram.bot_token.is_some());
}

#[actix_web::test]
async fn an_edit_has_every_faulty_field_named() {
    let (app, token) = with_company().await;
    let faults = [
        ("nombre", json!(""), "string_too_short"),
        ("contacto_email", json!(""), "string_too_short"),
        ("contacto_email", json!("x@y"), "value_error"),
        ("contacto_telefono", json!("\u{7}"), "value_error"),
        ("logo_url", json!("x".repeat(501)), "string_too_long"),
        ("conekta_mode", json!(""), "value_error"),
        ("conekta_public_key", json!("x".repeat(201)), "string_too_long"),
        ("conekta_private_key", json!(["x"]), "string_type"),
        ("mercado_pago_mode", json!("LIVE"), "value_error"),
        ("mercado_pago_public_key", json!(1.5), "string_type"),
    ];
    assert_faulty(|| app.put(COMPANY).bearer(&token), &example("edit_company request"), &faults).await;
}

#[actix_web::test]
async fn no_answer_shows_a_secret() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    for call in
        [app.get(COMPANIES), app.get(COMPANY), app.put(COMPANY).json(&json!({})), app.get(&format!("{COMPANY}/stats"))]
    {
        let response = call.bearer(&token).await;
        assert_eq!(response.status, 200);
        for secret in ["private", "sealed", "telegram"] {
            assert!(!response.text.contains(secret), "{response:?}");
        }
    }
}

#[actix_web::test]
async fn a_toggle_switches_off_and_on() {
    let (app, token) = with_company().await;
    let toggle = || app.put("/admin/empresas/EMP_3A9F1C0B2D/toggle-activo").bearer(&token);
    assert_example(&toggle().await, "toggle_company 200 off");
    assert!(!app.store.tables().companies[0].active);
    assert_example(&toggle().await, "toggle_company 200");
    assert!(app.store.tables().companies[0].active);
}

#[actix_web::test]
async fn a_switch_said_twice_changes_nothing_more() {
    let (app, token) = with_company().await;
    let switch =
        |on: bool| app.put("/admin/empresas/EMP_3A9F1C0B2D/activo").bearer(&token).json(&json!({ "activo": on }));
    assert_example(&switch(false).await, "switch_company 200");
    assert_example(&app.unchanged(switch(false)).await, "switch_company 200");
    assert_eq!(switch(true).await.body, example("toggle_company 200"));
    assert_eq!(app.unchanged(switch(true)).await.body, example("toggle_company 200"));
}

#[actix_web::test]
async fn a_switch_has_its_faulty_field_named() {
    let (app, token) = with_company().await;
    let faults =
        [("activo", json!(null), "missing"), ("activo", json!("true"), "bool_type"), ("activo", json!(1), "bool_type")];
    let call = || app.put("/admin/empresas/EMP_3A9F1C0B2D/activo").bearer(&token);
    assert_faulty(call, &example("switch_company request"), &faults).await;
}

#[actix_web::test]
async fn the_keys_of_a_company_that_is_off_are_refused() {
    let (app, token) = with_company().await;
    app.given(|store| store.with_router(a_router().build()));
    let key = app.with_key(a_key().build());
    let portal = || app.get("/api/v1/config/public").key(&key);
    let toggle = || app.put("/admin/empresas/EMP_3A9F1C0B2D/toggle-activo").bearer(&token);
    assert_eq!(portal().await.status, 200);
    assert_eq!(toggle().await.status, 200);
    assert_error(&app.unchanged(portal()).await, 401, "company_inactive", "Empresa no activa");
    assert_eq!(toggle().await.status, 200);
    assert_eq!(portal().await.status, 200);
}

#[actix_web::test]
async fn the_stats_count_what_a_company_has() {
    let (app, token) = with_company().await;
    app.company_admin();
    let second = || a_router().id("RTR_00000002").inactive().build();
    let other = a_company().id("EMP_0000000001").build();
    let others = a_router().id("RTR_00000009").of(&other.id).build();
    app.given(|store| store.with_company(other).with_router(a_router().build()).with_router(second()))
        .given(|store| store.with_router(others));
    app.with_key(a_key().build());
    app.with_key(a_key().id("key_0000000000000002").of(&second()).expires_at(start()).build());
    app.with_key(a_key().id("key_0000000000000003").of(&second()).revoked_at(start()).build());
    assert_example(&app.get(&format!("{COMPANY}/stats")).bearer(&token).await, "company_stats 200");
}

#[actix_web::test]
async fn the_dashboard_counts_what_the_system_has() {
    let (app, token) = with_company().await;
    app.company_admin();
    app.given(|store| store.with_company(a_company().id("EMP_0000000001").inactive().build()));
    app.clock.set(start().plus(Duration::microseconds(123_456)));
    assert_example(&app.get("/admin/dashboard").bearer(&token).await, "system_dashboard 200");
}

#[actix_web::test]
async fn a_company_admin_reaches_none_of_this() {
    let (app, _) = with_company().await;
    let token = app.signed_in(3, a_user().email("otra@hotelcentral.mx").admin_of(&a_company().build().id));
    assert_other_role(&app, &token, &ENDPOINTS, "Se requiere rol SUPER_ADMIN").await;
}
