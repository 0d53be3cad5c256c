//! Requests that are wrong as a whole: their path, method, body or origin.

use serde_json::json;

use crate::{
    operations::{Operation, World, operations},
    support::{TestApp, assert_error, assert_example, assert_fields, example},
};

const ROUTERS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers";

#[actix_web::test]
async fn what_is_nowhere_is_not_found_by_any_method() {
    let app = TestApp::new().await;
    for path in [
        "/none",
        "/none/",
        "/api/v1",
        "/admin",
        "/admin/",
        "/health//",
        "//",
        "//health",
        "/health/x/",
        "/%00",
        "/%FF",
        "/admin/../health",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            assert_error(&app.call(method, path).await, 404, "not_found", "Recurso no encontrado");
        }
    }
}

#[actix_web::test]
async fn a_final_slash_makes_no_difference_to_any_operation() {
    for operation in operations().iter().filter(|operation| operation.path != "/") {
        let (plain, slashed) = (World::new().await, World::new().await);
        let documented = plain.as_documented(operation).await;
        let path = format!("{}/", operation.path);
        let response = slashed.as_documented(&Operation { path, ..operation.clone() }).await;
        assert_eq!((response.status, &response.body), (documented.status, &documented.body), "{}", operation.id);
        assert_eq!(slashed.app.store.tables(), plain.app.store.tables(), "{}", operation.id);
    }
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let page = app.get("/admin/empresas/?limit=1&despues_de=inicio").bearer(&admin).await;
    assert_eq!(page.status, 200);
    let wrong = app.call("DELETE", "/admin/empresas/").bearer(&admin).await;
    assert_error(&wrong, 405, "method_not_allowed", "Método no permitido");
    assert_eq!(app.get("/openapi.json/").await.status, 200);
}

#[actix_web::test]
async fn a_number_in_a_path_has_one_spelling() {
    let world = World::new().await;
    for operation in
        operations().iter().filter(|operation| operation.path.split('/').any(|part| part.parse::<u8>().is_ok()))
    {
        let documented = world.app.unchanged(world.bare(operation)).await.status;
        assert_eq!(documented, 401, "{}", operation.id);
        let right = operation.path.split('/').find(|part| part.parse::<u8>().is_ok()).unwrap();
        for wrong in ["0{}", "00{}", "+{}", "%2B{}", "-{}", "{}.0", "{}%20", "%20{}", "%EF%BC%91", "{}e0", "{}_0"] {
            let path = operation.path.replacen(&format!("/{right}"), &format!("/{}", wrong.replace("{}", right)), 1);
            let call = world.as_documented(&Operation { path: path.clone(), ..operation.clone() });
            assert_eq!(world.unchanged(call).await.status, 404, "{path}");
        }
    }
}

#[actix_web::test]
async fn what_may_not_be_done_at_a_path_is_refused_and_told_what_may() {
    let world = World::new().await;
    let operations = operations();
    for operation in &operations {
        let same_path = operations.iter().filter(|other| other.path == operation.path);
        let mut may: Vec<_> = same_path.map(|other| other.method.as_str()).collect();
        if may.contains(&"GET") {
            may.push("HEAD");
        }
        may.sort_unstable();
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            if may.contains(&method) {
                continue;
            }
            let response = world.app.unchanged(world.app.call(method, &operation.path)).await;
            assert_error(&response, 405, "method_not_allowed", "Método no permitido");
            let mut allowed: Vec<_> = response.header("allow").unwrap().split(", ").collect();
            allowed.sort_unstable();
            assert_eq!(allowed, may, "{method} {}", operation.path);
        }
    }
}

