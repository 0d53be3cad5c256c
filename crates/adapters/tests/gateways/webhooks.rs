use std::time::{Duration, Instant};

use portero_adapters::{
    HttpClient, HttpLimits,
    gateways::{Conekta, MercadoPago, RingSignatures},
};
use portero_domain::{
    ports::{CardGateway, MercadoPagoRequest, WebhookSignatures},
    rsa_public_key::RsaPublicKey,
    secret::Secret,
};
use portero_gateways_sim::{self as sim, Delivery, PUBLIC_KEY, Settings, Webhooks};

use crate::support::{Outcome, Simulated};

/// Where no server listens. The attempts count all the same.
const NOWHERE: &str = "http://127.0.0.1:9/hook";

fn settings() -> Settings {
    Settings { webhooks: vec![NOWHERE.parse().unwrap()], webhook_secret: "secret".into(), ..Settings::default() }
}

fn client(url: &str) -> HttpClient {
    HttpClient::new(url, HttpLimits::default()).unwrap()
}

/// The first webhook that satisfies the condition.
async fn sent(webhooks: &Webhooks, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
    let begun = Instant::now();
    loop {
        if let Some(delivery) = webhooks.deliveries().into_iter().find(|delivery| wanted(delivery)) {
            return delivery;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the simulator sends a webhook");
        tokio::task::yield_now().await;
    }
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    delivery.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn conektas_webhook_is_accepted_unless_it_is_forged() {
    let gateway = sim::Conekta::start(settings()).await.unwrap();
    let adapter = Conekta::new(client(&gateway.url()));
    let accepted = |delivery: &Delivery| {
        let digest = header(delivery, "digest").unwrap();
        RingSignatures.conekta(&RsaPublicKey::parse(PUBLIC_KEY).unwrap(), digest, delivery.body.as_bytes())
    };
    let simulated = Simulated::Conekta(gateway);
    adapter.charge(&simulated.account(), &simulated.order(1, Outcome::Paid)).await;
    let Simulated::Conekta(gateway) = &simulated else { unreachable!("it is Conekta") };
    assert!(accepted(&sent(gateway.webhooks(), |one| one.kind == "order.paid").await));
    gateway.webhooks().forge(true);
    assert!(gateway.charge_back(&gateway.charges()[0].order_id));
    assert!(!accepted(&sent(gateway.webhooks(), |one| one.kind == "order.charged_back").await));
}

#[tokio::test]
async fn mercado_pagos_webhook_is_accepted_unless_it_is_forged() {
    let gateway = sim::MercadoPago::start(settings()).await.unwrap();
    let adapter = MercadoPago::new(client(&gateway.url()));
    let accepted = |delivery: &Delivery, secret: &str| {
        let data_id = delivery.url.split_once("data.id=").unwrap().1.split('&').next();
        let signature = header(delivery, "x-signature").unwrap();
        let request = MercadoPagoRequest { signature, request_id: header(delivery, "x-request-id"), data_id };
        RingSignatures.mercado_pago(&Secret::new(secret.to_owned()), &request)
    };
    let simulated = Simulated::MercadoPago(gateway);
    adapter.charge(&simulated.account(), &simulated.order(1, Outcome::Paid)).await;
    let Simulated::MercadoPago(gateway) = &simulated else { unreachable!("it is Mercado Pago") };
    let created = sent(gateway.webhooks(), |one| one.kind == "payment.created").await;
    assert!(accepted(&created, "secret"));
    assert!(!accepted(&created, "another"));
    gateway.webhooks().forge(true);
    let id = gateway.payments()[0].id;
    assert!(gateway.refund_in_panel(id, None));
    assert!(!accepted(&sent(gateway.webhooks(), |one| one.kind == "payment.updated").await, "secret"));
}
