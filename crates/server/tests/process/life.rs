//! One run from start to stop.

use std::time::Duration;

use portero_adapters::postgres::testing::TestDatabase;
use serde_json::{Value, json};

use super::wire::has_the_shape_of;
use crate::support::{
    program::{ADMIN, PASSWORD, Program},
    tenant::{new_company, new_router},
};

const CONFIG: &str = "/api/v1/config/public";

#[test]
fn the_life_of_a_key_from_start_to_stop() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let anybody = server.client();
    assert_eq!(anybody.get("/health").expect(200).body, json!({"status": "healthy"}));

    let login = anybody.post("/api/v1/auth/login", &json!({"email": ADMIN, "password": PASSWORD})).expect(200);
    has_the_shape_of(&login.body, "log_in 200");
    let admin = anybody.with_session(login.text("access_token"));
    let company = admin.post("/admin/empresas", &new_company()).expect(201);
    has_the_shape_of(&company.body, "create_company 201");
    let company = company.text("id").to_owned();

    // The key is shown, and opens the portal of its router.
    let routers = format!("/admin/empresas/{company}/routers");
    let created = admin.post(&routers, &new_router(&company)).expect(201);
    has_the_shape_of(&created.body, "register_router 201");
    let (router, key) = (format!("{routers}/{}", created.text("id")), created.text("api_key").to_owned());
    let first_key_id = created.body["api_key_info"]["key_id"].clone();
    let status = admin.get(&format!("{router}/api-key-status")).expect(200);
    has_the_shape_of(&status.body, "api_key_status 200 unused");
    let portal = anybody.with_key(&key);
    let config = portal.get(CONFIG).expect(200);
    has_the_shape_of(&config.body, "public_config 200");
    assert_eq!(config.body["router"]["id"], created.body["id"]);
    assert_eq!(portal.get("/api/v1/catalogo_perfiles_venta").expect(200).body, json!([]));

    // Another takes its place.
    let regenerated = admin.post(&format!("{router}/regenerate-api-key"), &json!({})).expect(200);
    has_the_shape_of(&regenerated.body, "regenerate_api_key 200");
    assert_eq!(regenerated.body["previous_key_revoked"], true);
    let refused = portal.get(CONFIG).expect(401);
    has_the_shape_of(&refused.body, "public_config 401");
    assert_eq!(refused.text("code"), "api_key_revoked");
    let portal = anybody.with_key(regenerated.text("new_api_key"));
    portal.get(CONFIG).expect(200);
    let status = admin.get(&format!("{router}/api-key-status")).expect(200);
    has_the_shape_of(&status.body, "api_key_status 200");
    assert_eq!((&status.body["use_count"], status.text("status")), (&json!(1), "active"));
    let history = admin.get(&format!("{router}/api-keys")).expect(200);
    has_the_shape_of(&history.body, "api_key_history 200");
    let counts: Vec<&Value> = history.body.as_array().unwrap().iter().map(|key| &key["use_count"]).collect();
    assert_eq!(counts, [1, 2], "the newest first");
    assert_eq!(history.body[1]["key_id"], first_key_id);

    // That one is revoked, and none takes its place.
    let key_id = regenerated.body["api_key_info"]["key_id"].as_str().unwrap();
    let revoke = format!("{router}/api-keys/{key_id}/revoke");
    let revoked = admin.post(&revoke, &json!({})).expect(200);
    has_the_shape_of(&revoked.body, "revoke_api_key 200");
    has_the_shape_of(&admin.post(&revoke, &json!({})).expect(400).body, "revoke_api_key 400");
    portal.get(CONFIG).expect(401);
    let status = admin.get(&format!("{router}/api-key-status")).expect(200);
    has_the_shape_of(&status.body, "api_key_status 200 none");

    // An inactive router is given no key; an active one is, until it is deleted.
    let toggled = admin.put(&format!("{router}/toggle-activo"), &json!({})).expect(200);
    has_the_shape_of(&toggled.body, "toggle_router 200");
    let inactive = admin.post(&format!("{router}/regenerate-api-key"), &json!({})).expect(400);
    has_the_shape_of(&inactive.body, "regenerate_api_key 400");
    admin.put(&format!("{router}/activo"), &json!({"activo": true})).expect(200);
    let last = admin.post(&format!("{router}/regenerate-api-key"), &json!({})).expect(200);
    assert_eq!(last.body["previous_key_revoked"], false);
    let deleted = admin.delete(&router).expect(200);
    has_the_shape_of(&deleted.body, "delete_router 200");
    admin.get(&router).expect(404);
    let refused = anybody.with_key(last.text("new_api_key")).get(CONFIG).expect(401);
    assert_eq!(refused.text("code"), "api_key_revoked");

    admin.post("/api/v1/auth/logout", &json!({})).expect(200);
    admin.get(&routers).expect(401);
    server.terminate();
    let (status, log) = server.ended(Duration::from_secs(30));
    assert_eq!(status.code(), Some(0), "{log}");
}
