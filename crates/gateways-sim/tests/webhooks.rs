use std::{collections::BTreeSet, sync::mpsc::Receiver, time::Duration};

use minreq::Method;
use portero_gateways_sim::{Assumptions, Conekta, MercadoPago, PUBLIC_KEY, Point, Settings, Status};
use ring::{
    hmac,
    signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use serde_json::json;

use crate::client::{KEY, Received, Shop, TOKEN, pay, payment, receiver};

fn next(received: &Receiver<Received>) -> Received {
    received.recv_timeout(Duration::from_secs(10)).unwrap()
}

fn settings(url: &str) -> Settings {
    Settings { webhooks: vec![url.parse().unwrap()], webhook_pause: Duration::from_millis(20), ..Settings::default() }
}

fn decoded(base64: &str) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.decode(base64).unwrap()
}

/// Whether the body is signed by the published key.
fn signed(webhook: &Received) -> bool {
    let pem: String = PUBLIC_KEY.lines().filter(|line| !line.starts_with('-')).collect();
    // ring takes the key without the 24 bytes in front that name its algorithm.
    let key = decoded(&pem)[24..].to_vec();
    let signature = decoded(&webhook.header("digest").unwrap());
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(&webhook.body, &signature).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn conektas_webhooks_are_signed_and_sent_until_they_are_accepted() {
    let (url, received) = receiver(&[500, 302]);
    let gateway = Conekta::start(settings(&url)).await.unwrap();
    let shop = Shop { url: gateway.url(), key: KEY };
    let (_, order) = shop.order(&gateway.token("4242424242424242"), "intent-1");
    let all: Vec<Received> = (0..5).map(|_| next(&received)).collect();
    assert!(all.iter().all(signed));
    let kinds: Vec<String> = all.iter().map(|one| one.json()["type"].as_str().unwrap().to_owned()).collect();
    let distinct: BTreeSet<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(distinct, BTreeSet::from(["order.created", "charge.paid", "order.paid"]));
    let paid = all.iter().find(|one| one.json()["type"] == "order.paid").unwrap().json();
    assert_eq!((&paid["object"], &paid["data"]["object"]["id"]), (&json!("event"), &order["id"]));
    let event = paid["id"].as_str().unwrap();
    assert_eq!(shop.get(&format!("/events/{event}")).1["type"], "order.paid");
    assert_eq!(
        shop.call(Method::Post, &format!("/events/{event}/resend"), Some(&json!({ "webhooks_ids": [] }))).0,
        200
    );
    assert_eq!(next(&received).json()["id"], paid["id"]);
    gateway.webhooks().forge(true);
    assert!(gateway.charge_back(order["id"].as_str().unwrap()));
    let (charge, order) = (next(&received), next(&received));
    assert_eq!(charge.json()["type"], "charge.chargeback.created");
    assert_eq!(order.json()["type"], "order.charged_back");
    assert!(!signed(&charge) && !signed(&order));
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_can_be_held_reversed_and_copied_and_belong_to_one_account() {
    let (url, received) = receiver(&[]);
    let gateway = Conekta::start(settings(&format!("{KEY}={url}"))).await.unwrap();
    let shop = Shop { url: gateway.url(), key: KEY };
    gateway.webhooks().hold();
    gateway.webhooks().copy(2);
    shop.order(&gateway.token("4242424242424242"), "intent-1");
    Shop { url: gateway.url(), key: "key_other" }.order(&gateway.token("4242424242424242"), "intent-2");
    assert_eq!(gateway.webhooks().waiting(), 6);
    gateway.webhooks().release(true);
    let kinds: Vec<_> = (0..6).map(|_| next(&received).json()["type"].clone()).collect();
    let expected = ["order.paid", "order.paid", "charge.paid", "charge.paid", "order.created", "order.created"];
    assert_eq!(kinds, expected);
    let (status, _) = shop.call(Method::Post, "/webhooks", Some(&json!({ "url": "http://127.0.0.1:9/" })));
    assert_eq!(status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_comes_before_a_delayed_response() {
    let (url, received) = receiver(&[]);
    let gateway = Conekta::start(settings(&url)).await.unwrap();
    gateway.faults().arm("hang:after@POST /orders".parse().unwrap());
    let body = crate::client::order(&gateway.token("4242424242424242"), "intent-1").to_string();
    let waiting = minreq::post(format!("{}/orders", gateway.url()))
        .with_header("authorization", format!("Bearer {KEY}"))
        .with_header("accept", "application/vnd.conekta-v2.3.0+json")
        .with_body(body)
        .with_timeout(1);
    let buyer = std::thread::spawn(move || waiting.send().is_err());
    assert_eq!(next(&received).json()["type"], "order.created");
    assert!(buyer.join().unwrap());
}

/// Whether the webhook is signed by the secret, with the `data.id` of its query.
fn verified(webhook: &Received, secret: &str) -> bool {
    let value = webhook.header("x-signature").unwrap();
    let (ts, hex) = value.strip_prefix("ts=").unwrap().split_once(",v1=").unwrap();
    let id = webhook.line.split_once("data.id=").unwrap().1.split(['&', ' ']).next().unwrap().to_owned();
    let manifest = format!("id:{id};request-id:{};ts:{ts};", webhook.header("x-request-id").unwrap());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), manifest.as_bytes());
    let made = tag.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    made == hex
}

#[tokio::test(flavor = "multi_thread")]
async fn mercado_pagos_webhooks_are_signed_over_the_query() {
    let (url, received) = receiver(&[]);
    let settings = Settings { webhook_secret: "secret".into(), ..settings(&url) };
    let gateway = MercadoPago::start(settings).await.unwrap();
    let (_, paid) = pay(&gateway.url(), "key-1", &payment(&gateway.token("APRO"), "purchase-1"));
    let created = next(&received);
    assert!(verified(&created, "secret") && !verified(&created, "other"));
    assert_eq!(created.line, format!("POST /hook?data.id={}&type=payment HTTP/1.1", paid["id"]));
    let body = created.json();
    assert_eq!((&body["action"], &body["data"]["id"]), (&json!("payment.created"), &json!(paid["id"].to_string())));
    assert_eq!(body["user_id"], json!(gateway.user_id(TOKEN)));
    gateway.sign(TOKEN, "own");
    assert!(gateway.refund_in_panel(paid["id"].as_u64().unwrap(), Some(1)));
    assert!(verified(&next(&received), "own"));
    gateway.webhooks().forge(true);
    assert!(gateway.turn(paid["id"].as_u64().unwrap(), Status::ChargedBack, "settled"));
    let updated = next(&received);
    assert_eq!(updated.json()["action"], "payment.updated");
    assert!(!verified(&updated, "own"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payments_own_notification_url_wins_and_may_get_an_unsigned_twin() {
    let (url, received) = receiver(&[]);
    let assumptions = Assumptions::default().with(Point::IpnTwinIsSent, true);
    let settings =
        Settings { assumptions, webhooks: vec!["http://127.0.0.1:9/".parse().unwrap()], ..Settings::default() };
    let gateway = MercadoPago::start(settings).await.unwrap();
    let mut wanted = payment(&gateway.token("APRO"), "purchase-1");
    wanted["notification_url"] = json!(url);
    pay(&gateway.url(), "key-1", &wanted);
    assert!(next(&received).header("x-signature").is_some());
    let twin = next(&received);
    assert!(twin.header("x-signature").is_none() && twin.line.contains("topic=payment"));
    let mut elsewhere = payment(&gateway.token("APRO"), "purchase-2");
    elsewhere["notification_url"] = json!("http://192.0.2.1/hook");
    pay(&gateway.url(), "key-2", &elsewhere);
    assert_eq!(gateway.webhooks().waiting(), 0, "the simulator sends to no other machine");
}
