//! A company's payment gateways: set up, shown without a secret, and refused.

use std::sync::Arc;

use portero_application::Settings;
use portero_domain::{
    base_url::BaseUrl,
    company::{Company, GatewayMode},
    ports::{GatewayError, MockCardGateway, SecretPlace, Vault},
    secret::{Sealed, Secret},
};
use portero_testkit::{
    FakeGateway, FakeVault,
    builders::{a_company, a_key, a_router, a_user, a_webhook_key, foreign_id},
};
use serde_json::{Value, json};

use crate::support::{TestApp, assert_error, assert_example, assert_faulty, assert_other_role, example};

const MY_CREDENTIALS: &str = "/api/v1/admin/mi-empresa/configurar-credenciales";
const CREDENTIALS: &str = "/api/v1/payments/configurar-credenciales";
const CONFIGURE_CONEKTA: &str = "/api/v1/admin/mi-empresa/configurar-conekta";
const CONEKTA_CONFIG: &str = "/api/v1/admin/mi-empresa/conekta-config";
const CONEKTA: &str = "/api/v1/admin/mi-empresa/conekta";
const MERCADO_PAGO: &str = "/api/v1/admin/mi-empresa/mercado-pago";

/// The service with this company and its logged-in admin.
async fn with_admin(company: Company) -> (TestApp, String) {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(company));
    let token = app.company_admin();
    (app, token)
}

fn stored(app: &TestApp) -> Company {
    app.store.tables().companies[0].clone()
}

fn opened(sealed: Option<&Sealed>, place: &SecretPlace) -> Option<Secret> {
    sealed.map(|sealed| FakeVault::default().decrypt(sealed, place).unwrap())
}

fn access_token(app: &TestApp) -> Option<Secret> {
    let company = stored(app);
    let place = SecretPlace::MercadoPagoAccessToken(company.id);
    opened(company.mercado_pago.access.as_ref().map(|access| &access.token), &place)
}

#[actix_web::test]
async fn the_settings_are_shown_with_the_webhooks_addresses_and_without_a_secret() {
    let base = BaseUrl::parse("https://portero.example").ok();
    let app = TestApp::set(&Settings { public_base_url: base, ..Settings::default() }, |_, _| {}).await;
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    let token = app.company_admin();
    assert_example(&app.get(CONEKTA).bearer(&token).await, "find_my_conekta 200");
    let response = app.get(MERCADO_PAGO).bearer(&token).await;
    assert_example(&response, "find_my_mercado_pago 200");
    assert!(!response.text.contains("sealed") && !response.text.contains("APP_USR"));
}

#[actix_web::test]
async fn without_a_public_address_no_webhooks_address_is_shown_and_what_is_not_set_is_null() {
    let (app, token) = with_admin(a_company().build()).await;
    for (path, fields) in [
        (CONEKTA, &["webhook_url", "conekta_private_key", "conekta_webhook_public_key"][..]),
        (MERCADO_PAGO, &["webhook_url", "access_token", "webhook_secret", "user_id"]),
    ] {
        let response = app.get(path).bearer(&token).await;
        assert_eq!(response.status, 200);
        assert!(fields.iter().all(|field| response.body.get(field) == Some(&Value::Null)), "{response:?}");
    }
}

#[actix_web::test]
async fn the_mercado_pago_account_is_stored_sealed_with_its_user_under_either_path() {
    for path in [MY_CREDENTIALS, CREDENTIALS] {
        let (app, token) = with_admin(a_company().build()).await;
        let response = app.post(path).bearer(&token).json(&example("configure_my_credentials request")).await;
        assert_example(&response, "configure_my_credentials 200");
        assert_eq!(access_token(&app), Some(Secret::new("APP_USR-1234567890-token".into())));
        let company = stored(&app);
        let place = SecretPlace::MercadoPagoWebhookSecret(company.id);
        let secret = opened(company.mercado_pago.webhook_secret.as_ref(), &place);
        assert_eq!(secret, Some(Secret::new("a1b2c3d4e5f6".into())));
        assert_eq!(company.mercado_pago.access.unwrap().user, Some(foreign_id("123456789")));
        assert_eq!(company.mercado_pago.public_key, Some(foreign_id("APP_USR-public-key")));
        assert_eq!(company.mercado_pago.mode, GatewayMode::Live);
    }
}

