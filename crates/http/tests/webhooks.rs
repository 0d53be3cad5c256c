//! Webhooks of the payment gateways.

use portero_domain::{company::Company, gateway::Gateway, ports::StorageError, webhook::WebhookEvent};
use portero_testkit::{
    EventRow, FakeSignatures,
    builders::{a_company, a_webhook_event},
};
use serde_json::{Value, json};

use crate::support::{Call, TestApp, assert_error, assert_example, assert_fields, example};

const MERCADO_PAGO: &str = "/api/v1/webhook/mercado-pago";
const QUERY: &str = "?data.id=987654321&type=payment";
const PURCHASE: &str = "compra_0123456789abcdefghijklmnop";

/// The service with this company.
async fn with(company: Company) -> TestApp {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(company));
    app
}

fn with_secrets() -> Company {
    a_company().with_secrets().build()
}

/// The company with an account at each gateway, and without the means to verify their webhooks.
fn without_means() -> Company {
    let mut company = with_secrets();
    company.mercado_pago.webhook_secret = None;
    company.conekta.webhook_key = None;
    company
}

fn stored(app: &TestApp) -> Vec<WebhookEvent> {
    app.store.tables().webhook_events.into_iter().map(|row| row.event).collect()
}

/// A webhook of Mercado Pago, signed by this secret over the `data.id` of the example.
fn mercado_pago<'a>(app: &'a TestApp, secret: &str, body: &Value) -> Call<'a> {
    let signature = FakeSignatures::of_mercado_pago(secret, Some("r-1"), Some("987654321"));
    let call = app.post(&format!("{MERCADO_PAGO}{QUERY}")).json(body);
    call.header("x-signature", signature).header("x-request-id", "r-1")
}

fn address(company: &Company) -> String {
    format!("/api/v1/webhook/conekta/{}", company.webhook_token)
}

fn conekta<'a>(app: &'a TestApp, company: &Company, body: &Value) -> Call<'a> {
    let call = app.post(&address(company)).json(body);
    match &company.conekta.webhook_key {
        Some(key) => call.header("digest", FakeSignatures::of_conekta(key, body.to_string().as_bytes())),
        None => call,
    }
}

