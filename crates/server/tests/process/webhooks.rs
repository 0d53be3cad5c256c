//! Webhooks from simulated gateways, on real sockets.

use std::time::Duration;

use minreq::Method;
use portero_adapters::{AesVault, postgres::testing::TestDatabase};
use portero_domain::{
    ids::CompanyId,
    ports::{SecretPlace, Vault},
    secret::Secret,
};
use portero_gateways_sim::{Conekta, MercadoPago, PUBLIC_KEY, Settings, Webhooks};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::{
    eventually,
    program::{ADMIN, PASSWORD, Program, Server},
    sql::number,
    tenant::new_company,
};

const SOON: Duration = Duration::from_secs(15);
const PURCHASE: &str = "compra_0123456789abcdefghijklmnop";
const ACCESS_TOKEN: &str = "TEST-company-one";

fn settings(webhooks: &str) -> Settings {
    Settings { webhooks: vec![webhooks.parse().unwrap()], webhook_attempts: 1, ..Settings::default() }
}

fn company(server: &Server) -> String {
    let admin = server.client().log_in(ADMIN, PASSWORD);
    admin.post("/admin/empresas", &new_company()).expect(201).text("id").to_owned()
}

fn post(url: &str, headers: &[(&str, &str)], body: &Value) {
    let mut request = minreq::Request::new(Method::Post, url).with_timeout(10);
    for (name, value) in [("content-type", "application/json")].iter().chain(headers) {
        request = request.with_header(*name, *value);
    }
    let response = request.with_body(body.to_string()).send().unwrap();
    assert!(matches!(response.status_code, 200 | 201), "{:?}", response.as_str());
}

/// Waits until this many webhooks were sent, and returns their statuses.
fn statuses(webhooks: &Webhooks, sent: usize) -> Vec<Option<u16>> {
    eventually(SOON, "the webhooks are sent", || webhooks.deliveries().len() >= sent);
    webhooks.deliveries().iter().map(|delivery| delivery.status).collect()
}

fn events(database: &TestDatabase, of: &str) -> i64 {
    number(database, &format!("SELECT count(*) FROM webhook_events WHERE {of}"))
}

#[test]
fn conektas_webhooks_are_stored_once_and_forged_ones_are_not() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let company = company(&server);
    database.statement(&format!("UPDATE companies SET conekta_webhook_public_key = '{PUBLIC_KEY}'"));
    let token = database.value("SELECT webhook_token FROM companies").unwrap();
    let address = format!("http://{}/api/v1/webhook/conekta/{token}", server.address);
    let gateway = Runtime::new().unwrap();
    let _running = gateway.enter();
    let conekta = gateway.block_on(Conekta::start(settings(&address))).unwrap();
    conekta.webhooks().copy(2);
    let order = json!({
        "currency": "MXN",
        "customer_info": { "name": "Ana", "email": "ana@example.com", "phone": "+525500000000" },
        "line_items": [{ "name": "Plan 1 hora", "unit_price": 1050, "quantity": 1 }],
        "charges": [{
            "payment_method": { "type": "card", "token_id": conekta.token("4242424242424242") },
            "reference_id": PURCHASE,
        }],
        "metadata": { "compra_id": PURCHASE },
    });
    let headers = [("authorization", "Bearer key_one"), ("accept", "application/vnd.conekta-v2.3.0+json")];
    post(&format!("{}/orders", conekta.url()), &headers, &order);
    assert_eq!(statuses(conekta.webhooks(), 6), [Some(200); 6]);
    let order = conekta.charges()[0].order_id.clone();
    let ours = format!("company_id = '{company}' AND charge_id = '{order}' AND purchase = '{PURCHASE}'");
    assert_eq!((events(&database, &ours), events(&database, "true")), (3, 3));
    conekta.webhooks().forge(true);
    conekta.webhooks().copy(1);
    assert!(conekta.charge_back(&order));
    assert_eq!(statuses(conekta.webhooks(), 8)[6..], [Some(401); 2]);
    assert_eq!(events(&database, "true"), 3);
}

#[test]
fn mercado_pagos_webhooks_are_stored_once_and_forged_ones_are_not() {
    let database = TestDatabase::empty();
    let server = Program::serving(&database).serve();
    let company = company(&server);
    let address = format!("http://{}/api/v1/webhook/mercado-pago", server.address);
    let gateway = Runtime::new().unwrap();
    let _running = gateway.enter();
    let mercado_pago = gateway.block_on(MercadoPago::start(settings(&address))).unwrap();
    mercado_pago.sign(ACCESS_TOKEN, "secret-of-the-account");
    let vault = AesVault::new([0; 32], []).unwrap();
    let place = SecretPlace::MercadoPagoWebhookSecret(CompanyId::parse(&company).unwrap());
    let sealed = vault.encrypt(&Secret::new("secret-of-the-account".to_owned()), &place).unwrap();
    database.statement(&format!(
        "UPDATE companies SET mercado_pago_access_token_sealed = 'v1.none', mercado_pago_user_id = '{}', \
         mercado_pago_webhook_secret_sealed = '{}'",
        mercado_pago.user_id(ACCESS_TOKEN),
        sealed.as_str()
    ));
    mercado_pago.webhooks().copy(2);
    let payment = json!({
        "transaction_amount": 10.5, "token": mercado_pago.token("APRO"), "payment_method_id": "visa",
        "installments": 1, "payer": { "email": "ana@example.com" }, "external_reference": PURCHASE,
    });
    let bearer = format!("Bearer {ACCESS_TOKEN}");
    let headers = [("authorization", bearer.as_str()), ("x-idempotency-key", "key-of-the-test")];
    post(&format!("{}/v1/payments", mercado_pago.url()), &headers, &payment);
    assert_eq!(statuses(mercado_pago.webhooks(), 2), [Some(200); 2]);
    let id = mercado_pago.payments()[0].id;
    let ours = format!("company_id = '{company}' AND charge_id = '{id}' AND gateway = 'mercado_pago'");
    assert_eq!((events(&database, &ours), events(&database, "true")), (1, 1));
    mercado_pago.webhooks().forge(true);
    assert!(mercado_pago.refund_in_panel(id, None));
    assert_eq!(statuses(mercado_pago.webhooks(), 4)[2..], [Some(401); 2]);
    assert_eq!(events(&database, "true"), 1);
}