#[actix_web::test]
async fn a_body_that_is_no_json_object_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for operation in operations().iter().filter(|operation| operation.has_body) {
        for (body, fault) in [
            (&b""[..], "json_invalid"),
            (b"  ", "json_invalid"),
            (b"{", "json_invalid"),
            (b"{\"a\": }", "json_invalid"),
            (b"{} {}", "json_invalid"),
            (b"{'a': 1}", "json_invalid"),
            (b"\xef\xbb\xbf", "json_invalid"),
            (b"\xef\xbb\xbf\xef\xbb\xbf{}", "json_invalid"),
            (b"\xff\xfe{\0}\0", "json_invalid"),
            (b"{\"nombre\": \"\xff\xfe\"}", "json_invalid"),
            (b"{\"activo\": NaN}", "json_invalid"),
            (b"[]", "dict_type"),
            (b" [{}]", "dict_type"),
            (b"null", "dict_type"),
            (b"\"{}\"", "dict_type"),
            (b"1e999", "dict_type"),
            (deep.as_bytes(), "dict_type"),
        ] {
            let call = world.by_its_caller(operation).body("application/json", body.to_vec());
            assert_fields(&world.unchanged(call).await, &[("body", fault)]);
        }
        let request = example(&format!("{} request", operation.id));
        let field = request.as_object().unwrap().keys().next().unwrap();
        let deep_fields = format!(r#"{{"{field}": {deep}, "otro": {deep}}}"#);
        let call = world.by_its_caller(operation).body("application/json", deep_fields);
        assert_eq!(world.unchanged(call).await.status, 422, "{}", operation.id);
    }
}

#[actix_web::test]
async fn a_field_that_is_there_twice_is_refused() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let body = r#"{"activo": true, "activo": false}"#;
    let call = app.put(&format!("{ROUTERS}/RTR_A1B2C3D4/activo")).bearer(&admin).body("application/json", body);
    assert_fields(&app.unchanged(call).await, &[("body", "json_invalid")]);
}

#[actix_web::test]
async fn a_body_of_another_type_is_refused_and_so_is_one_without_a_type() {
    let world = World::new().await;
    let text = "El cuerpo de la solicitud debe ser application/json";
    for operation in operations().iter().filter(|operation| operation.has_body) {
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "application",
            "*/*",
            "",
            ";",
            "json",
            "/json",
            "application/",
            "application/jsonp",
            "application/+json",
            "application/json, application/json",
            "text/plain; application/json",
        ] {
            let call = world.by_its_caller(operation).body(kind, "{}");
            assert_error(&world.unchanged(call).await, 415, "unsupported_media_type", text);
        }
        let response = world.unchanged(world.by_its_caller(operation)).await;
        assert_error(&response, 415, "unsupported_media_type", text);
    }
}

#[actix_web::test]
async fn two_types_of_one_body_must_both_be_json() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let call = |other: &'static str| {
        let call = app.put(&format!("{ROUTERS}/RTR_A1B2C3D4/activo")).bearer(&admin);
        call.json(&json!({ "activo": false })).header("content-type", other)
    };
    let text = "El cuerpo de la solicitud debe ser application/json";
    assert_error(&app.unchanged(call("text/plain")).await, 415, "unsupported_media_type", text);
    assert_example(&call("application/json").await, "switch_router 200 off");
}

#[actix_web::test]
async fn an_encoded_body_is_refused_and_told_that_it_must_not_be() {
    let world = World::new().await;
    let text = "El cuerpo de la solicitud no debe venir comprimido";
    for operation in operations().iter().filter(|operation| operation.has_body) {
        for coding in ["gzip", "br", "zstd", "deflate", "gzip, identity", "x-unknown", "\u{f1}"] {
            let call = world.by_its_caller(operation).body("application/json", "{}").header("content-encoding", coding);
            let response = world.unchanged(call).await;
            assert_error(&response, 415, "unsupported_content_encoding", text);
            assert_eq!(response.header("accept-encoding"), Some("identity"));
        }
    }
    for coding in ["identity", "Identity", "", " "] {
        let app = TestApp::new().await;
        let admin = app.with_router().super_admin();
        let call = app.put(&format!("{ROUTERS}/RTR_A1B2C3D4/activo")).bearer(&admin).json(&json!({ "activo": false }));
        assert_example(&call.header("content-encoding", coding).await, "switch_router 200 off");
    }
}