fn changed(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[actix_web::test]
async fn mercado_pagos_webhook_is_stored_once() {
    let app = with(with_secrets()).await;
    let body = example("mercado_pago_webhook request");
    assert_example(&mercado_pago(&app, "webhook-secret", &body).await, "mercado_pago_webhook 200");
    let expected = a_webhook_event().from(Gateway::MercadoPago).id("12345678901").charge("987654321").build();
    assert_eq!(stored(&app), [expected]);
    let again = app.unchanged(mercado_pago(&app, "webhook-secret", &body)).await;
    assert_example(&again, "mercado_pago_webhook 200");
}

#[actix_web::test]
async fn a_forged_webhook_of_mercado_pago_is_rejected_and_not_stored() {
    let app = with(with_secrets()).await;
    let body = example("mercado_pago_webhook request");
    let rejected = app.unchanged(mercado_pago(&app, "another", &body)).await;
    assert_example(&rejected, "mercado_pago_webhook 401");
    let path = format!("{MERCADO_PAGO}{QUERY}");
    let good = FakeSignatures::of_mercado_pago("webhook-secret", Some("r-1"), Some("987654321"));
    let other_charge = app.post(&format!("{MERCADO_PAGO}?data.id=1&type=payment"));
    for call in [
        app.post(&path),
        app.post(&path).header("x-request-id", "r-1"),
        app.post(&path).header("x-request-id", "r-2").header("x-signature", &good),
        app.post(&path).header("x-signature", &good),
        app.post(&path).header("x-request-id", "r-1").header("x-signature", &good).header("x-signature", &good),
        other_charge.header("x-request-id", "r-1").header("x-signature", &good),
        app.post(MERCADO_PAGO).header("x-request-id", "r-1").header("x-signature", &good),
    ] {
        let rejected = app.unchanged(call.json(&body)).await;
        assert_error(&rejected, 401, "webhook_signature_invalid", "Firma de webhook inválida");
    }
}

/// The body is not signed, so another charge in it does not count.
#[actix_web::test]
async fn the_signed_charge_counts_and_not_the_one_in_the_body() {
    let app = with(with_secrets()).await;
    let body = changed(example("mercado_pago_webhook request"), "/data/id", json!("1"));
    assert_eq!(mercado_pago(&app, "webhook-secret", &body).await.status, 200);
    assert_eq!(stored(&app)[0].charge.as_str(), "987654321");
}

#[actix_web::test]
async fn a_company_without_a_secret_takes_mercado_pagos_webhook_as_a_hint() {
    let app = with(without_means()).await;
    let body = changed(example("mercado_pago_webhook request"), "/data/id", json!(5));
    assert_eq!(app.post(MERCADO_PAGO).json(&body).await.status, 200);
    assert_eq!(stored(&app)[0].charge.as_str(), "5", "the only one that it has");
    let body = changed(body, "/user_id", json!("123456789"));
    let body = changed(body, "/id", json!("text"));
    assert_eq!(app.post(&format!("{MERCADO_PAGO}{QUERY}")).json(&body).await.status, 200);
    assert_eq!(stored(&app)[1].id.as_str(), "text");
}

#[actix_web::test]
async fn a_webhook_of_an_unknown_account_looks_like_a_forged_one() {
    for company in [with_secrets(), without_means()] {
        let app = with(company).await;
        let body = example("mercado_pago_webhook request");
        for user in [json!(1), json!(null), json!([123_456_789]), json!("")] {
            let body = changed(body.clone(), "/user_id", user);
            let rejected = app.unchanged(mercado_pago(&app, "webhook-secret", &body)).await;
            assert_example(&rejected, "mercado_pago_webhook 401");
        }
        let twin = app.post(&format!("{MERCADO_PAGO}?id=987654321&topic=payment"));
        let twin = twin.json(&json!({ "resource": "987654321", "topic": "payment" }));
        assert_example(&app.unchanged(twin).await, "mercado_pago_webhook 401");
    }
}

#[actix_web::test]
async fn what_names_no_payment_is_confirmed_and_not_stored() {
    let app = with(without_means()).await;
    let body = example("mercado_pago_webhook request");
    for other in [
        changed(body.clone(), "/type", json!("test")),
        changed(body.clone(), "/type", json!("topic_merchant_order_wh")),
        json!({}),
        json!({ "resource": "1", "topic": "merchant_order" }),
    ] {
        let confirmed = app.unchanged(app.post(MERCADO_PAGO).json(&other)).await;
        assert_example(&confirmed, "mercado_pago_webhook 200");
    }
    let company = without_means();
    let body = example("conekta_webhook request");
    for other in [
        changed(body.clone(), "/type", json!("webhook_ping")),
        changed(body.clone(), "/type", json!("customer.created")),
        changed(body.clone(), "/type", json!(7)),
        json!({}),
    ] {
        let confirmed = app.unchanged(conekta(&app, &company, &other)).await;
        assert_example(&confirmed, "conekta_webhook 200");
    }
}

#[actix_web::test]
async fn conektas_webhook_is_stored_once_at_the_companys_own_address() {
    for company in [with_secrets(), without_means()] {
        let app = with(company.clone()).await;
        let body = example("conekta_webhook request");
        assert_example(&conekta(&app, &company, &body).await, "conekta_webhook 200");
        assert_eq!(stored(&app), [a_webhook_event().purchase(PURCHASE).build()]);
        assert_eq!(app.unchanged(conekta(&app, &company, &body)).await.status, 200);
    }
}

#[actix_web::test]
async fn a_webhook_about_a_charge_is_stored_for_its_order() {
    let company = without_means();
    let app = with(company.clone()).await;
    let body = changed(example("conekta_webhook request"), "/type", json!("charge.paid"));
    let charge = json!({
        "id": "6a0f", "object": "charge", "order_id": "ord_2tUyW9vXo3sYpA1Bc", "reference_id": PURCHASE,
    });
    let charge = changed(body.clone(), "/data/object", charge);
    assert_eq!(conekta(&app, &company, &charge).await.status, 200);
    let order = json!({ "id": "ord_1", "metadata": null, "charges": { "data": [{ "reference_id": PURCHASE }] } });
    let order = changed(changed(body.clone(), "/data/object", order), "/type", json!("order.created"));
    assert_eq!(conekta(&app, &company, &order).await.status, 200);
    let foreign = json!({ "id": "ord_2", "metadata": { "compra_id": "of another shop" } });
    let foreign = changed(changed(body, "/data/object", foreign), "/type", json!("order.paid"));
    assert_eq!(conekta(&app, &company, &foreign).await.status, 200);
    let expected = [
        a_webhook_event().purchase(PURCHASE).build(),
        a_webhook_event().charge("ord_1").purchase(PURCHASE).build(),
        a_webhook_event().charge("ord_2").build(),
    ];
    assert_eq!(stored(&app), expected);
}

#[actix_web::test]
async fn a_forged_webhook_of_conekta_is_rejected_and_not_stored() {
    let company = with_secrets();
    let app = with(company.clone()).await;
    let body = example("conekta_webhook request");
    let unsigned = app.unchanged(app.post(&address(&company)).json(&body)).await;
    assert_example(&unsigned, "conekta_webhook 401");
    let longer = json!({ "data": body, "type": "order.paid" });
    let moved = app.unchanged(conekta(&app, &company, &body).json(&longer)).await;
    assert_example(&moved, "conekta_webhook 401");
    let no_json = app.post(&address(&company)).body("application/json", "{");
    assert_eq!(app.unchanged(no_json).await.status, 401, "the signature comes before the body");
}

#[actix_web::test]
async fn an_unknown_address_is_not_found() {
    let app = with(without_means()).await;
    let body = example("conekta_webhook request");
    for token in ["z".repeat(32), "A".repeat(32), "x".to_owned(), without_means().webhook_token.to_string()[1..].into()]
    {
        let path = format!("/api/v1/webhook/conekta/{token}");
        assert_example(&app.unchanged(app.post(&path).json(&body)).await, "conekta_webhook 404");
        let no_json = app.post(&path).body("text/plain", "{");
        assert_example(&app.unchanged(no_json).await, "conekta_webhook 404");
    }
}

#[actix_web::test]
async fn a_webhook_without_the_ids_that_it_needs_is_faulty() {
    let company = without_means();
    let app = with(company.clone()).await;
    let body = changed(example("mercado_pago_webhook request"), "/data/id", json!("a b"));
    let body = changed(body, "/id", json!(null));
    let faulty = app.unchanged(app.post(MERCADO_PAGO).json(&body)).await;
    assert_fields(&faulty, &[("body.id", "missing"), ("body.data.id", "value_error")]);
    let body = changed(example("conekta_webhook request"), "/data/object", json!("no object"));
    let faulty = app.unchanged(conekta(&app, &company, &body)).await;
    assert_fields(&faulty, &[("body.data.object.id", "missing")]);
    let body = changed(body, "/type", json!("charge.paid"));
    let faulty = app.unchanged(conekta(&app, &company, &body)).await;
    assert_fields(&faulty, &[("body.data.object.order_id", "missing")]);
}

#[actix_web::test]
async fn a_webhook_is_sent_again_when_the_store_is_away() {
    let company = without_means();
    let app = with(company.clone()).await;
    let body = example("mercado_pago_webhook request");
    let away = || StorageError::Unavailable("told to be away".into());
    app.store.fail_next(away());
    let response = app.unchanged(app.post(MERCADO_PAGO).json(&body)).await;
    assert_error(&response, 503, "unavailable", "Servicio no disponible. Intente nuevamente.");
    app.store.fail_next(away());
    let response = app.unchanged(conekta(&app, &company, &example("conekta_webhook request"))).await;
    assert_error(&response, 503, "unavailable", "Servicio no disponible. Intente nuevamente.");
}

#[actix_web::test]
async fn an_inactive_company_still_hears_of_its_payments() {
    let mut company = without_means();
    company.active = false;
    let app = with(company.clone()).await;
    assert_eq!(conekta(&app, &company, &example("conekta_webhook request")).await.status, 200);
    let EventRow { next_try, tries, .. } = app.store.tables().webhook_events.remove(0);
    assert_eq!((next_try.is_some(), tries), (true, 0));
}

#[actix_web::test]
async fn a_body_of_more_than_64_kib_is_refused() {
    let company = without_means();
    let app = with(company.clone()).await;
    let padded = |length: usize| {
        let body = example("conekta_webhook request").to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    let large = app.post(&address(&company)).body("application/json", padded(64 * 1024 + 1));
    assert_eq!(app.unchanged(large).await.status, 413);
    let fitting = app.post(&address(&company)).body("application/json", padded(64 * 1024));
    assert_eq!(fitting.await.status, 200);
}