#[actix_web::test]
async fn credentials_that_are_not_mentioned_stay() {
    let (app, token) = with_admin(a_company().with_secrets().build()).await;
    let before = access_token(&app);
    let response = app.post(CREDENTIALS).bearer(&token).json(&example("configure_credentials request")).await;
    assert_example(&response, "configure_credentials 200");
    assert_eq!(access_token(&app), before);
}

#[actix_web::test]
async fn a_request_that_mentions_nothing_changes_nothing_and_says_so() {
    let (app, token) = with_admin(a_company().with_secrets().build()).await;
    let mut nulls = example("configure_my_credentials request");
    nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = json!(null));
    let hidden = json!({ "access_token": "********", "webhook_secret": "********", "telegram_bot_token": "********" });
    for path in [MY_CREDENTIALS, CREDENTIALS] {
        for body in [&json!({}), &nulls, &hidden, &json!({ "id": "EMP_0000000001", "conekta_mode": "live" })] {
            let response = app.unchanged(app.post(path).bearer(&token).json(body)).await;
            assert_example(&response, "configure_credentials 200 nothing");
        }
    }
}

#[actix_web::test]
async fn an_empty_text_clears_a_credential() {
    let (app, token) = with_admin(a_company().with_secrets().build()).await;
    let fields = ["access_token", "webhook_secret", "public_key", "telegram_bot_token", "telegram_chat_id"];
    let body: Value = fields.iter().map(|field| ((*field).to_owned(), json!(""))).collect();
    let response = app.post(CREDENTIALS).bearer(&token).json(&body).await;
    assert_eq!(response.body["campos_modificados"], json!(fields));
    for field in fields {
        assert_eq!(response.body["configuracion_actual"][field], json!(false), "{field}");
    }
    let company = stored(&app);
    assert_eq!((company.mercado_pago.access, company.mercado_pago.webhook_secret), (None, None));
    assert!(company.conekta.private_key.is_some());
}

/// Every request that may bring a new access token.
const WITH_TOKEN: [(&str, &str); 4] = [
    ("POST", MY_CREDENTIALS),
    ("POST", CREDENTIALS),
    ("PUT", "/api/v1/admin/mi-empresa"),
    ("PUT", "/admin/empresas/EMP_3A9F1C0B2D"),
];

/// The service over a Mercado Pago, with everybody's session by the beginning of their paths.
async fn over(gateway: impl portero_domain::ports::CardGateway + 'static) -> (TestApp, impl Fn(&str) -> String) {
    let app = TestApp::with(|ports, _| ports.gateways.mercado_pago = Arc::new(gateway)).await;
    app.given(|store| store.with_company(a_company().build()));
    let (super_admin, company_admin) = (app.super_admin(), app.company_admin());
    (app, move |path: &str| if path.starts_with("/admin") { super_admin.clone() } else { company_admin.clone() })
}

#[actix_web::test]
async fn a_token_that_mercado_pago_rejects_is_told_at_once_and_nothing_changes() {
    let gateway = FakeGateway::new();
    gateway.refuse_credentials();
    let (app, session) = over(gateway).await;
    let body = json!({ "access_token": "APP_USR-wrong", "permite_3ds": true });
    for (method, path) in WITH_TOKEN {
        let response = app.unchanged(app.call(method, path).bearer(&session(path)).json(&body)).await;
        assert_example(&response, "configure_my_credentials 400");
    }
}

