//! API keys: regenerated, listed, revoked, and how they stand.

use portero_domain::{Timestamp, api_key::KeyStatus};
use portero_testkit::{
    FakeTokens,
    builders::{a_key, a_router, fingerprint_of, key_id, router_id, start},
};
use serde_json::json;
use time::{Duration, macros::datetime};

use crate::{
    registration::signing,
    support::{TestApp, assert_error, assert_example, example},
};

const ROUTER: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4";

fn at(hour: i64, minute: i64) -> Timestamp {
    start().plus(Duration::hours(hour - 9) + Duration::minutes(minute))
}

fn regenerate() -> String {
    format!("{ROUTER}/regenerate-api-key")
}

fn status() -> String {
    format!("{ROUTER}/api-key-status")
}

#[actix_web::test]
async fn a_key_is_regenerated_as_the_page_shows() {
    let token = &example("regenerate_api_key 200")["new_api_key"];
    let app = TestApp::with(|ports, _| ports.api_key_tokens = signing(token)).await;
    let admin = app.with_router().super_admin();
    let old = a_key().build();
    app.given(|store| store.with_key(old.clone(), fingerprint_of(old.id())));
    app.ids.then_keys([key_id("key_newkeyid123456")]);
    app.clock.set(at(15, 0));

    assert_example(&app.post(&regenerate()).bearer(&admin).await, "regenerate_api_key 200");
    let keys: Vec<_> = app.store.tables().keys.into_iter().map(|row| row.key.status(at(15, 0))).collect();
    assert_eq!(keys, [KeyStatus::Revoked { at: at(15, 0) }, KeyStatus::Active]);
}

#[actix_web::test]
async fn the_previous_key_stops_working_at_once_and_the_new_one_works() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let old = app.with_key(a_key().build());
    let config = |key: &str| app.get("/api/v1/config/public").key(key);
    assert_eq!(config(&old).await.status, 200);

    let new = app.post(&regenerate()).bearer(&admin).await.body["new_api_key"].as_str().unwrap().to_owned();
    assert_error(&config(&old).await, 401, "api_key_revoked", "API Key no válida o revocada");
    assert_eq!(config(&new).await.status, 200);
}

#[actix_web::test]
async fn only_a_key_that_was_good_counts_as_revoked_by_regenerating() {
    for (old, revoked) in [
        (None, false),
        (Some(a_key().revoked_at(start())), false),
        (Some(a_key().expires_at(start())), false),
        (Some(a_key()), true),
    ] {
        let app = TestApp::new().await;
        let admin = app.with_router().super_admin();
        if let Some(old) = old {
            app.with_key(old.build());
        }
        let response = app.post(&regenerate()).bearer(&admin).await;
        assert_eq!(response.body["previous_key_revoked"], json!(revoked), "{}", response.text);
        let open = app.store.tables().keys.into_iter().filter(|row| row.key.parts().revoked_at.is_none());
        assert_eq!(open.count(), 1);
    }
}

#[actix_web::test]
async fn an_inactive_router_gets_no_key_and_keeps_its_old_one() {
    let app = TestApp::new().await;
    let admin = app.with_company().given(|store| store.with_router(a_router().inactive().build())).super_admin();
    app.with_key(a_key().build());
    assert_example(&app.unchanged(app.post(&regenerate()).bearer(&admin)).await, "regenerate_api_key 400");
}

#[actix_web::test]
async fn the_history_of_keys_is_as_the_page_shows() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.with_key(
        a_key()
            .issued_at(Timestamp::new(datetime!(2025-01-10 09:00 UTC)))
            .revoked_at(at(15, 0))
            .used(87, at(14, 55))
            .build(),
    );
    app.with_key(a_key().id("key_newkeyid123456").issued_at(at(15, 0)).used(5, at(16, 30)).build());
    let history = format!("{ROUTER}/api-keys");

    let response = app.get(&history).bearer(&admin).await;
    assert_example(&response, "api_key_history 200");
    assert_eq!(response.header("x-total-count"), Some("2"));

    let part = app.get(&format!("{history}?offset=1&limit=1")).bearer(&admin).await;
    assert_eq!(part.body, json!([example("api_key_history 200")[1]]));
    assert_eq!(part.header("x-total-count"), Some("2"));
}

