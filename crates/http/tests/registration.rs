//! A router registered, and every way in which it is not.

use std::sync::Arc;

use portero_domain::ports::{ApiKeyToken, MockApiKeyTokens, SignedKey, Vault};
use portero_testkit::{
    FakeVault,
    builders::{a_company, fingerprint_of, key_id, router_id},
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_example, assert_fields, example};

const ROUTERS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers";
const ROUTER: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4";
const OTHER: &str = "EMP_0000000002";

/// A signer that gives this token, for when its text is to be the documented one.
pub(crate) fn signing(token: &Value) -> Arc<MockApiKeyTokens> {
    let jwt = token.as_str().and_then(|token| token.strip_prefix("jwt_")).unwrap().to_owned();
    let mut tokens = MockApiKeyTokens::new();
    tokens
        .expect_sign()
        .returning(move |key| Ok(SignedKey { token: ApiKeyToken::new(&jwt), fingerprint: fingerprint_of(key.id()) }));
    Arc::new(tokens)
}

/// The example's request with one field changed; null takes it out.
fn request_with(field: &str, value: Value) -> Value {
    let mut request = example("register_router request");
    request[field] = value;
    request
}

#[actix_web::test]
async fn a_router_is_registered_as_the_page_shows() {
    let token = &example("register_router 201")["api_key"];
    let app = TestApp::with(|ports, _| ports.api_key_tokens = signing(token)).await;
    app.with_company().clock.advance(Duration::microseconds(123_456));
    app.ids.then_routers([router_id("RTR_A1B2C3D4")]).then_keys([key_id("key_a1b2c3d4e5f6g7h8")]);
    let admin = app.super_admin();

    let response = app.post(ROUTERS).bearer(&admin).json(&example("register_router request")).await;
    assert_example(&response, "register_router 201");
    assert_eq!(response.header("location"), Some(ROUTER));

    let shown = app.get(ROUTER).bearer(&admin).await;
    assert_eq!(shown.status, 200);
    assert!(!shown.text.contains("api_key") && !shown.text.contains("password"), "{}", shown.text);
}

#[actix_web::test]
async fn a_routers_password_is_kept_sealed_for_its_own_place() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    app.post(ROUTERS).bearer(&admin).json(&request_with("password", json!("  con espacios "))).await;

    let tables = app.store.tables();
    let [router] = &tables.routers[..] else { panic!("one router: {tables:?}") };
    let place = router.password_place();
    let opened = FakeVault::default().decrypt(&router.credentials.password, &place).unwrap();
    assert_eq!(opened.expose(), "  con espacios ");
}

#[actix_web::test]
async fn what_may_be_left_out_of_a_router_has_its_default() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    for (field, value, port, location, tls) in [
        ("puerto", Value::Null, 8728, json!("Lobby Piso 1"), false),
        ("ubicacion", Value::Null, 8728, Value::Null, false),
        ("ubicacion", json!(" "), 8728, Value::Null, false),
        ("ubicacion", json!(" Azotea "), 8728, json!("Azotea"), false),
        ("puerto", json!(8729), 8729, json!("Lobby Piso 1"), true),
        ("tls", json!(true), 8728, json!("Lobby Piso 1"), true),
    ] {
        let mut request = request_with(field, value);
        request.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let response = app.post(ROUTERS).bearer(&admin).json(&request).await;
        assert_eq!(response.status, 201, "{request}");
        assert_eq!((&response.body["puerto"], &response.body["ubicacion"]), (&json!(port), &location), "{request}");
        assert_eq!(app.store.tables().routers.last().map(|router| router.endpoint.tls), Some(tls), "{request}");
    }
}

#[actix_web::test]
async fn notes_are_shown_where_they_were_given() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    let response = app.post(ROUTERS).bearer(&admin).json(&request_with("notas", json!("Uno\r\ndos"))).await;
    assert_eq!((response.status, &response.body["notas"]), (201, &json!("Uno\ndos")));
    let path = response.header("location").unwrap().to_owned();
    assert_eq!(app.get(&path).bearer(&admin).await.body["notas"], json!("Uno\ndos"));
    assert_eq!(app.get(ROUTERS).bearer(&admin).await.body[0]["notas"], json!("Uno\ndos"));
    let edited = app.put(&path).bearer(&admin).json(&json!({ "notas": "Tres" })).await;
    assert_eq!((edited.status, &edited.body["router"]["notas"]), (200, &json!("Tres")));
    for nothing in [json!(null), json!(" ")] {
        let cleared = app.put(&path).bearer(&admin).json(&json!({ "notas": nothing })).await;
        assert_eq!((cleared.status, cleared.body["router"].get("notas")), (200, None));
    }
}

