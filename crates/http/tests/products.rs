use portero_domain::product::ProductDetails;
use portero_testkit::builders::{a_company, a_key, a_product, a_router, an_offer, router_id, start};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_example, assert_faulty, assert_fields, assert_other_role, example};

const PRODUCTS: &str = "/api/v1/admin/products";
const PRODUCT: &str = "/api/v1/admin/products/1";

/// The service with the company and the router of the examples, and the company's logged-in admin.
async fn with_router() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.with_router();
    let token = app.company_admin();
    (app, token)
}

/// The same, with the product of the examples.
async fn with_product() -> (TestApp, String) {
    let (app, token) = with_router().await;
    app.given(|store| store.with_product(a_product().build()));
    (app, token)
}

/// Adds a second router of the company, with a product of the same profile.
fn add_second_router(app: &TestApp) {
    let second = a_router().id("RTR_00000002").named("Router Alberca").build();
    let offer = an_offer().on(&second.id).build();
    app.given(|store| store.with_router(second)).given(|store| {
        store.with_product(a_product().id(2).offering(offer).created_at(start().plus(Duration::HOUR)).build())
    });
}

/// Adds another company than the admin's, with a router and the product 9.
fn add_other_company(app: &TestApp) {
    let other = a_company().id("EMP_0000000001").build();
    let router = a_router().id("RTR_00000009").of(&other.id).build();
    let product = a_product().id(9).of(&other.id).offering(an_offer().on(&router.id).build()).build();
    app.given(|store| store.with_company(other).with_router(router).with_product(product));
}