#[actix_web::test]
async fn a_router_without_keys_has_an_empty_history() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let response = app.get(&format!("{ROUTER}/api-keys")).bearer(&admin).await;
    assert_eq!((response.status, response.text.as_str()), (200, "[]"));
}

#[actix_web::test]
async fn a_key_is_revoked_once_and_as_the_page_shows() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let key = app.with_key(a_key().build());
    app.clock.set(at(16, 0).plus(Duration::microseconds(123_456)));
    let revoke = || app.post(&format!("{ROUTER}/api-keys/key_a1b2c3d4e5f6g7h8/revoke")).bearer(&admin);

    assert_example(&revoke().await, "revoke_api_key 200");
    let refused = app.get("/api/v1/config/public").key(&key).await;
    assert_example(&refused, "public_config 401");

    app.clock.advance(Duration::HOUR);
    assert_example(&app.unchanged(revoke()).await, "revoke_api_key 400");
    let history = app.get(&format!("{ROUTER}/api-keys")).bearer(&admin).await;
    assert_eq!(history.body[0]["revoked_at"], example("revoke_api_key 200")["revoked_at"]);
}

#[actix_web::test]
async fn a_key_that_the_router_does_not_have_is_not_revoked() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let other = a_router().id("RTR_00000002").build();
    app.given(|store| store.with_router(other.clone()));
    app.with_key(a_key().id("key_ofanother").of(&other).build());
    for key in ["key_ofanother", "key_unknown", "RTR_A1B2C3D4", "key_", "%00"] {
        let call = app.post(&format!("{ROUTER}/api-keys/{key}/revoke")).bearer(&admin);
        assert_example(&app.unchanged(call).await, "revoke_api_key 404");
    }
}

#[actix_web::test]
async fn the_status_of_a_key_is_as_the_page_shows() {
    let unused = || a_key().id("key_newkeyid123456").issued_at(at(15, 0));
    let ending = || {
        let issued = Timestamp::new(datetime!(2024-01-20 10:00 UTC));
        let end = Timestamp::new(datetime!(2025-01-30 10:00 UTC));
        a_key().id("key_oldkeyid999888").issued_at(issued).expires_at(end)
    };
    for (key, now, example) in [
        (Some(unused().used(42, at(16, 30))), at(17, 0), "api_key_status 200"),
        (Some(ending().used(1_240, at(8, 0))), at(9, 0), "api_key_status 200 expiring"),
        (Some(unused()), at(15, 1), "api_key_status 200 unused"),
        (None, at(9, 0), "api_key_status 200 none"),
        (Some(a_key().revoked_at(start())), at(9, 0), "api_key_status 200 none"),
        (Some(a_key().expires_at(at(9, 0))), at(9, 0), "api_key_status 200 none"),
    ] {
        let app = TestApp::new().await;
        let admin = app.with_router().super_admin();
        if let Some(key) = key {
            app.with_key(key.build());
        }
        app.clock.set(now);
        assert_example(&app.unchanged(app.get(&status()).bearer(&admin)).await, example);
    }
}

#[actix_web::test]
async fn a_near_end_is_told_of_rather_than_a_key_that_nobody_used() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.with_key(a_key().expires_at(start().plus(Duration::days(30))).build());
    for (now, days, warning) in [
        (start(), 30, "Esta API Key nunca ha sido usada"),
        (start().plus(Duration::MICROSECOND), 29, "La API Key expira en 29 días"),
        (start().plus(Duration::days(30) - Duration::MICROSECOND), 0, "La API Key expira en 0 días"),
    ] {
        app.clock.set(now);
        let body = app.get(&status()).bearer(&admin).await.body;
        assert_eq!((&body["expires_in_days"], &body["warning"]), (&json!(days), &json!(warning)));
    }
}

#[actix_web::test]
async fn a_new_key_is_for_its_router_alone() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let token = app.post(&regenerate()).bearer(&admin).await.body["new_api_key"].as_str().unwrap().to_owned();
    let presented = portero_domain::ports::ApiKeyTokens::verify(&FakeTokens, &token, start()).unwrap();
    assert_eq!((presented.router, presented.id.as_str()), (router_id("RTR_A1B2C3D4"), "key_0000000000000001"));
}
