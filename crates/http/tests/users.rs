use portero_domain::ids::UserId;
use portero_testkit::{
    FakePasswords,
    builders::{a_company, a_user, start},
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_error, assert_example, assert_faulty, assert_fields, assert_other_role, example};

const USERS: &str = "/admin/usuarios";
/// The admin of the examples' company.
const ANA: &str = "/admin/usuarios/2";

/// The service with a logged-in super admin and the company of the examples.
async fn with_company() -> (TestApp, String) {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.with_company();
    (app, token)
}

/// The example of a new person, changed by these fields.
fn new_user(fields: &Value) -> Value {
    let mut body = example("create_user request");
    for (field, value) in fields.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

#[actix_web::test]
async fn a_new_person_is_answered_with_their_place_and_can_sign_in() {
    let (app, token) = with_company().await;
    app.clock.set(start().plus(Duration::microseconds(123_456)));
    let response = app.post(USERS).bearer(&token).json(&example("create_user request")).await;
    assert_example(&response, "create_user 201");
    assert_eq!(response.header("location"), Some(ANA));
    assert_eq!(app.store.tables().users[1].password, FakePasswords::hash_of("password123"));
    let found = app.get(ANA).bearer(&token).await;
    assert_eq!((found.status, &found.body), (200, &response.body["usuario"]));
    assert_eq!(app.post("/api/v1/auth/login").json(&example("log_in request")).await.status, 200);
}

#[actix_web::test]
async fn a_new_super_admin_has_no_company() {
    let (app, token) = with_company().await;
    for (email, company) in [("a@portero.mx", json!(null)), ("b@portero.mx", json!(""))] {
        let body = new_user(&json!({ "email": email, "rol": "super_admin", "empresa_id": company }));
        let response = app.post(USERS).bearer(&token).json(&body).await;
        assert_eq!(response.status, 201, "{response:?}");
        assert_eq!(response.body["usuario"]["rol"], "super_admin");
        assert_eq!(response.body["usuario"]["empresa_id"], json!(null));
    }
}

#[actix_web::test]
async fn a_role_goes_with_its_company_or_without() {
    let (app, token) = with_company().await;
    app.company_admin();
    app.given(|store| store.with_company(a_company().id("EMP_0000000001").inactive().build()));
    let fresh = "nueva@hotelcentral.mx";
    for (fields, answer) in [
        (json!({ "email": fresh, "rol": "admin" }), "create_user 400"),
        (json!({ "email": fresh, "rol": "" }), "create_user 400"),
        (json!({ "email": fresh, "rol": "SUPER_ADMIN" }), "create_user 400"),
        (json!({ "email": fresh, "empresa_id": null }), "create_user 400 without a company"),
        (json!({ "email": fresh, "empresa_id": " " }), "create_user 400 without a company"),
        (json!({ "email": fresh, "rol": "super_admin" }), "create_user 400 with a company"),
        (json!({ "email": "ADMIN@hotelcentral.mx" }), "create_user 400 e-mail taken"),
        (json!({ "email": fresh, "empresa_id": "EMP_0000000001" }), "create_user 400 company off"),
        (json!({ "email": fresh, "empresa_id": "EMP_0000000000" }), "create_user 404"),
    ] {
        let response = app.unchanged(app.post(USERS).bearer(&token).json(&new_user(&fields))).await;
        assert_example(&response, answer);
    }
}

#[actix_web::test]
async fn a_new_person_has_every_faulty_field_named() {
    let (app, token) = with_company().await;
    let faults = [
        ("email", json!("ana"), "value_error"),
        ("email", json!(null), "missing"),
        ("email", json!(format!("{}@hotel.mx", "x".repeat(250))), "string_too_long"),
        ("password", json!("1234567"), "string_too_short"),
        ("password", json!(null), "missing"),
        ("password", json!("x".repeat(129)), "string_too_long"),
        ("password", json!(12_345_678), "string_type"),
        ("nombre", json!("\t"), "string_too_short"),
        ("nombre", json!(null), "missing"),
        ("rol", json!(null), "missing"),
        ("rol", json!(1), "string_type"),
        ("empresa_id", json!("hotel"), "value_error"),
        ("empresa_id", json!(7), "string_type"),
    ];
    assert_faulty(|| app.post(USERS).bearer(&token), &example("create_user request"), &faults).await;
}

#[actix_web::test]
async fn people_are_listed_oldest_first_by_role_and_company() {
    let (app, token) = with_company().await;
    app.company_admin();
    assert_example(&app.get(USERS).bearer(&token).await, "list_users 200");

    let other = a_company().id("EMP_0000000001").build();
    let luis = a_user().email("luis@cafeluna.mx").named("Luis").admin_of(&other.id).stored(UserId::new(3));
    app.given(|store| store.with_company(other).with_user(luis));
    for (query, total, ids) in [
        ("", "3", json!([1, 2, 3])),
        ("?rol=super_admin", "1", json!([1])),
        ("?rol=cliente_admin", "2", json!([2, 3])),
        ("?rol=cliente_admin&limit=1&offset=1", "2", json!([3])),
        ("?empresa_id=EMP_0000000001", "1", json!([3])),
        ("?empresa_id=EMP_0000000001&rol=super_admin", "0", json!([])),
        ("?empresa_id=EMP_0000000000", "0", json!([])),
        ("?rol=&empresa_id=", "3", json!([1, 2, 3])),
    ] {
        let response = app.get(&format!("{USERS}{query}")).bearer(&token).await;
        let found: Vec<_> = response.body.as_array().unwrap().iter().map(|user| user["id"].clone()).collect();
        assert_eq!((response.header("x-total-count"), json!(found)), (Some(total), ids), "{query}");
        assert!(!response.text.contains("hash"), "{response:?}");
    }
}

#[actix_web::test]
async fn a_faulty_query_for_people_is_named() {
    let (app, token) = with_company().await;
    let get = |query: &str| app.get(&format!("{USERS}{query}")).bearer(&token);
    assert_example(&get("?rol=admin").await, "list_users 400");
    let faults = [("query.empresa_id", "value_error"), ("query.limit", "int_type"), ("query.offset", "int_type")];
    assert_fields(&get("?rol=admin&empresa_id=hotel&limit=x&offset=y").await, &faults);
}

#[actix_web::test]
async fn a_person_is_shown_and_one_whom_nobody_knows_is_not() {
    let (app, token) = with_company().await;
    app.company_admin();
    assert_example(&app.get(ANA).bearer(&token).await, "find_user 200");
    for id in ["3", "0", "-1", "02x", "9223372036854775808", "EMP_3A9F1C0B2D"] {
        for (method, tail, body) in [
            ("GET", "", json!({})),
            ("PUT", "/toggle-activo", json!({})),
            ("PUT", "/activo", json!({ "activo": false })),
        ] {
            let path = format!("{USERS}/{id}{tail}");
            let response = app.unchanged(app.call(method, &path).bearer(&token).json(&body)).await;
            assert_example(&response, "find_user 404");
        }
    }
}

#[actix_web::test]
async fn a_person_switched_off_is_refused_at_the_next_call_and_old_sessions_stay_dead() {
    let (app, token) = with_company().await;
    let ana = app.company_admin();
    let toggle = || app.put("/admin/usuarios/2/toggle-activo").bearer(&token);
    let my_company = || app.get("/api/v1/admin/mi-empresa").bearer(&ana);
    assert_eq!(my_company().await.status, 200);
    assert_example(&toggle().await, "toggle_user 200 off");
    assert_error(&my_company().await, 401, "user_inactive", "Usuario no activo");
    assert_example(&toggle().await, "toggle_user 200");
    assert_error(&my_company().await, 401, "token_invalid", "Token inválido");
    assert_eq!(app.post("/api/v1/auth/login").json(&example("log_in request")).await.status, 200);
}

#[actix_web::test]
async fn a_switch_said_twice_changes_nothing_more() {
    let (app, token) = with_company().await;
    app.company_admin();
    let switch = |on: bool| app.put("/admin/usuarios/2/activo").bearer(&token).json(&json!({ "activo": on }));
    assert_eq!(app.unchanged(switch(true)).await.body, example("toggle_user 200"));
    assert_example(&switch(false).await, "switch_user 200");
    assert_example(&app.unchanged(switch(false)).await, "switch_user 200");
    assert_eq!(switch(true).await.body, example("toggle_user 200"));
}

#[actix_web::test]
async fn a_switch_has_its_faulty_field_named() {
    let (app, token) = with_company().await;
    app.company_admin();
    let faults = [("activo", json!(null), "missing"), ("activo", json!("false"), "bool_type")];
    let call = || app.put("/admin/usuarios/2/activo").bearer(&token);
    assert_faulty(call, &example("switch_user request"), &faults).await;
}

#[actix_web::test]
async fn nobody_switches_themselves_off() {
    let (app, token) = with_company().await;
    let switch = |on: bool| app.put("/admin/usuarios/1/activo").bearer(&token).json(&json!({ "activo": on }));
    assert_example(&app.unchanged(app.put("/admin/usuarios/1/toggle-activo").bearer(&token)).await, "toggle_user 400");
    assert_eq!(app.unchanged(switch(false)).await.body, example("toggle_user 400"));
    assert_eq!(app.unchanged(switch(true)).await.status, 200);
}

#[actix_web::test]
async fn a_company_admin_reaches_none_of_this() {
    let (app, _) = with_company().await;
    let token = app.company_admin();
    let endpoints = [
        ("GET", USERS),
        ("POST", USERS),
        ("GET", ANA),
        ("PUT", "/admin/usuarios/2/toggle-activo"),
        ("PUT", "/admin/usuarios/2/activo"),
    ];
    assert_other_role(&app, &token, &endpoints, "Se requiere rol SUPER_ADMIN").await;
}
