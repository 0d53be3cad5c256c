use std::time::{Duration, Instant};

use minreq::Method;
use portero_gateways_sim::{Armed, Conekta, Fault, MercadoPago, Settings, When};
use serde_json::json;

use crate::client::{KEY, Shop, TOKEN, order, pay, payment, tried};

async fn started() -> (Conekta, Shop) {
    let gateway = Conekta::start(Settings::default()).await.unwrap();
    let url = gateway.url();
    (gateway, Shop { url, key: KEY })
}

const NO_RESPONSE: &str = "Server did not provide a status line";

/// Buys. Returns the status of the response, or none without a whole response.
fn buy(gateway: &Conekta, shop: &Shop, intent: &str) -> Option<u16> {
    let bearer = format!("Bearer {KEY}");
    let headers = [("authorization", bearer.as_str()), ("accept", "application/vnd.conekta-v2.3.0+json")];
    let body = order(&gateway.token("4242424242424242"), intent);
    let seen = tried(Method::Post, format!("{}/orders", shop.url), &headers, Some(&body));
    // minreq turns a connection without a response into a 503 of its own.
    let seen = seen.ok().filter(|seen| seen.reason_phrase != NO_RESPONSE)?;
    let length: usize = seen.header("content-length")?.parse().unwrap();
    (length == seen.as_bytes().len()).then_some(seen.status_code)
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_effect_nothing_is_charged_and_after_it_all_is() {
    let (gateway, shop) = started().await;
    for (fault, seen, charged) in [
        ("drop:before", None, 0),
        ("drop:after", None, 1),
        ("status=503:before", Some(503), 0),
        ("status=500:after", Some(500), 1),
        ("status=429,3:before", Some(429), 0),
        ("truncated", None, 1),
        ("garbage", Some(200), 1),
        ("delay=50:before", Some(200), 1),
        ("delay=50:after", Some(200), 1),
    ] {
        gateway.faults().arm(fault.parse().unwrap());
        assert_eq!(buy(&gateway, &shop, fault), seen, "{fault}");
        assert_eq!(gateway.charges_of(fault).len(), charged, "{fault}");
    }
    assert_eq!(gateway.faults().struck(), 9);
    assert_eq!(buy(&gateway, &shop, "healthy"), Some(200));
    let noted: Vec<_> = gateway.exchanges().into_iter().filter(|one| one.fault.is_some()).collect();
    assert_eq!((noted.len(), noted[0].status), (9, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_can_say_something_else_than_what_was_done() {
    let (gateway, shop) = started().await;
    for (fault, field, wrong) in [
        (Fault::WrongAmount, "amount", json!(1051)),
        (Fault::WrongCurrency, "currency", json!("USD")),
        (Fault::WrongMode, "livemode", json!(true)),
    ] {
        gateway.faults().arm(Armed::once(fault).at("POST", "/orders"));
        let (_, body) = shop.order(&gateway.token("4242424242424242"), field);
        assert_eq!(body[field], wrong);
        assert_ne!(shop.get(&format!("/orders/{}", body["id"].as_str().unwrap())).1[field], wrong);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_finishes_its_work_when_the_client_has_gone() {
    let gateway = MercadoPago::start(Settings::default()).await.unwrap();
    gateway.faults().arm(Armed::once(Fault::Delay(When::Before, Duration::from_millis(1500))));
    let body = payment(&gateway.token("APRO"), "purchase-1").to_string();
    let impatient = minreq::post(format!("{}/v1/payments", gateway.url()))
        .with_header("authorization", format!("Bearer {TOKEN}"))
        .with_header("x-idempotency-key", "key-1")
        .with_body(body)
        .with_timeout(1);
    assert!(impatient.send().is_err());
    let limit = Instant::now() + Duration::from_secs(10);
    while gateway.payments_of("purchase-1").is_empty() {
        assert!(Instant::now() < limit, "the payment was never made");
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_says_nothing() {
    let (gateway, shop) = started().await;
    gateway.faults().arm("hang:after@POST /orders".parse().unwrap());
    let bearer = format!("Bearer {KEY}");
    let silent = minreq::post(format!("{}/orders", shop.url))
        .with_header("authorization", bearer)
        .with_header("accept", "application/vnd.conekta-v2.3.0+json")
        .with_body(order(&gateway.token("4242424242424242"), "x").to_string())
        .with_timeout(1);
    assert!(silent.send().is_err());
    assert_eq!(gateway.charges_of("x").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_have_the_gateways_own_shape_and_retry_after() {
    let gateway = MercadoPago::start(Settings::default()).await.unwrap();
    for status in [409, 423, 424, 429, 500] {
        gateway.faults().arm(format!("status={status},7:before").parse().unwrap());
        let (seen, body) = pay(&gateway.url(), "k", &payment("t", "x"));
        assert_eq!((seen, &body["status"], body["message"].is_string()), (status, &json!(status), true));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_gateway_refuses_connections_and_forgets_nothing() {
    let (gateway, shop) = started().await;
    assert_eq!(buy(&gateway, &shop, "before"), Some(200));
    gateway.close().await;
    assert!(std::net::TcpStream::connect(gateway.address()).is_err());
    gateway.open().await.unwrap();
    assert_eq!(shop.get("/orders?search=before").1["total"], 1);
}

#[tokio::test]
async fn a_simulator_listens_on_loopback_only() {
    let listen = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    assert!(Conekta::start(Settings { listen, ..Settings::default() }).await.is_err());
}
