//! A company's admin while the company is inactive: they log in and read, and every change is refused.

use portero_http::api::openapi;
use portero_testkit::{
    FakePasswords,
    builders::{a_company, a_product, a_purchase, a_router, a_user},
};
use serde_json::{Value, json};

use crate::{
    operations::is_of_company_admins,
    support::{TestApp, assert_error},
};

/// Reads that connect to a router or a gateway, so they count as changes.
const DIALS: [&str; 4] = ["find_my_router_tls", "test_my_router", "list_my_router_profiles", "my_reconciliation"];

/// Every operation of a company's admin: its id, its method, and a path with ids in it that are there.
fn operations() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(openapi::document()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_admins = paths.into_iter().filter(|(path, _)| is_of_company_admins(path));
    of_admins
        .flat_map(|(path, item)| {
            let path = path.replace("{router_id}", a_router().build().id.as_str());
            let path = path.replace("{producto_id}", "1").replace("{transaccion_id}", "1");
            let methods = item.as_object().unwrap().clone();
            methods.into_iter().map(move |(method, operation): (String, Value)| {
                (operation["operationId"].as_str().unwrap().to_owned(), method.to_uppercase(), path.clone())
            })
        })
        .collect()
}

async fn an_app_of_an_inactive_company() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().inactive().build()).with_router(a_router().build()))
        .given(|store| store.with_product(a_product().build()).with_purchase(a_purchase().build()));
    let token = app.company_admin();
    (app, token)
}

#[actix_web::test]
async fn every_change_is_refused_and_every_read_is_not() {
    let (app, token) = an_app_of_an_inactive_company().await;
    let operations = operations();
    assert!(operations.len() > 12, "{operations:?}");
    for (id, method, path) in operations {
        let response = app.unchanged(app.call(&method, &path).bearer(&token).json(&json!({}))).await;
        if method != "GET" || DIALS.contains(&id.as_str()) {
            assert_error(&response, 403, "company_inactive", "Empresa no activa");
        } else {
            assert_eq!(response.status, 200, "{id}: {response:?}");
        }
    }
}

#[actix_web::test]
async fn an_admin_of_an_inactive_company_logs_in_and_changes_the_password() {
    let (app, _) = an_app_of_an_inactive_company().await;
    let hash = FakePasswords::hash_of("password123");
    app.signed_in(7, a_user().email("otra@hotelcentral.mx").admin_of(&a_company().build().id).password(hash));
    let body = json!({"email": "otra@hotelcentral.mx", "password": "password123"});
    let session = app.post("/api/v1/auth/login").json(&body).await;
    assert_eq!(session.status, 200);
    let token = session.body["access_token"].as_str().unwrap();
    let change = json!({"current_password": "password123", "new_password": "otra frase mejor"});
    assert_eq!(app.post("/api/v1/auth/change-password").bearer(token).json(&change).await.status, 200);
}