#[actix_web::test]
async fn each_faulty_field_of_a_router_is_named() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    let long = |length: usize| json!("x".repeat(length));
    for (field, value, fault) in [
        ("empresa_id", Value::Null, "missing"),
        ("empresa_id", json!(7), "string_type"),
        ("nombre", Value::Null, "missing"),
        ("nombre", json!(["Router"]), "string_type"),
        ("nombre", json!("  "), "string_too_short"),
        ("nombre", long(101), "string_too_long"),
        ("nombre", json!("Router\u{0}"), "value_error"),
        ("host", Value::Null, "missing"),
        ("host", json!(""), "string_too_short"),
        ("host", json!("http://192.168.88.1"), "value_error"),
        ("host", json!("192.168.88.256"), "value_error"),
        ("host", long(254), "string_too_long"),
        ("puerto", json!(0), "out_of_range"),
        ("puerto", json!(65_536), "out_of_range"),
        ("puerto", json!(-1), "out_of_range"),
        ("puerto", json!("8728"), "int_type"),
        ("puerto", json!(8728.5), "int_type"),
        ("puerto", json!(u64::MAX), "int_type"),
        ("puerto", json!(true), "int_type"),
        ("usuario", Value::Null, "missing"),
        ("usuario", json!("a\nb"), "value_error"),
        ("usuario", long(65), "string_too_long"),
        ("password", Value::Null, "missing"),
        ("password", json!(""), "string_too_short"),
        ("password", long(257), "string_too_long"),
        ("password", json!({}), "string_type"),
        ("ubicacion", json!(1), "string_type"),
        ("ubicacion", long(201), "string_too_long"),
        ("notas", long(1_001), "string_too_long"),
        ("notas", json!("a\tb"), "value_error"),
        ("tls", json!("si"), "bool_type"),
    ] {
        let request = request_with(field, value);
        let response = app.unchanged(app.post(ROUTERS).bearer(&admin).json(&request)).await;
        assert_fields(&response, &[(&format!("body.{field}"), fault)]);
    }
}

#[actix_web::test]
async fn all_faulty_fields_of_a_router_are_named_in_one_answer() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    let response = app.unchanged(app.post(ROUTERS).bearer(&admin).json(&json!({}))).await;
    let missing = ["empresa_id", "nombre", "host", "usuario", "password"].map(|field| format!("body.{field}"));
    assert_fields(&response, &missing.each_ref().map(|field| (field.as_str(), "missing")));

    let mut request = request_with("puerto", json!("x"));
    request.as_object_mut().unwrap().remove("nombre");
    let response = app.unchanged(app.post(ROUTERS).bearer(&admin).json(&request)).await;
    assert_example(&response, "register_router 422");
}

#[actix_web::test]
async fn a_router_is_registered_only_with_an_active_company_that_path_and_body_name() {
    let app = TestApp::new().await;
    let admin = app.with_company().super_admin();
    app.given(|store| store.with_company(a_company().id(OTHER).inactive().build()));
    let register = |company: &str, named: &str| {
        let request = request_with("empresa_id", json!(named));
        app.post(&format!("/admin/empresas/{company}/routers")).bearer(&admin).json(&request)
    };

    let mismatch = app.unchanged(register("EMP_3A9F1C0B2D", OTHER)).await;
    assert_example(&mismatch, "register_router 400 mismatch");
    let inactive = app.unchanged(register(OTHER, OTHER)).await;
    assert_example(&inactive, "register_router 400");
    for unknown in ["EMP_FFFFFFFFFF", "EMP_3a9f1c0b2d", "1", "%00", "RTR_A1B2C3D4"] {
        assert_example(&app.unchanged(register(unknown, unknown)).await, "register_router 404");
    }
}