#[actix_web::test]
async fn a_mercado_pago_that_does_not_respond_is_told_and_nothing_changes() {
    let mut gateway = MockCardGateway::new();
    gateway.expect_owner().returning(|_| Err(GatewayError::Unavailable));
    let (app, session) = over(gateway).await;
    for (method, path) in WITH_TOKEN {
        let body = json!({ "access_token": "APP_USR-1" });
        let response = app.unchanged(app.call(method, path).bearer(&session(path)).json(&body)).await;
        assert_example(&response, "configure_my_credentials 503");
        assert_eq!(response.header("retry-after"), Some("1"));
    }
}

#[actix_web::test]
async fn an_edit_of_the_company_takes_the_names_of_the_gateways_own_endpoints() {
    let (app, session) = over(FakeGateway::new()).await;
    let pem = a_webhook_key().as_str().to_owned();
    for (path, token) in [("/api/v1/admin/mi-empresa", "APP_USR-1"), ("/admin/empresas/EMP_3A9F1C0B2D", "APP_USR-2")] {
        let body = json!({
            "access_token": token, "webhook_secret": "abc", "public_key": "APP_USR-public", "mode": "live",
            "permite_3ds": true, "conekta_webhook_public_key": pem, "conekta_private_key": "key",
        });
        let response = app.put(path).bearer(&session(path)).json(&body).await;
        assert_eq!(response.status, 200, "{response:?}");
        assert!(!response.text.contains(token) && !response.text.contains("abc"), "{response:?}");
        let company = stored(&app);
        assert_eq!(access_token(&app), Some(Secret::new(token.into())));
        assert_eq!((company.mercado_pago.mode, company.three_ds), (GatewayMode::Live, true));
        assert_eq!(company.mercado_pago.public_key, Some(foreign_id("APP_USR-public")));
        assert_eq!(company.conekta.webhook_key, Some(a_webhook_key()));
        let clear = json!({ "access_token": "", "webhook_secret": "", "conekta_webhook_public_key": "" });
        assert_eq!(app.put(path).bearer(&session(path)).json(&clear).await.status, 200);
        let company = stored(&app);
        assert_eq!((company.mercado_pago.access, company.mercado_pago.webhook_secret), (None, None));
        assert_eq!(company.conekta.webhook_key, None);
    }
}

#[actix_web::test]
async fn credentials_have_every_faulty_field_named() {
    let (app, token) = with_admin(a_company().build()).await;
    let faults = [
        ("access_token", json!(1), "string_type"),
        ("access_token", json!("x".repeat(257)), "string_too_long"),
        ("webhook_secret", json!("a\u{0}"), "value_error"),
        ("public_key", json!("x".repeat(201)), "string_too_long"),
        ("mode", json!("production"), "value_error"),
        ("permite_3ds", json!("no"), "bool_type"),
        ("telegram_bot_token", json!(false), "string_type"),
        ("telegram_chat_id", json!(-1_001_234_567_890_i64), "string_type"),
        ("notificaciones_telegram", json!(1), "bool_type"),
    ];
    for path in [MY_CREDENTIALS, CREDENTIALS] {
        let call = || app.post(path).bearer(&token);
        assert_faulty(call, &example("configure_my_credentials request"), &faults).await;
    }
}

#[actix_web::test]
async fn the_conekta_account_is_stored_sealed() {
    let (app, token) = with_admin(a_company().build()).await;
    let response = app.post(CONFIGURE_CONEKTA).bearer(&token).json(&example("configure_my_conekta request")).await;
    assert_example(&response, "configure_my_conekta 200");
    let company = stored(&app);
    let place = SecretPlace::ConektaPrivateKey(company.id.clone());
    let key = opened(company.conekta.private_key.as_ref(), &place);
    assert_eq!(key, Some(Secret::new("key_private_conekta_live".into())));
    let mut shown = app.get(CONEKTA).bearer(&token).await.body;
    shown["message"] = response.body["message"].clone();
    assert_eq!(shown, response.body);
    assert_eq!(app.unchanged(app.post(CONFIGURE_CONEKTA).bearer(&token).json(&shown)).await.body, response.body);
}

