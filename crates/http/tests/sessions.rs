use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{MockPasswords, MockSessionTokens, SessionToken, Verdict},
};
use portero_testkit::{
    FakePasswords,
    builders::{UserBuilder, a_company, a_user},
};
use serde_json::json;
use time::Duration;

use crate::support::{Response, TestApp, assert_error, assert_example, assert_faulty, assert_fields, example};

const LOGIN: &str = "/api/v1/auth/login";
const LOGOUT: &str = "/api/v1/auth/logout";
const CHANGE_PASSWORD: &str = "/api/v1/auth/change-password";
/// A call that any of the company's admins may make.
const MY_COMPANY: &str = "/api/v1/admin/mi-empresa";

fn ana() -> UserBuilder {
    a_user().email("admin@hotelcentral.mx").named("Ana López").admin_of(&a_company().build().id)
}

/// The service with the admin of the examples, who is not logged in.
async fn with_ana(ana: UserBuilder) -> TestApp {
    let app = TestApp::new().await;
    app.with_company().given(|store| store.with_user(ana.stored(UserId::new(2))));
    app
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Response {
    app.post(LOGIN).json(&json!({ "email": email, "password": password })).await
}

async fn token(app: &TestApp, password: &str) -> String {
    let response = log_in(app, "admin@hotelcentral.mx", password).await;
    assert_eq!(response.status, 200, "{response:?}");
    response.body["access_token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_login_answers_the_session_and_the_person() {
    let mut tokens = MockSessionTokens::new();
    let written = example("log_in 200")["access_token"].as_str().unwrap().to_owned();
    tokens.expect_sign().times(1).returning(move |_, _| Ok(SessionToken::new(written.clone())));
    let app = TestApp::with(|ports, _| ports.session_tokens = Arc::new(tokens)).await;
    app.with_company().given(|store| store.with_user(ana().stored(UserId::new(2))));
    let response = app.post(LOGIN).json(&example("log_in request")).await;
    assert_example(&response, "log_in 200");
    assert_eq!(app.store.tables().sessions.len(), 1);
}

#[actix_web::test]
async fn an_email_signs_in_in_any_case() {
    let app = with_ana(ana()).await;
    assert_eq!(log_in(&app, " Admin@HotelCentral.MX ", "password123").await.status, 200);
}

#[actix_web::test]
async fn wrong_credentials_are_all_refused_alike() {
    let app = with_ana(ana()).await;
    for (email, password) in [
        ("admin@hotelcentral.mx", "password124"),
        ("admin@hotelcentral.mx", "PASSWORD123"),
        ("nadie@hotelcentral.mx", "password123"),
        ("no es un email", "password123"),
        ("", "password123"),
    ] {
        let call = app.post(LOGIN).json(&json!({ "email": email, "password": password }));
        let response = app.unchanged(call).await;
        assert_example(&response, "log_in 401");
        assert_eq!(response.header("www-authenticate"), Some("Bearer"));
    }
}

#[actix_web::test]
async fn whom_nobody_knows_costs_the_same_work() {
    let mut passwords = MockPasswords::new();
    passwords
        .expect_verify()
        .withf(|_, _, known| known.hash.is_none())
        .times(2)
        .returning(|_, _, _| Ok(Verdict::Wrong));
    let app = TestApp::with(|ports, _| ports.passwords = Arc::new(passwords)).await;
    for email in ["nadie@hotelcentral.mx", "no es un email"] {
        assert_eq!(log_in(&app, email, "password123").await.status, 401);
    }
}

#[actix_web::test]
async fn a_person_who_is_off_hears_so_only_with_the_right_password() {
    let app = TestApp::new().await;
    let mut off = ana().stored(UserId::new(2));
    off.active = false;
    app.with_company().given(|store| store.with_user(off));
    let call =
        |password: &str| app.post(LOGIN).json(&json!({ "email": "admin@hotelcentral.mx", "password": password }));
    assert_example(&app.unchanged(call("password123")).await, "log_in 401 inactive");
    assert_example(&app.unchanged(call("password124")).await, "log_in 401");
}

#[actix_web::test]
async fn a_login_names_every_faulty_field() {
    let app = with_ana(ana()).await;
    let faults = [
        ("email", json!(null), "missing"),
        ("email", json!(7), "string_type"),
        ("email", json!(["a"]), "string_type"),
        ("password", json!(true), "string_type"),
        ("password", json!(null), "missing"),
        ("password", json!(""), "string_too_short"),
        ("password", json!("x".repeat(257)), "string_too_long"),
        ("password", json!("a\u{0}b"), "value_error"),
    ];
    assert_faulty(|| app.post(LOGIN), &example("log_in request"), &faults).await;
}

#[actix_web::test]
async fn a_login_renews_an_outdated_hash() {
    let app = with_ana(ana().password(FakePasswords::old_hash_of("password123"))).await;
    assert_eq!(log_in(&app, "admin@hotelcentral.mx", "password124").await.status, 401);
    assert_eq!(app.store.tables().users[0].password, FakePasswords::old_hash_of("password123"));
    token(&app, "password123").await;
    assert_eq!(app.store.tables().users[0].password, FakePasswords::hash_of("password123"));
    token(&app, "password123").await;
}

#[actix_web::test]
async fn a_logout_ends_its_own_session_and_no_other() {
    let app = with_ana(ana()).await;
    let (here, there) = (token(&app, "password123").await, token(&app, "password123").await);
    assert_eq!(app.get(MY_COMPANY).bearer(&here).await.status, 200);
    assert_example(&app.post(LOGOUT).bearer(&here).await, "log_out 200");
    for path in [LOGOUT, CHANGE_PASSWORD] {
        assert_error(&app.unchanged(app.post(path).bearer(&here)).await, 401, "token_invalid", "Token inválido");
    }
    assert_error(&app.get(MY_COMPANY).bearer(&here).await, 401, "token_invalid", "Token inválido");
    assert_eq!(app.get(MY_COMPANY).bearer(&there).await.status, 200);
}

#[actix_web::test]
async fn a_session_ends_by_itself_after_a_day() {
    let app = with_ana(ana()).await;
    let token = token(&app, "password123").await;
    app.clock.advance(Duration::hours(24) - Duration::MICROSECOND);
    assert_eq!(app.get(MY_COMPANY).bearer(&token).await.status, 200);
    app.clock.advance(Duration::MICROSECOND);
    assert_error(&app.get(MY_COMPANY).bearer(&token).await, 401, "token_expired", "Token expirado");
}

#[actix_web::test]
async fn a_new_password_ends_every_session_and_takes_the_old_ones_place() {
    let app = with_ana(ana()).await;
    let (here, there) = (token(&app, "password123").await, token(&app, "password123").await);
    let response = app.post(CHANGE_PASSWORD).bearer(&here).json(&example("change_password request")).await;
    assert_example(&response, "change_password 200");
    for token in [&here, &there] {
        assert_error(&app.get(MY_COMPANY).bearer(token).await, 401, "token_invalid", "Token inválido");
    }
    assert_example(&log_in(&app, "admin@hotelcentral.mx", "password123").await, "log_in 401");
    let again = token(&app, "una frase mucho mejor").await;
    assert_eq!(app.get(MY_COMPANY).bearer(&again).await.status, 200);
}

#[actix_web::test]
async fn a_super_admin_changes_their_password_too() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    let response = app.post(CHANGE_PASSWORD).bearer(&token).json(&example("change_password request")).await;
    assert_example(&response, "change_password 200");
}

#[actix_web::test]
async fn the_current_password_is_no_new_one() {
    let app = with_ana(ana()).await;
    let token = token(&app, "password123").await;
    let body = json!({ "current_password": "password123", "new_password": "password123" });
    let response = app.unchanged(app.post(CHANGE_PASSWORD).bearer(&token).json(&body)).await;
    assert_example(&response, "change_password 400 same");
}

#[actix_web::test]
async fn a_log_in_says_whether_the_password_is_to_be_changed() {
    let app = with_ana(ana().must_change_password()).await;
    let session = log_in(&app, "admin@hotelcentral.mx", "password123").await;
    assert_eq!(session.body["debe_cambiar_contrasena"], true);
    let token = session.body["access_token"].as_str().unwrap();
    assert_eq!(app.get(MY_COMPANY).bearer(token).await.status, 200, "nothing is refused");
    let body = json!({ "current_password": "password123", "new_password": "una frase mucho mejor" });
    assert_eq!(app.post(CHANGE_PASSWORD).bearer(token).json(&body).await.status, 200);
    let session = log_in(&app, "admin@hotelcentral.mx", "una frase mucho mejor").await;
    assert_eq!(session.body["debe_cambiar_contrasena"], false);
}

#[actix_web::test]
async fn the_wrong_current_password_changes_nothing() {
    let app = with_ana(ana()).await;
    let token = token(&app, "password123").await;
    let body = json!({ "current_password": "password124", "new_password": "una frase mucho mejor" });
    let response = app.unchanged(app.post(CHANGE_PASSWORD).bearer(&token).json(&body)).await;
    assert_example(&response, "change_password 400");
    assert_eq!(app.get(MY_COMPANY).bearer(&token).await.status, 200);
}

#[actix_web::test]
async fn a_password_change_names_every_faulty_field() {
    let app = with_ana(ana()).await;
    let token = token(&app, "password123").await;
    let faults = [
        ("current_password", json!(null), "missing"),
        ("current_password", json!(""), "string_too_short"),
        ("current_password", json!(1), "string_type"),
        ("new_password", json!("1234567"), "string_too_short"),
        ("new_password", json!(null), "missing"),
        ("new_password", json!({}), "string_type"),
        ("new_password", json!("x".repeat(129)), "string_too_long"),
        ("new_password", json!("contra\nseña"), "value_error"),
    ];
    let call = || app.post(CHANGE_PASSWORD).bearer(&token);
    assert_faulty(call, &example("change_password request"), &faults).await;
    assert_fields(
        &call().json(&json!({})).await,
        &[("body.current_password", "missing"), ("body.new_password", "missing")],
    );
}
