//! Routers: listed, shown, switched, deleted.

use portero_domain::ids::CompanyId;
use portero_testkit::builders::{
    a_company, a_key, a_product, a_purchase, a_router, an_offer, company_id, router_id, start,
};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_error, assert_example, assert_fields};

const ROUTERS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers";
const ROUTER: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4";
const OTHER: &str = "EMP_0000000002";

fn other_company() -> CompanyId {
    company_id(OTHER)
}

#[actix_web::test]
async fn a_companys_routers_are_listed_as_the_page_shows() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.given(|store| store.with_company(a_company().id(OTHER).build()));
    app.given(|store| store.with_router(a_router().id("RTR_00000009").of(&other_company()).build()));

    let response = app.get(ROUTERS).bearer(&admin).await;
    assert_example(&response, "list_routers 200");
    assert_eq!(response.header("x-total-count"), Some("1"));
}

#[actix_web::test]
async fn routers_are_listed_oldest_first_and_in_parts() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    for (id, days) in [("RTR_00000003", 3), ("RTR_00000001", -1), ("RTR_00000002", 2)] {
        let router = a_router().id(id).created_at(start().plus(Duration::days(days)));
        app.given(|store| store.with_router(router.build()));
    }
    for (query, listed) in [
        ("", &["RTR_00000001", "RTR_A1B2C3D4", "RTR_00000002", "RTR_00000003"][..]),
        ("?limit=2", &["RTR_00000001", "RTR_A1B2C3D4"]),
        ("?limit=2&offset=1", &["RTR_A1B2C3D4", "RTR_00000002"]),
        ("?offset=3&limit=500", &["RTR_00000003"]),
        ("?offset=4", &[]),
        ("?otro=1", &["RTR_00000001", "RTR_A1B2C3D4", "RTR_00000002", "RTR_00000003"]),
    ] {
        let response = app.get(&format!("{ROUTERS}{query}")).bearer(&admin).await;
        let ids: Vec<_> =
            response.body.as_array().unwrap().iter().map(|router| router["id"].as_str().unwrap()).collect();
        assert_eq!((response.status, &ids[..]), (200, listed), "{query}");
        assert_eq!(response.header("x-total-count"), Some("4"), "{query}");
    }
}

#[actix_web::test]
async fn a_faulty_part_of_a_list_is_refused() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    for list in [ROUTERS.to_owned(), format!("{ROUTER}/api-keys")] {
        for (query, faults) in [
            ("limit=0", &[("query.limit", "out_of_range")][..]),
            ("limit=501", &[("query.limit", "out_of_range")]),
            ("limit=x", &[("query.limit", "int_type")]),
            ("limit=1.5", &[("query.limit", "int_type")]),
            ("offset=-1", &[("query.offset", "out_of_range")]),
            ("offset=99999999999999999999", &[("query.offset", "int_type")]),
            ("limit=%00&offset=%FF", &[("query.limit", "int_type"), ("query.offset", "int_type")]),
        ] {
            let response = app.get(&format!("{list}?{query}")).bearer(&admin).await;
            assert_fields(&response, faults);
        }
    }
}

#[actix_web::test]
async fn a_list_of_an_unknown_company_is_not_found() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    for unknown in ["EMP_FFFFFFFFFF", "emp_3A9F1C0B2D", "x"] {
        let response = app.get(&format!("/admin/empresas/{unknown}/routers")).bearer(&admin).await;
        assert_example(&response, "list_routers 404");
    }
}

#[actix_web::test]
async fn a_router_is_shown_with_null_where_it_stands_nowhere() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    assert_example(&app.get(ROUTER).bearer(&admin).await, "find_router 200");

    app.given(|store| store.with_router(a_router().id("RTR_00000002").without_location().build()));
    let response = app.get(&format!("{ROUTERS}/RTR_00000002")).bearer(&admin).await;
    assert_eq!(response.body.get("ubicacion"), Some(&Value::Null));
}

#[actix_web::test]
async fn a_toggle_turns_a_router_off_and_on_again() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let toggle = || app.put(&format!("{ROUTER}/toggle-activo")).bearer(&admin);
    assert_example(&toggle().await, "toggle_router 200 off");
    assert!(!app.store.tables().routers[0].active);
    assert_example(&toggle().await, "toggle_router 200");
    assert!(app.store.tables().routers[0].active);
}

#[actix_web::test]
async fn a_switch_may_be_tried_again() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let switch = |active: bool| app.put(&format!("{ROUTER}/activo")).bearer(&admin).json(&json!({ "activo": active }));
    for _ in 0..2 {
        assert_example(&switch(false).await, "switch_router 200 off");
        assert!(!app.store.tables().routers[0].active);
    }
    for _ in 0..2 {
        assert_example(&switch(true).await, "switch_router 200");
        assert!(app.store.tables().routers[0].active);
    }
}

#[actix_web::test]
async fn a_switch_says_on_or_off() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    for (request, fault) in [
        (json!({}), "missing"),
        (json!({ "activo": null }), "missing"),
        (json!({ "activo": "true" }), "bool_type"),
        (json!({ "activo": 1 }), "bool_type"),
    ] {
        let call = app.put(&format!("{ROUTER}/activo")).bearer(&admin).json(&request);
        assert_fields(&app.unchanged(call).await, &[("body.activo", fault)]);
    }
}

