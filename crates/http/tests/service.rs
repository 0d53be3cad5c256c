//! The service itself and its documentation.

use portero_domain::ports::StorageError;
use portero_http::api::openapi;
use serde_json::Value;
use time::Duration;

use crate::support::{TestApp, assert_error, assert_example};

#[actix_web::test]
async fn the_service_says_what_it_is() {
    let app = TestApp::new().await;
    assert_example(&app.get("/").await, "service_info 200");
}

#[actix_web::test]
async fn health_asks_nobody_and_readiness_asks_the_store() {
    let app = TestApp::new().await;
    app.store.fail_next(StorageError::Unavailable("told to fail".into()));
    assert_example(&app.get("/health").await, "health 200");

    let away = app.get("/ready").await;
    assert_example(&away, "readiness 503");
    assert_eq!(away.header("retry-after"), Some("1"));
    assert_example(&app.get("/ready").await, "readiness 503");
    app.clock.advance(Duration::SECOND);
    assert_example(&app.get("/ready").await, "readiness 200");

    app.store.fail_next(StorageError::Busy);
    app.clock.advance(Duration::SECOND);
    assert_error(&app.get("/ready").await, 503, "busy", "Servicio ocupado. Intente nuevamente.");
}

#[actix_web::test]
async fn the_document_is_served_as_it_is_generated() {
    let app = TestApp::new().await;
    let response = app.get("/openapi.json").await;
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
    assert_eq!(response.text, openapi::document().to_json().unwrap());
}

#[actix_web::test]
async fn the_documents_page_is_whole_and_asks_no_other_host() {
    let app = TestApp::new().await;
    let short = app.get("/docs").await;
    assert_eq!((short.status, short.header("location")), (307, Some("/docs/")));

    let page = app.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let parts: Vec<_> = page.text.split(['"', '\'']).filter(|part| part.starts_with("./")).collect();
    assert!(parts.len() >= 5, "{}", page.text);
    let mut initializer = String::new();
    for part in parts {
        let response = app.get(&format!("/docs/{}", &part[2..])).await;
        assert!(response.status == 200 && !response.text.is_empty(), "{part}");
        if part.ends_with("initializer.js") {
            initializer = response.text;
        }
    }
    assert!(initializer.contains("/openapi.json") && initializer.contains(r#""validatorUrl": "none""#));
    for text in [&page.text, &initializer] {
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("\"//"), "{text}");
    }
    assert_error(&app.get("/docs/none.js").await, 404, "not_found", "Recurso no encontrado");
}

#[actix_web::test]
async fn head_is_answered_as_get_is() {
    let app = TestApp::new().await;
    for path in ["/", "/health", "/ready", "/openapi.json", "/docs/"] {
        let (head, get) = (app.call("HEAD", path).await, app.get(path).await);
        assert_eq!((head.status, head.header("content-type")), (get.status, get.header("content-type")), "{path}");
    }
}

#[actix_web::test]
async fn the_document_says_what_it_is() {
    let document: Value = serde_json::from_str(&openapi::document().to_json().unwrap()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}
