//! What a captive portal does on its router's hotspot.

use std::time::Duration;

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUser, Usage},
    ports::{HotspotError, LogInProblem},
};
use portero_testkit::builders::{a_device, a_hotspot_user, a_key, a_router};
use serde_json::{Value, json};

use crate::support::{Response, TestApp, assert_example, assert_fields, example};

const RECONNECT: &str = "/api/v1/hotspot/auto-reconnect";
const PROFILE: &str = "/api/v1/hotspot/user/profile-info";
const VALIDATE: &str = "/api/v1/routers/validar-empresa-router";

/// The user of the examples: an hour, a quarter of it used.
fn the_user() -> HotspotUser {
    let mut user = a_hotspot_user("AB3C9D");
    user.comment = "MODE=t TL=1h".into();
    user.allowance.bytes_total = Some(500_000_000);
    user.used = Usage { time: Duration::from_mins(15), bytes_in: 1_000, bytes_out: 20_000 };
    user
}

/// The examples' router with that user, and a portal's key.
async fn a_hotspot() -> (TestApp, String) {
    let app = TestApp::new().await;
    let key = app.with_router().with_key(a_key().build());
    {
        let mut router = app.routers.router();
        router.add_profile("1hora", Some("1"));
        router.users.push(the_user());
        for number in 1..=2 {
            router.hosts.push((a_device(number), [10, 5, 50, number].into()));
        }
    }
    app.clock.advance(time::Duration::microseconds(123_456));
    (app, key)
}

async fn reconnect(app: &TestApp, key: &str, body: &Value) -> Response {
    app.post(RECONNECT).key(key).json(body).await
}

#[actix_web::test]
async fn a_guest_comes_back_with_another_address() {
    let (app, key) = a_hotspot().await;
    assert_example(&reconnect(&app, &key, &example("auto_reconnect request")).await, "auto_reconnect 200");
}

#[actix_web::test]
async fn a_guest_who_is_not_known_is_told_so() {
    let (app, key) = a_hotspot().await;
    app.routers.router().users.clear();
    assert_example(&reconnect(&app, &key, &example("auto_reconnect request")).await, "auto_reconnect 200 expired");
    app.routers.fail_from(1, HotspotError::Unreachable("connection refused".to_owned()));
    assert_example(&reconnect(&app, &key, &example("auto_reconnect request")).await, "auto_reconnect 200 offline");
}

#[actix_web::test]
async fn what_a_guest_is_told_follows_from_what_happened() {
    let told = |response: &Response| {
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(response.body["success"], json!(false));
        (response.body["estado"].as_str().unwrap().to_owned(), response.body["mensaje"].as_str().unwrap().to_owned())
    };
    let (app, key) = a_hotspot().await;
    let body = |password: &str, mac: &str| json!({ "username": "AB3C9D", "password": password, "current_mac": mac });
    let elsewhere = told(&reconnect(&app, &key, &body("0456", "DA:00:00:00:00:09")).await);
    assert_eq!(elsewhere.1, "El dispositivo no está conectado a la red WiFi del hotspot");
    let used_up = Usage { time: Duration::from_hours(1), ..Usage::default() };
    app.routers.router().users = vec![HotspotUser { used: used_up, ..the_user() }];
    let used_up = told(&reconnect(&app, &key, &body("0456", "DA:00:00:00:00:01")).await);
    assert_eq!(used_up, ("expirado".to_owned(), "El tiempo contratado se ha agotado".to_owned()));
    app.routers.router().users = vec![HotspotUser { disabled: true, ..the_user() }];
    let blocked = told(&reconnect(&app, &key, &body("0456", "DA:00:00:00:00:01")).await);
    assert_eq!(blocked, ("error".to_owned(), "El usuario está deshabilitado".to_owned()));
}