#[actix_web::test]
async fn a_deleted_router_takes_its_keys_along_and_leaves_its_purchases() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let key = app.with_key(a_key().build());
    app.given(|store| {
        store
            .with_product(a_product().offering(an_offer().off_sale().build()).build())
            .with_purchase(a_purchase().build())
    });

    assert_example(&app.delete(ROUTER).bearer(&admin).await, "delete_router 200");
    let tables = app.store.tables();
    assert!(tables.routers.is_empty() && tables.keys.is_empty() && tables.products.is_empty());
    assert_eq!(tables.purchases[0].purchase.order.router, router_id("RTR_A1B2C3D4"));

    assert_example(&app.delete(ROUTER).bearer(&admin).await, "delete_router 404");
    let refused = app.get("/api/v1/config/public").key(&key).await;
    assert_error(&refused, 401, "api_key_revoked", "API Key no válida o revocada");
}

#[actix_web::test]
async fn a_router_with_products_on_sale_stays() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.given(|store| {
        let product = |id, profile: &str| a_product().id(id).offering(an_offer().profile(profile).build()).build();
        let deleted = a_product().id(3).offering(an_offer().profile("3").off_sale().build()).build();
        store.with_product(product(1, "1")).with_product(product(2, "2")).with_product(deleted)
    });
    assert_example(&app.unchanged(app.delete(ROUTER).bearer(&admin)).await, "delete_router 400");
}

#[actix_web::test]
async fn a_router_that_the_company_does_not_have_is_not_found() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.given(|store| store.with_company(a_company().id(OTHER).build()));
    app.given(|store| store.with_router(a_router().id("RTR_00000009").of(&other_company()).build()));
    let switch = json!({ "activo": false });
    for (company, router) in [
        ("EMP_3A9F1C0B2D", "RTR_00000009"),
        ("EMP_3A9F1C0B2D", "RTR_FFFFFFFF"),
        ("EMP_3A9F1C0B2D", "rtr_a1b2c3d4"),
        ("EMP_3A9F1C0B2D", "%00"),
        ("EMP_3A9F1C0B2D", "%C3%28"),
        (OTHER, "RTR_A1B2C3D4"),
        ("EMP_FFFFFFFFFF", "RTR_A1B2C3D4"),
        ("x", "RTR_A1B2C3D4"),
    ] {
        let path = format!("/admin/empresas/{company}/routers/{router}");
        let at = |part: &str| format!("{path}/{part}");
        for call in [
            app.get(&path),
            app.delete(&path),
            app.put(&at("toggle-activo")),
            app.put(&at("activo")).json(&switch),
            app.post(&at("regenerate-api-key")),
            app.get(&at("api-keys")),
            app.get(&at("api-key-status")),
            app.get(&at("salud")),
        ] {
            assert_example(&app.unchanged(call.bearer(&admin)).await, "find_router 404");
        }
        let revoke = app.post(&at("api-keys/key_a1b2c3d4e5f6g7h8/revoke")).bearer(&admin);
        assert_example(&app.unchanged(revoke).await, "revoke_api_key 404");
    }
}

#[actix_web::test]
async fn routers_are_selected_by_state_and_text_for_both_kinds_of_admins() {
    let app = TestApp::new().await;
    app.with_router();
    let off = a_router().id("RTR_00000002").named("Piscina 100%").inactive().build();
    app.given(|store| store.with_router(off));
    let (super_admin, company_admin) = (app.super_admin(), app.company_admin());
    for (path, token) in [(ROUTERS, &super_admin), ("/api/v1/admin/mi-empresa/routers", &company_admin)] {
        for (query, expected) in [
            ("", vec!["RTR_A1B2C3D4", "RTR_00000002"]),
            ("activo=true", vec!["RTR_A1B2C3D4"]),
            ("activo=false", vec!["RTR_00000002"]),
            ("q=PISCINA", vec!["RTR_00000002"]),
            ("q=%25", vec!["RTR_00000002"]),
            ("q=192.168&activo=true", vec!["RTR_A1B2C3D4"]),
            ("q=_", vec![]),
            ("activo=&q=", vec!["RTR_A1B2C3D4", "RTR_00000002"]),
        ] {
            let response = app.get(&format!("{path}?offset=0&{query}")).bearer(token).await;
            let ids: Vec<_> = response.body.as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
            assert_eq!(ids, expected, "{path}?{query}");
            assert_eq!(response.header("x-total-count"), Some(expected.len().to_string().as_str()), "{query}");
        }
        let page = app.get(&format!("{path}?limit=1&q=i")).bearer(token).await;
        assert!(page.header("link").unwrap().contains("?limit=1&q=i&despues_de="), "{page:?}");
        for (query, field, kind) in [
            ("activo=si", "activo", "bool_type"),
            ("activo=TRUE", "activo", "bool_type"),
            (&*format!("q={}", "a".repeat(101)), "q", "string_too_long"),
            ("q=%20", "q", "string_too_short"),
            ("q=a%00", "q", "value_error"),
        ] {
            let response = app.get(&format!("{path}?{query}")).bearer(token).await;
            assert_eq!(response.status, 422, "{query}");
            let fault = &response.body["detail"][0];
            assert_eq!((&fault["loc"][1], &fault["type"]), (&field.into(), &kind.into()), "{query}");
        }
    }
}
