//! A company's logo: uploaded as a form, judged by its content, and shown to anyone.

use portero_testkit::builders::{a_company, a_logo, a_logo_file, a_user};

use crate::support::{Call, TestApp, assert_error, assert_example, assert_fields, assert_other_role};

const LOGO: &str = "/api/v1/admin/mi-empresa/logo";
const FORM: &str = "multipart/form-data; boundary=----x";

/// A form with these fields: a name, a file name and the content.
fn form(fields: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, file, content) in fields {
        let head = format!(
            "------x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        form.extend(head.into_bytes());
        form.extend(*content);
        form.extend(b"\r\n");
    }
    form.extend(b"------x--\r\n");
    form
}

async fn with_admin() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.with_company();
    let token = app.company_admin();
    (app, token)
}

fn upload<'a>(app: &'a TestApp, token: &str, content: &[u8]) -> Call<'a> {
    app.post(LOGO).bearer(token).body(FORM, form(&[("file", "logo.png", content)]))
}

#[actix_web::test]
async fn a_logo_is_stored_and_shown_to_anyone_for_good() {
    let (app, token) = with_admin().await;
    let response = upload(&app, &token, a_logo().content()).await;
    assert_example(&response, "set_my_logo 200");
    let path = response.body["logo_url"].as_str().unwrap();
    assert_eq!(app.get("/api/v1/admin/mi-empresa").bearer(&token).await.body["logo_url"], path);
    let shown = app.get(path).await;
    assert_eq!((shown.status, shown.bytes.as_ref()), (200, a_logo().content()));
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(shown.header(name), Some(value), "{name}");
    }
}

#[actix_web::test]
async fn the_content_tells_the_kind_and_not_the_name_or_the_declared_type() {
    let (app, token) = with_admin().await;
    let body = form(&[("otro", "a.txt", b"x"), ("file", "../../evil.svg", a_logo().content())]);
    let response = app.post(LOGO).bearer(&token).body(FORM, body).await;
    assert_eq!(response.body["logo_url"], "/static/logos/logo_EMP_3A9F1C0B2D_000001.png");
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    let mut large = a_logo().into_content();
    large.resize(1024 * 1024 + 1, 0);
    let larger = vec![0; 4 * 1024 * 1024];
    let mut wide = a_logo().into_content();
    wide[16..20].copy_from_slice(&4_097_u32.to_be_bytes());
    for bad in [&svg[..], b"", b"GIF89a\x01\0\x01\0\0\0\0", &large, &larger, &wide] {
        let refused = app.unchanged(upload(&app, &token, bad)).await;
        assert_example(&refused, "set_my_logo 400");
    }
    let mut largest = a_logo().into_content();
    largest.resize(1024 * 1024, 0);
    assert_eq!(upload(&app, &token, &largest).await.status, 200);
}

#[actix_web::test]
async fn a_new_logo_has_a_new_name_and_the_old_one_is_gone() {
    let (app, token) = with_admin().await;
    for _ in 0..2 {
        assert_eq!(upload(&app, &token, a_logo().content()).await.status, 200);
    }
    let path = |tag| a_logo_file(tag).link().as_str().to_owned();
    assert_eq!(app.get(&path("000002")).await.status, 200);
    assert_error(&app.get(&path("000001")).await, 404, "not_found", "Recurso no encontrado");
    assert_eq!(app.store.tables().logos.len(), 1);
}

#[actix_web::test]
async fn what_is_no_logos_file_is_not_found() {
    let app = TestApp::new().await;
    for name in ["", "x", "logo_EMP_3A9F1C0B2D_a1b2c3.svg", "..%2Flogo_EMP_3A9F1C0B2D_a1b2c3.png", "%00"] {
        let response = app.get(&format!("/static/logos/{name}")).await;
        assert_error(&response, 404, "not_found", "Recurso no encontrado");
    }
}

#[actix_web::test]
async fn a_form_that_is_no_form_is_refused() {
    let (app, token) = with_admin().await;
    let good = form(&[("file", "logo.png", a_logo().content())]);
    let text = "El cuerpo de la solicitud debe ser multipart/form-data";
    for kind in ["application/json", "text/plain", "image/png", "", "multipart/mixed; boundary=----x"] {
        let response = app.unchanged(app.post(LOGO).bearer(&token).body(kind, good.clone())).await;
        assert_error(&response, 415, "unsupported_media_type", text);
    }
    let cut = good[..good.len() / 2].to_vec();
    for (kind, body) in [
        ("multipart/form-data", good.clone()),
        ("multipart/form-data; boundary=other", good.clone()),
        (FORM, cut),
        (FORM, b"x".to_vec()),
        (FORM, Vec::new()),
    ] {
        let response = app.unchanged(app.post(LOGO).bearer(&token).body(kind, body)).await;
        assert_error(&response, 400, "bad_request", "Solicitud inválida");
    }
    let call = app.post(LOGO).bearer(&token).body(FORM, good).header("content-encoding", "gzip");
    assert_eq!(app.unchanged(call).await.body["code"], "unsupported_content_encoding");
    let other = form(&[("logo", "logo.png", a_logo().content())]);
    let response = app.unchanged(app.post(LOGO).bearer(&token).body(FORM, other)).await;
    assert_fields(&response, &[("body.file", "missing")]);
}

#[actix_web::test]
async fn only_an_admin_of_an_active_company_uploads_a_logo() {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().inactive().build()));
    let (admin, super_admin) = (app.company_admin(), app.signed_in(3, a_user()));
    let refused = app.unchanged(upload(&app, &admin, a_logo().content())).await;
    assert_error(&refused, 403, "company_inactive", "Empresa no activa");
    let body = form(&[("file", "logo.png", a_logo().content())]);
    let stranger = app.unchanged(app.post(LOGO).body(FORM, body)).await;
    assert_error(&stranger, 401, "not_authenticated", "No autenticado");
    assert_other_role(&app, &super_admin, &[("POST", LOGO)], "Se requiere rol CLIENTE_ADMIN").await;
}
