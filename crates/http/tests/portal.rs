//! What a captive portal reads, and how its calls are counted.

use portero_testkit::builders::{a_company, a_key, a_product, a_router, an_offer, money, start};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_error, assert_example};

const CONFIG: &str = "/api/v1/config/public";
const CATALOGUE: &str = "/api/v1/catalogo_perfiles_venta";

/// The number of calls that the only key's record has counted.
fn counted(app: &TestApp) -> u64 {
    app.store.tables().keys[0].key.parts().usage.count
}

#[actix_web::test]
async fn a_portal_reads_its_configuration_with_its_key_in_either_header() {
    let app = TestApp::new().await;
    let key = app.with_router().with_key(a_key().build());
    assert_example(&app.get(CONFIG).key(&key).await, "public_config 200");
    assert_example(&app.get(CONFIG).bearer(&key).await, "public_config 200");
    assert_eq!(counted(&app), 2);
}

#[actix_web::test]
async fn the_portal_of_an_inactive_router_reads_that_it_is_out_of_service() {
    let app = TestApp::new().await;
    app.with_company().given(|store| store.with_router(a_router().inactive().without_location().build()));
    app.given(|store| store.with_product(a_product().build()));
    let key = app.with_key(a_key().build());

    let config = app.get(CONFIG).key(&key).await;
    assert_eq!(config.status, 200);
    assert_eq!((&config.body["router"]["activo"], &config.body["router"]["ubicacion"]), (&json!(false), &Value::Null));
    assert_eq!(app.get(CATALOGUE).key(&key).await.body.as_array().map(Vec::len), Some(1));
    assert_eq!(app.get(&format!("{CATALOGUE}/1")).key(&key).await.status, 200);
}

#[actix_web::test]
async fn a_portal_never_reads_a_secret() {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().with_secrets().build()).with_router(a_router().build()));
    let key = app.with_key(a_key().build());
    let response = app.get(CONFIG).key(&key).await;
    assert_eq!(response.body["empresa"]["conekta_mode"], json!("live"));
    for secret in ["private", "sealed", "telegram", "password", "admin"] {
        assert!(!response.text.contains(secret), "{secret}: {}", response.text);
    }
}

#[actix_web::test]
async fn the_catalogue_has_its_own_order_and_what_is_on_sale_only() {
    let app = TestApp::new().await;
    let other = a_router().id("RTR_00000002").build();
    app.with_router().given(|store| {
        let day = an_offer().profile("1dia").titled("1 Día").price(money("50.50")).featured();
        let last = an_offer().profile("last").position(1).featured();
        store
            .with_router(other.clone())
            .with_product(a_product().build())
            .with_product(a_product().id(2).offering(day.build()).build())
            .with_product(a_product().id(3).offering(an_offer().profile("off").off_sale().build()).build())
            .with_product(a_product().id(4).offering(an_offer().on(&other.id).build()).build())
            .with_product(a_product().id(5).offering(last.build()).build())
    });
    let key = app.with_key(a_key().build());

    let whole = app.get(CATALOGUE).key(&key).await;
    let ids: Vec<_> = whole.body.as_array().unwrap().iter().map(|product| product["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, [2, 1, 5]);
    assert!(whole.text.contains(r#""precio":50.50,"#), "{}", whole.text);

    assert_example(&app.get(&format!("{CATALOGUE}/1")).key(&key).await, "catalogue_product 200");
    for none in ["3", "4", "6", "0", "-1", "x", "1.0", "9223372036854775808", "%00"] {
        assert_example(&app.get(&format!("{CATALOGUE}/{none}")).key(&key).await, "catalogue_product 404");
    }
}

#[actix_web::test]
async fn the_catalogue_is_as_documented() {
    let app = TestApp::new().await;
    app.with_router().given(|store| {
        let day = an_offer().profile("1dia").titled("1 Día").price(money("50.50")).featured();
        store.with_product(a_product().build()).with_product(a_product().id(2).offering(day.build()).build())
    });
    let key = app.with_key(a_key().build());
    assert_example(&app.get(CATALOGUE).key(&key).await, "catalogue 200");
}

#[actix_web::test]
async fn every_admitted_call_is_counted_whatever_its_answer_and_a_refused_one_is_not() {
    let app = TestApp::new().await;
    let key = app.with_router().with_key(a_key().build());
    for path in [CONFIG, CATALOGUE, "/api/v1/catalogo_perfiles_venta/9"] {
        app.clock.advance(Duration::SECOND);
        app.get(path).key(&key).await;
    }
    let usage = app.store.tables().keys[0].key.parts().usage;
    assert_eq!((usage.count, usage.last_used), (3, Some(start().plus(Duration::seconds(3)))));

    app.unchanged(app.get(CONFIG)).await;
    app.unchanged(app.get(CONFIG).key(&format!("{key}0"))).await;
    app.unchanged(app.post(CONFIG).key(&key)).await;
}

#[actix_web::test]
async fn a_key_that_is_ours_and_no_good_is_told_why() {
    let app = TestApp::new().await;
    app.with_company().given(|store| {
        let off = a_company().id("EMP_0000000002").inactive().build();
        let router = a_router().id("RTR_00000002").of(&off.id).build();
        store.with_company(off).with_router(a_router().build()).with_router(router)
    });
    let ending = a_key().expires_at(start().plus(Duration::days(1)));
    let revoked = app.with_key(a_key().id("key_revoked").revoked_at(start()).build());
    let ended = app.with_key(ending.build());
    let of_company_off = app.with_key(a_key().id("key_off").of(&app.store.tables().routers[1]).build());
    app.clock.advance(Duration::days(1));
    for (key, code, text) in [
        (&revoked, "api_key_revoked", "API Key no válida o revocada"),
        (&ended, "api_key_expired", "API Key expirada"),
        (&of_company_off, "company_inactive", "Empresa no activa"),
    ] {
        let response = app.unchanged(app.get(CONFIG).key(key)).await;
        assert_error(&response, 401, code, text);
        assert_eq!(response.header("www-authenticate"), Some("Bearer"));
    }
}