/// Where the name is all there is to know, a name that is known would be half of a guess.
#[actix_web::test]
async fn a_guest_is_not_told_whether_the_name_or_the_password_is_wrong() {
    let (app, key) = a_hotspot().await;
    for (username, password) in [("AB3C9D", "456"), ("AB3C9D", ""), ("AB3C9E", "456"), ("AB3C9E", "")] {
        let body = json!({ "username": username, "password": password, "current_mac": "DA:00:00:00:00:01" });
        assert_example(&reconnect(&app, &key, &body).await, "auto_reconnect 200 expired");
        assert_example(&app.post(PROFILE).key(&key).json(&body).await, "profile_info 200 refused");
    }
    // Nor where that cannot be told.
    app.routers.router().shows_passwords = false;
    let body = example("auto_reconnect request");
    assert_example(&reconnect(&app, &key, &body).await, "auto_reconnect 200 expired");
    assert_example(&app.post(PROFILE).key(&key).json(&body).await, "profile_info 200 refused");
}

#[actix_web::test]
async fn an_inactive_router_is_not_asked_and_its_portal_is_rejected_before_the_body_is_read() {
    let app = TestApp::new().await;
    app.with_company().given(|store| store.with_router(a_router().inactive().build()));
    let key = app.with_key(a_key().build());
    assert_example(&reconnect(&app, &key, &example("auto_reconnect request")).await, "auto_reconnect 403");
    let profile = app.post(PROFILE).key(&key).json(&example("profile_info request")).await;
    assert_eq!((profile.status, &profile.body["code"]), (403, &json!("router_inactive")));
    assert_example(&app.post(VALIDATE).key(&key).await, "validate_router 200 inactive");
    let faulty = reconnect(&app, &key, &json!({})).await;
    assert_eq!((faulty.status, &faulty.body["code"]), (403, &json!("router_inactive")));
    assert_eq!(app.routers.router().accesses, []);
}

#[actix_web::test]
async fn a_portal_that_sends_nonsense_is_told_each_fault() {
    let (app, key) = a_hotspot().await;
    let faulty = json!({ "username": " ", "password": "a\nb", "current_mac": "%FF", "current_ip": "10.5.50" });
    assert_fields(
        &reconnect(&app, &key, &faulty).await,
        &[
            ("body.username", "string_too_short"),
            ("body.password", "value_error"),
            ("body.current_mac", "value_error"),
            ("body.current_ip", "value_error"),
        ],
    );
    assert_fields(
        &app.post(PROFILE).key(&key).json(&json!({ "password": 456 })).await,
        &[("body.username", "missing"), ("body.password", "string_type")],
    );
    assert_eq!(app.routers.router().accesses, []);
}

#[actix_web::test]
async fn a_profile_is_shown_without_the_password() {
    let (app, key) = a_hotspot().await;
    let shown = app.post(PROFILE).key(&key).json(&example("profile_info request")).await;
    assert_example(&shown, "profile_info 200");
    assert!(!shown.text.contains("0456"), "{}", shown.text);
}

#[actix_web::test]
async fn a_pin_is_a_user_without_a_password() {
    let (app, key) = a_hotspot().await;
    app.routers.router().users[0].password = Some(HotspotPassword::none());
    for body in [json!({ "username": "AB3C9D" }), json!({ "username": "AB3C9D", "password": "" })] {
        let shown = app.post(PROFILE).key(&key).json(&body).await;
        assert_eq!(shown.body["tipo_usuario"], json!("pin"), "{shown:?}");
    }
    let with_password = app.post(PROFILE).key(&key).json(&example("profile_info request")).await;
    assert_example(&with_password, "profile_info 200 refused");
}

#[actix_web::test]
async fn a_portal_learns_whether_its_router_answers() {
    let (app, key) = a_hotspot().await;
    assert_example(&app.post(VALIDATE).key(&key).await, "validate_router 200");
    app.routers.fail_from(1, HotspotError::LogIn(LogInProblem::WrongCredentials));
    assert_example(&app.post(VALIDATE).key(&key).await, "validate_router 200 offline");
}