#[actix_web::test]
async fn the_older_path_of_conekta_does_the_same_with_its_own_message() {
    let (app, token) = with_admin(a_company().build()).await;
    let response = app.put(CONEKTA_CONFIG).bearer(&token).json(&example("edit_my_conekta request")).await;
    assert_example(&response, "edit_my_conekta 200");
    assert_eq!(stored(&app).conekta.webhook_key, Some(a_webhook_key()));
}

#[actix_web::test]
async fn each_request_sets_conektas_mode() {
    for (method, path) in [("POST", CONFIGURE_CONEKTA), ("PUT", CONEKTA_CONFIG)] {
        let company = a_company().with_secrets().build();
        let (app, token) = with_admin(company.clone()).await;
        let response = app.call(method, path).bearer(&token).json(&json!({})).await;
        assert_eq!(response.body["conekta_mode"], "test");
        let mut expected = company;
        expected.conekta.mode = GatewayMode::Test;
        assert_eq!(stored(&app), expected);
    }
}

#[actix_web::test]
async fn conektas_settings_have_every_faulty_field_named() {
    let (app, token) = with_admin(a_company().build()).await;
    let faults = [
        ("conekta_private_key", json!("x".repeat(257)), "string_too_long"),
        ("conekta_public_key", json!(7), "string_type"),
        ("conekta_mode", json!("real"), "value_error"),
        ("conekta_webhook_public_key", json!("-----BEGIN PUBLIC KEY-----"), "value_error"),
        ("conekta_webhook_public_key", json!("x".repeat(4_097)), "string_too_long"),
        ("permite_3ds", json!("true"), "bool_type"),
    ];
    assert_faulty(|| app.post(CONFIGURE_CONEKTA).bearer(&token), &example("configure_my_conekta request"), &faults)
        .await;
    assert_faulty(|| app.put(CONEKTA_CONFIG).bearer(&token), &example("edit_my_conekta request"), &faults).await;
}

#[actix_web::test]
async fn a_super_admin_has_no_gateways() {
    let (app, _) = with_admin(a_company().build()).await;
    let token = app.signed_in(3, a_user());
    let endpoints = [
        ("POST", MY_CREDENTIALS),
        ("POST", CREDENTIALS),
        ("POST", CONFIGURE_CONEKTA),
        ("PUT", CONEKTA_CONFIG),
        ("GET", CONEKTA),
        ("GET", MERCADO_PAGO),
    ];
    assert_other_role(&app, &token, &endpoints, "Se requiere rol CLIENTE_ADMIN").await;
}

#[actix_web::test]
async fn a_portal_gets_the_operators_key_if_its_company_has_none() {
    let settings = Settings { default_conekta_public_key: Some(foreign_id("key_of_operator")), ..Settings::default() };
    let mut company = a_company().build();
    company.conekta.public_key = None;
    let app = TestApp::set(&settings, |_, _| {}).await;
    app.given(|store| store.with_company(company).with_router(a_router().build()));
    let (key, admin) = (app.with_key(a_key().build()), app.company_admin());
    let shown = async || app.get("/api/v1/config/public").key(&key).await.body["empresa"]["conekta_public_key"].clone();
    assert_eq!(shown().await, "key_of_operator");
    let body = json!({ "conekta_private_key": "key_own" });
    assert_eq!(app.post(CONFIGURE_CONEKTA).bearer(&admin).json(&body).await.status, 200);
    assert_eq!(shown().await, json!(null), "the operator's tokens do not work with the company's key");
}

#[actix_web::test]
async fn an_inactive_company_reads_its_settings_and_changes_none() {
    let (app, token) = with_admin(a_company().with_secrets().inactive().build()).await;
    let refused = app.unchanged(app.post(CREDENTIALS).bearer(&token).json(&json!({ "mode": "test" }))).await;
    assert_error(&refused, 403, "company_inactive", "Empresa no activa");
    assert_eq!(app.get(MERCADO_PAGO).bearer(&token).await.status, 200);
}