#[actix_web::test]
async fn a_byte_order_mark_in_front_of_json_is_passed_over() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let call = app.put(&format!("{ROUTERS}/RTR_A1B2C3D4/activo")).bearer(&admin);
    let call = call.body("application/json", &b"\xef\xbb\xbf {\"activo\": false}"[..]);
    assert_example(&call.await, "switch_router 200 off");
}

#[actix_web::test]
async fn json_may_say_its_charset_and_have_fields_that_nobody_knows() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    for kind in [
        "application/json; charset=utf-8",
        "application/json ; charset=utf-8",
        "application/json;charset=\"utf-8\"",
        "application/json;",
        " application/json\t",
        "APPLICATION/JSON",
        "application/merge-patch+json",
        "application/problem+JSON ; x=y",
    ] {
        let body = json!({ "activo": false, "otro": { "x": [1] } }).to_string();
        let call = app.put(&format!("{ROUTERS}/RTR_A1B2C3D4/activo")).bearer(&admin).body(kind, body);
        assert_example(&call.await, "switch_router 200 off");
    }
}

#[actix_web::test]
async fn a_body_beyond_64_kib_is_refused() {
    let world = World::new().await;
    let text = "El cuerpo de la solicitud es demasiado grande";
    for operation in operations().iter().filter(|operation| operation.has_body) {
        let body = format!("{{\"nombre\": \"{}\"}}", "x".repeat(64 * 1024));
        let call = world.by_its_caller(operation).body("application/json", body);
        assert_error(&world.unchanged(call).await, 413, "payload_too_large", text);
    }
}

#[actix_web::test]
async fn a_page_of_an_origin_that_may_call_is_told_so_and_another_is_not() {
    let app = TestApp::with(|_, options| options.cors_origins = vec!["https://panel.example".to_owned()]).await;
    let preflight = |origin: &str| {
        app.call("OPTIONS", ROUTERS)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-api-key")
    };
    let allowed = preflight("https://panel.example").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("https://panel.example"));
    assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));
    assert!(allowed.header("access-control-allow-methods").unwrap().contains("POST"));
    assert!(allowed.header("access-control-allow-headers").unwrap().contains("x-api-key"));

    for origin in ["https://evil.example", "null", "https://panel.example.evil.example"] {
        let refused = preflight(origin).await;
        assert_error(&refused, 400, "bad_request", "Solicitud inválida");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }

    // A refusal is read across origins too, or the page could not tell a 401 from a broken network.
    let call = |origin: &str| app.get(ROUTERS).header("origin", origin);
    let response = call("https://panel.example").await;
    assert_error(&response, 401, "not_authenticated", "No autenticado");
    assert_eq!(response.header("access-control-allow-origin"), Some("https://panel.example"));
    assert!(response.header("access-control-expose-headers").unwrap().contains("x-total-count"));
    assert_eq!(call("https://evil.example").await.header("access-control-allow-origin"), None);
}

#[actix_web::test]
async fn any_page_may_call_where_the_operator_says_so_but_with_no_cookie() {
    let app = TestApp::with(|_, options| options.cors_origins = vec!["*".to_owned()]).await;
    let response = app.get("/health").header("origin", "https://anything.example").await;
    assert_eq!((response.status, response.header("access-control-allow-credentials")), (200, None));
    assert_eq!(response.header("access-control-allow-origin"), Some("https://anything.example"));
}

#[actix_web::test]
async fn every_request_has_an_id_of_its_own() {
    let app = TestApp::new().await;
    let id =
        || async { app.get("/health").header("x-request-id", "mine").await.header("x-request-id").map(str::to_owned) };
    let (one, two) = (id().await, id().await);
    assert!(one.is_some() && one != two && one.as_deref() != Some("mine"));
}