/// The example of a new product, changed by these fields.
fn new_product(fields: &Value) -> Value {
    let mut body = example("create_product request");
    for (field, value) in fields.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

#[actix_web::test]
async fn a_new_product_is_answered_with_its_place() {
    let (app, token) = with_router().await;
    app.clock.set(start().plus(Duration::microseconds(123_456)));
    let response = app.post(PRODUCTS).bearer(&token).json(&example("create_product request")).await;
    assert_example(&response, "create_product 201");
    assert_eq!(response.header("location"), Some(PRODUCT));
    let found = app.get(PRODUCT).bearer(&token).await;
    assert_eq!((found.status, found.text), (200, response.text));
}

#[actix_web::test]
async fn what_is_left_out_of_a_new_product_has_its_usual_value() {
    let (app, token) = with_router().await;
    let body = json!({
        "router_id": "RTR_A1B2C3D4", "perfil_mikrotik_id": "*1", "perfil_mikrotik_nombre": "1hora",
        "nombre_venta": "1 Hora", "precio": 25, "descripcion": "", "imagen_url": " ",
    });
    let response = app.post(PRODUCTS).bearer(&token).json(&body).await;
    assert_eq!(response.status, 201, "{response:?}");
    let usual = r#""descripcion":null,"imagen_url":null,"precio":25.00,"moneda":"MXN","detalles":[],"activo":true,"orden_visual":0,"destacado":false"#;
    assert!(response.text.contains(usual), "{response:?}");
}

#[actix_web::test]
async fn a_new_product_has_every_faulty_field_named() {
    let (app, token) = with_router().await;
    let faults = [
        ("router_id", json!("router"), "value_error"),
        ("router_id", json!(null), "missing"),
        ("perfil_mikrotik_id", json!(1), "string_type"),
        ("perfil_mikrotik_id", json!(null), "missing"),
        ("perfil_mikrotik_nombre", json!(""), "string_too_short"),
        ("perfil_mikrotik_nombre", json!("x".repeat(201)), "string_too_long"),
        ("nombre_venta", json!("a\nb"), "value_error"),
        ("nombre_venta", json!(null), "missing"),
        ("descripcion", json!("x".repeat(1_001)), "string_too_long"),
        ("imagen_url", json!(["x"]), "string_type"),
        ("precio", json!(0), "out_of_range"),
        ("precio", json!(null), "missing"),
        ("precio", json!(-0.01), "out_of_range"),
        ("precio", json!(0.00), "out_of_range"),
        ("precio", json!(19.999), "value_error"),
        ("precio", json!("gratis"), "decimal_type"),
        ("precio", json!(100_000_000), "out_of_range"),
        ("precio", json!([25]), "decimal_type"),
        ("moneda", json!("GBP"), "value_error"),
        ("moneda", json!(""), "value_error"),
        ("moneda", json!("mxn"), "value_error"),
        ("detalles", json!([{ "texto": "a" }, "b"]), "list_type"),
        ("detalles", json!({ "texto": "a" }), "list_type"),
        ("detalles", json!("[]"), "list_type"),
        ("detalles", json!([null]), "list_type"),
        ("activo", json!("si"), "bool_type"),
        ("orden_visual", json!(2_147_483_648_i64), "out_of_range"),
        ("orden_visual", json!(1.5), "int_type"),
        ("destacado", json!(0), "bool_type"),
    ];
    assert_faulty(|| app.post(PRODUCTS).bearer(&token), &example("create_product request"), &faults).await;
}

#[actix_web::test]
async fn another_currency_is_refused_in_the_documents_words() {
    let (app, token) = with_product().await;
    let create = app.post(PRODUCTS).bearer(&token).json(&new_product(&json!({ "moneda": "GBP" })));
    assert_example(&app.unchanged(create).await, "create_product 422");
    let edit = app.put(PRODUCT).bearer(&token).json(&json!({ "moneda": "GBP" }));
    assert_eq!(app.unchanged(edit).await.body, example("create_product 422"));
    for currency in ["USD", "EUR", "MXN"] {
        let response = app.put(PRODUCT).bearer(&token).json(&json!({ "moneda": currency })).await;
        assert_eq!(response.body["moneda"], currency);
    }
}

#[actix_web::test]
async fn a_price_keeps_its_cents_and_its_two_decimals() {
    let (app, token) = with_product().await;
    for (sent, written) in [
        ("0.01", "0.01"),
        ("19.99", "19.99"),
        ("19.9", "19.90"),
        ("50", "50.00"),
        ("\"1234.50\"", "1234.50"),
        ("4583.0700", "4583.07"),
        ("99999999.99", "99999999.99"),
    ] {
        let body = format!(r#"{{"precio":{sent}}}"#);
        let response = app.put(PRODUCT).bearer(&token).body("application/json", body).await;
        assert!(response.text.contains(&format!(r#""precio":{written},"moneda""#)), "{response:?}");
    }
}

#[actix_web::test]
async fn details_come_back_letter_by_letter() {
    let (app, token) = with_product().await;
    let key = app.with_key(a_key().build());
    for details in [
        "[]",
        r#"[{"z":1,"a":{"y":[true,null],"b":""}},{}]"#,
        r#"[ {"n" : 1.50, "e": 1e2, "grande": 12345678901234567890123, "a":"\u00e1 \"q\" \\ \/"} ]"#,
        r#"[{"texto":"é 漢 🙂"}]"#,
    ] {
        let body = format!(r#"{{"detalles":{details}}}"#);
        let response = app.put(PRODUCT).bearer(&token).body("application/json", body).await;
        assert_eq!(response.status, 200, "{response:?}");
        let written = format!(r#""detalles":{details}"#);
        for shown in [
            response,
            app.get(PRODUCT).bearer(&token).await,
            app.get(PRODUCTS).bearer(&token).await,
            app.get("/api/v1/catalogo_perfiles_venta").key(&key).await,
        ] {
            assert!(shown.text.contains(&written), "{shown:?}");
        }
    }
}

#[actix_web::test]
async fn details_are_50_objects_and_8_kib_at_most() {
    let (app, token) = with_product().await;
    let put = |details: &str| {
        app.put(PRODUCT).bearer(&token).body("application/json", format!(r#"{{"detalles":{details}}}"#))
    };
    let many = |count: usize| format!("[{}]", vec!["{}"; count].join(","));
    let large = |bytes: usize| format!(r#"[{{"a":"{}"}}]"#, "x".repeat(bytes - r#"[{"a":""}]"#.len()));
    for details in [many(50), large(8_192)] {
        assert_eq!(put(&details).await.status, 200);
        assert_eq!(app.store.tables().products[0].offer.details, ProductDetails::new(details));
    }
    for details in [many(51), large(8_193)] {
        assert_fields(&app.unchanged(put(&details)).await, &[("body.detalles", "list_too_long")]);
    }
}

#[actix_web::test]
async fn a_router_has_one_product_a_profile_on_sale_or_not() {
    let (app, token) = with_product().await;
    let create = |fields: Value| app.post(PRODUCTS).bearer(&token).json(&new_product(&fields));
    assert_example(&app.unchanged(create(json!({ "perfil_mikrotik_id": "*2" }))).await, "create_product 409");
    assert_eq!(app.delete(PRODUCT).bearer(&token).await.status, 200);
    assert_example(&app.unchanged(create(json!({}))).await, "create_product 409");
    assert_eq!(create(json!({ "perfil_mikrotik_nombre": "1dia" })).await.status, 201);
    app.given(|store| store.with_router(a_router().id("RTR_00000002").build()));
    assert_eq!(create(json!({ "router_id": "RTR_00000002" })).await.status, 201);
}

#[actix_web::test]
async fn a_company_that_is_off_puts_nothing_on_sale() {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().inactive().build()).with_router(a_router().build()));
    let token = app.company_admin();
    let call = app.post(PRODUCTS).bearer(&token).json(&example("create_product request"));
    assert_example(&app.unchanged(call).await, "create_product 403");
}

#[actix_web::test]
async fn products_are_listed_oldest_first_by_router_and_in_parts() {
    let (app, token) = with_product().await;
    assert_example(&app.get(PRODUCTS).bearer(&token).await, "list_products 200");
    add_second_router(&app);
    for (query, total, ids) in [
        ("", "2", json!([1, 2])),
        ("?router_id=RTR_00000002", "1", json!([2])),
        ("?router_id=RTR_FFFFFFFF", "0", json!([])),
        ("?limit=1&offset=1", "2", json!([2])),
    ] {
        let response = app.get(&format!("{PRODUCTS}{query}")).bearer(&token).await;
        let found: Vec<_> = response.body.as_array().unwrap().iter().map(|product| product["id"].clone()).collect();
        assert_eq!((response.header("x-total-count"), json!(found)), (Some(total), ids), "{query}");
    }
    let response = app.get(&format!("{PRODUCTS}?router_id=router&limit=0&offset=x")).bearer(&token).await;
    let faults = [("query.router_id", "value_error"), ("query.limit", "out_of_range"), ("query.offset", "int_type")];
    assert_fields(&response, &faults);
}

#[actix_web::test]
async fn a_product_is_shown_and_one_that_nobody_knows_is_not() {
    let (app, token) = with_product().await;
    assert_example(&app.get(PRODUCT).bearer(&token).await, "find_product 200");
    for id in ["2", "0", "-1", "1.0", "abc", "9223372036854775808", "%00"] {
        let path = format!("{PRODUCTS}/{id}");
        assert_example(&app.get(&path).bearer(&token).await, "find_product 404");
        assert_example(&app.unchanged(app.delete(&path).bearer(&token)).await, "delete_product 404");
        let edit = app.put(&path).bearer(&token).json(&json!({ "precio": 1 }));
        assert_example(&app.unchanged(edit).await, "edit_product 404");
    }
}

#[actix_web::test]
async fn an_edit_changes_what_it_mentions() {
    let (app, token) = with_product().await;
    let response = app.put(PRODUCT).bearer(&token).json(&example("edit_product request")).await;
    assert_example(&response, "edit_product 200");
    assert_eq!(app.get(PRODUCT).bearer(&token).await.text, response.text);
}

#[actix_web::test]
async fn an_edit_that_mentions_nothing_changes_nothing() {
    let (app, token) = with_product().await;
    let mut nulls = example("create_product request");
    nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = json!(null));
    for body in [json!({}), nulls, json!({ "id": 7, "empresa_id": "EMP_0000000001", "creado_en": "ayer" })] {
        let response = app.unchanged(app.put(PRODUCT).bearer(&token).json(&body)).await;
        assert_eq!((response.status, response.body), (200, example("find_product 200")));
    }
}

#[actix_web::test]
async fn an_edit_has_every_faulty_field_named() {
    let (app, token) = with_product().await;
    let faults = [
        ("router_id", json!(""), "value_error"),
        ("perfil_mikrotik_id", json!(""), "string_too_short"),
        ("perfil_mikrotik_nombre", json!(3), "string_type"),
        ("nombre_venta", json!(" "), "string_too_short"),
        ("descripcion", json!(true), "string_type"),
        ("imagen_url", json!("x".repeat(501)), "string_too_long"),
        ("precio", json!("0"), "out_of_range"),
        ("moneda", json!(""), "value_error"),
        ("detalles", json!(["a"]), "list_type"),
        ("activo", json!("true"), "bool_type"),
        ("orden_visual", json!("1"), "int_type"),
        ("destacado", json!({}), "bool_type"),
    ];
    assert_faulty(|| app.put(PRODUCT).bearer(&token), &example("edit_product request"), &faults).await;
}

#[actix_web::test]
async fn a_product_moves_to_another_router_of_the_company() {
    let (app, token) = with_product().await;
    add_second_router(&app);
    let put = |body: Value| app.put(PRODUCT).bearer(&token).json(&body);
    let taken = app.unchanged(put(json!({ "router_id": "RTR_00000002" }))).await;
    let text = "Ya existe un producto con el perfil '1hora' para este router (Router Alberca)";
    assert_eq!((taken.status, &taken.body["detail"]), (409, &json!(text)));
    let moved = put(json!({ "router_id": "RTR_00000002", "perfil_mikrotik_nombre": "2horas" })).await;
    assert_eq!((moved.status, &moved.body["router_id"]), (200, &json!("RTR_00000002")));
    assert_eq!(app.store.tables().products[0].offer.router, router_id("RTR_00000002"));
    let back = json!({ "router_id": "RTR_A1B2C3D4", "perfil_mikrotik_nombre": "1hora" });
    assert_eq!(put(back).await.body, example("find_product 200"));
}

#[actix_web::test]
async fn an_edit_never_makes_two_products_of_one_profile() {
    let (app, token) = with_product().await;
    let other = a_product().id(2).offering(an_offer().profile("1dia").build()).build();
    app.given(|store| store.with_product(other));
    let call = app.put("/api/v1/admin/products/2").bearer(&token).json(&json!({ "perfil_mikrotik_nombre": "1hora" }));
    assert_example(&app.unchanged(call).await, "edit_product 409");
}

#[actix_web::test]
async fn a_deleted_product_is_off_sale_and_can_be_put_back() {
    let (app, token) = with_product().await;
    let key = app.with_key(a_key().build());
    let catalogue = || app.get("/api/v1/catalogo_perfiles_venta").key(&key);
    assert_eq!(catalogue().await.body.as_array().unwrap().len(), 1);
    assert_example(&app.delete(PRODUCT).bearer(&token).await, "delete_product 200");
    assert_example(&app.unchanged(app.delete(PRODUCT).bearer(&token)).await, "delete_product 200");
    assert_eq!(catalogue().await.body, json!([]));
    assert_eq!(app.get(PRODUCT).bearer(&token).await.body["activo"], json!(false));
    let back = app.put(PRODUCT).bearer(&token).json(&json!({ "activo": true })).await;
    assert_eq!(back.body, example("find_product 200"));
    assert_eq!(catalogue().await.body.as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_admin_reaches_no_product_or_router_of_another_company() {
    let (app, token) = with_product().await;
    add_other_company(&app);
    assert_example(&app.get(PRODUCTS).bearer(&token).await, "list_products 200");
    assert_eq!(app.get(&format!("{PRODUCTS}?router_id=RTR_00000009")).bearer(&token).await.body, json!([]));

    let theirs = format!("{PRODUCTS}/9");
    assert_example(&app.get(&theirs).bearer(&token).await, "find_product 404");
    assert_example(&app.unchanged(app.delete(&theirs).bearer(&token)).await, "delete_product 404");
    let edit = app.put(&theirs).bearer(&token).json(&example("edit_product request"));
    assert_example(&app.unchanged(edit).await, "edit_product 404");

    for router in ["RTR_00000009", "RTR_FFFFFFFF"] {
        let create = app.post(PRODUCTS).bearer(&token).json(&new_product(&json!({ "router_id": router })));
        assert_example(&app.unchanged(create).await, "create_product 404");
        let edit = app.put(PRODUCT).bearer(&token).json(&json!({ "router_id": router }));
        assert_eq!(app.unchanged(edit).await.body, example("create_product 404"));
    }
}

#[actix_web::test]
async fn a_super_admin_sells_nothing() {
    let (app, _) = with_product().await;
    let token = app.super_admin();
    let endpoints = [("GET", PRODUCTS), ("POST", PRODUCTS), ("GET", PRODUCT), ("PUT", PRODUCT), ("DELETE", PRODUCT)];
    assert_other_role(&app, &token, &endpoints, "Se requiere rol CLIENTE_ADMIN").await;
}
