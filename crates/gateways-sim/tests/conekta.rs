use std::time::Duration;

use minreq::Method;
use portero_gateways_sim::{Assumptions, Conekta, Point, Settings, Turn};
use serde_json::{Value, json};

use crate::client::{KEY, Shop, json_of, order, request};

async fn started() -> (Conekta, Shop) {
    let gateway = Conekta::start(Settings::default()).await.unwrap();
    let url = gateway.url();
    (gateway, Shop { url, key: KEY })
}

fn code(body: &Value) -> &str {
    body["details"][0]["code"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_pays_once_and_its_second_use_charges_nothing() {
    let (gateway, shop) = started().await;
    let card = json!({ "card": {
        "number": "4242424242424242", "name": "Ana", "exp_month": "12", "exp_year": "30", "cvc": "123",
    } });
    let (status, token) = shop.call(Method::Post, "/tokens", Some(&card));
    assert_eq!((status, token["used"].as_bool()), (200, Some(false)));
    let token = token["id"].as_str().unwrap();
    let (status, paid) = shop.order(token, "intent-1");
    assert_eq!((status, &paid["payment_status"]), (200, &json!("paid")));
    assert_eq!((&paid["amount"], &paid["livemode"]), (&json!(1050), &json!(false)));
    let (status, again) = shop.order(token, "intent-2");
    assert_eq!((status, code(&again)), (402, "conekta.errors.processing.tokenization.used"));
    assert!(again.get("data").is_none());
    let charges = gateway.charges_of("intent-1");
    assert_eq!((charges.len(), charges[0].captured), (1, 1050));
    assert_eq!(gateway.charges().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_has_the_fields_of_the_published_samples() {
    let (gateway, shop) = started().await;
    let fixtures: Value = serde_json::from_str(include_str!("../specs/conekta-fixtures.json")).unwrap();
    let names = |value: &Value| {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    let (_, paid) = shop.order(&gateway.token("4242424242424242"), "intent-1");
    let sample = &fixtures["order_card_paid"]["body"];
    assert_eq!(names(&paid), names(sample));
    assert_eq!(names(&paid["charges"]["data"][0]), names(&sample["charges"]["data"][0]));
    let method = |order: &Value| names(&order["charges"]["data"][0]["payment_method"]);
    assert_eq!(method(&paid), method(sample));
    let (status, declined) = shop.order(&gateway.token("4000000000000069"), "intent-2");
    let sample = &fixtures["order_declined_402"];
    assert_eq!(json!(status), sample["http_status"]);
    assert_eq!(names(&declined), names(&sample["body"]));
    assert_eq!(code(&declined), code(&sample["body"]));
    assert!(declined["data"].get("payment_status").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decline_is_402_and_leaves_a_declined_order() {
    let (gateway, shop) = started().await;
    for (card, expected) in [
        ("4000000000000002", "bank.declined"),
        ("4000000000009995", "bank.insufficient_funds"),
        ("4000000000000044", "bank.card_not_supported"),
        ("4000000000000051", "bank.call_issuer"),
    ] {
        let (status, body) = shop.order(&gateway.token(card), card);
        assert_eq!((status, code(&body)), (402, format!("conekta.errors.processing.{expected}").as_str()));
        let id = body["data"]["id"].as_str().unwrap();
        assert_eq!(shop.get(&format!("/orders/{id}")).1["payment_status"], "declined");
        assert_eq!(gateway.charges_of(card)[0].captured, 0);
    }
    assert_eq!(shop.order("tok_test_card_declined", "x").0, 402);
    assert_eq!(shop.order("tok_test_visa_4242", "x").0, 200);
    let (status, unknown) = shop.order("tok_nothing", "x");
    assert_eq!((status, unknown["details"][0]["param"].as_str()), (422, Some("payment_method.token_id")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenged_order_is_paid_only_when_the_cardholder_confirms() {
    let (gateway, shop) = started().await;
    for (answer, expected) in [("confirm", "paid"), ("refuse", "declined")] {
        let mut wanted = order(&gateway.token("4000000000001091"), answer);
        wanted["three_ds_mode"] = json!("smart");
        wanted["return_url"] = json!("http://127.0.0.1:1/back?purchase=7");
        let (status, waiting) = shop.call(Method::Post, "/orders", Some(&wanted));
        assert_eq!(
            (status, &waiting["payment_status"], &waiting["charges"]),
            (200, &json!("pending_payment"), &Value::Null)
        );
        assert_eq!(waiting["next_action"]["type"], "redirect_to_url");
        let url = waiting["next_action"]["redirect_to_url"]["url"].as_str().unwrap().to_owned();
        assert!(request(Method::Get, url.clone(), &[], None).as_str().unwrap().contains("<form"));
        let back = request(Method::Post, format!("{url}/{answer}"), &[], None);
        let id = waiting["id"].as_str().unwrap();
        let expected_url = format!("http://127.0.0.1:1/back?purchase=7&order_id={id}&payment_status={expected}");
        assert_eq!((back.status_code, back.header("location").unwrap()), (303, expected_url.as_str()));
        assert_eq!(shop.get(&format!("/orders/{id}")).1["payment_status"], expected);
        assert_eq!(request(Method::Post, format!("{url}/confirm"), &[], None).status_code, 404, "only once");
    }
    let mut without_return = order(&gateway.token("4000000000001091"), "x");
    without_return["three_ds_mode"] = json!("smart");
    assert_eq!(shop.call(Method::Post, "/orders", Some(&without_return)).0, 422);
    without_return["three_ds_mode"] = Value::Null;
    assert_eq!(shop.call(Method::Post, "/orders", Some(&without_return)).0, 422, "left out, never null");
    assert_eq!(shop.order(&gateway.token("4000000000001091"), "x").1["payment_status"], "paid", "without 3DS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pending_order_turns_once() {
    let (gateway, shop) = started().await;
    let (status, order) = shop.order(&gateway.token("4000000000000036"), "intent-1");
    assert_eq!((status, &order["payment_status"]), (200, &json!("pending_payment")));
    assert!(order.get("next_action").is_none());
    let id = order["id"].as_str().unwrap();
    assert!(gateway.turn(id, Turn::Paid));
    assert!(!gateway.turn(id, Turn::Expired), "it is settled");
    assert_eq!(gateway.charges_of("intent-1")[0].captured, 1050);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_never_exceed_what_was_paid() {
    let (gateway, shop) = started().await;
    let (_, order) = shop.order(&gateway.token("4242424242424242"), "intent-1");
    let path = format!("/orders/{}/refunds", order["id"].as_str().unwrap());
    let refund = |amount: i64, reason: &str| {
        shop.call(Method::Post, &path, Some(&json!({ "amount": amount, "reason": reason })))
    };
    assert_eq!(refund(1051, "other").0, 422);
    assert_eq!(refund(100, "because").0, 422);
    let (status, part) = refund(50, "requested_by_client");
    assert_eq!(
        (status, &part["payment_status"], &part["amount_refunded"]),
        (200, &json!("partially_refunded"), &json!(50))
    );
    assert_eq!(part["charges"]["data"][0]["refunds"]["data"][0]["amount"], -50);
    assert_eq!(refund(1001, "other").0, 422);
    assert_eq!(refund(1000, "other").1["payment_status"], "refunded");
    assert_eq!(refund(1, "other").0, 402);
    assert_eq!(gateway.charges_of("intent-1")[0].refunded, 1050);
    let (_, old) = shop.order(&gateway.token("4242424242424242"), "old");
    gateway.clock().advance(Duration::from_hours(31 * 24));
    let old = format!("/orders/{}/refunds", old["id"].as_str().unwrap());
    let whole = json!({ "amount": 1050, "reason": "other" });
    assert_eq!(shop.call(Method::Post, &old, Some(&whole)).0, 402, "30 days are over");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_paged_filtered_and_of_one_account() {
    let (gateway, shop) = started().await;
    for number in 0..5 {
        shop.order(&gateway.token("4242424242424242"), &format!("intent-{number}"));
    }
    let other = Shop { url: shop.url.clone(), key: "key_company_two" };
    let (_, order) = other.order(&gateway.token("4242424242424242"), "intent-3");
    assert_eq!(shop.get(&format!("/orders/{}", order["id"].as_str().unwrap())).0, 404);
    let (_, first) = shop.get("/orders?limit=3");
    assert_eq!((first["data"].as_array().unwrap().len(), &first["has_more"]), (3, &json!(true)));
    let next = first["next_page_url"].as_str().unwrap().strip_prefix(&shop.url).unwrap();
    let (_, second) = shop.get(next);
    assert_eq!((second["data"].as_array().unwrap().len(), &second["has_more"]), (2, &json!(false)));
    let (_, found) = shop.get("/orders?search=intent-3");
    assert_eq!(found["total"], 1);
    assert_eq!(found["data"][0]["metadata"]["intent_id"], "intent-3");
    let now = found["data"][0]["created_at"].as_i64().unwrap();
    assert_eq!(shop.get(&format!("/orders?created_at.gte={}", now + 60)).1["total"], 0);
    assert_eq!(shop.get(&format!("/orders?created_at.gte={}&payment_status=paid", now - 60)).1["total"], 5);
    assert_eq!(shop.get("/orders?limit=251").0, 422);
    assert_eq!(shop.get("/charges?search=intent-3").1["data"][0]["reference_id"], "intent-3");
}

#[tokio::test(flavor = "multi_thread")]
async fn key_version_and_language_are_checked() {
    let (gateway, shop) = started().await;
    let version = ("accept", "application/vnd.conekta-v2.3.0+json");
    let get = |headers: &[(&str, &str)]| request(Method::Get, format!("{}/orders/ord_x", shop.url), headers, None);
    assert_eq!(get(&[version]).status_code, 401);
    assert_eq!(get(&[version, ("authorization", "Bearer sk_other")]).status_code, 401);
    let key = ("authorization", "Bearer key_x");
    assert_eq!(get(&[key, ("accept", "application/vnd.conekta-v9.9.0+json")]).status_code, 406);
    let message =
        |headers: &[(&str, &str)]| json_of(&get(headers))["details"][0]["message"].as_str().unwrap().to_owned();
    assert_eq!(message(&[key, version]), "El recurso no ha sido encontrado.");
    assert!(message(&[key, version, ("accept-language", "en")]).contains("could not be found"));
    let strict = Settings { accounts: vec!["key_only".into()], ..Settings::default() };
    let strict = Conekta::start(strict).await.unwrap();
    assert_eq!(Shop { url: strict.url(), key: KEY }.get("/orders").0, 401);
    assert_eq!(Shop { url: strict.url(), key: "key_only" }.get("/orders").0, 200);
    assert_eq!(gateway.exchanges().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_the_specification_forbids_are_rejected() {
    let (gateway, shop) = started().await;
    let token = gateway.token("4242424242424242");
    for (field, value) in [
        ("currency", json!("PESOS")),
        ("customer_info", json!({ "name": "Ana", "email": "ana@example.com" })),
        ("line_items", json!([])),
        ("line_items", json!([{ "name": "ab", "unit_price": 1, "quantity": 1 }])),
        ("line_items", json!([{ "name": "abc", "unit_price": 1.5, "quantity": 1 }])),
        ("line_items", json!([{ "name": "abc", "unit_price": 1, "quantity": 0 }])),
        ("metadata", json!({ "nested": {} })),
        ("three_ds_mode", json!("sometimes")),
        ("charges", json!([{ "payment_method": { "type": "card", "token_id": token }, "amount": 1 }])),
    ] {
        let mut wrong = order(&token, "x");
        wrong[field] = value;
        assert_eq!(shop.call(Method::Post, "/orders", Some(&wrong)).0, 422, "{wrong}");
    }
    assert_eq!(shop.call(Method::Post, "/orders", Some(&json!([]))).0, 400);
    assert!(gateway.charges().is_empty(), "and the token is still good");
    assert_eq!(shop.order(&token, "x").0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_can_be_switched() {
    let assumptions = Assumptions::default()
        .with(Point::TestTokensAreReusable, false)
        .with(Point::ConektaShowsNulls, false)
        .with(Point::ConektaSearchesMetadata, true);
    let gateway = Conekta::start(Settings { assumptions, ..Settings::default() }).await.unwrap();
    let shop = Shop { url: gateway.url(), key: KEY };
    let (_, paid) = shop.order("tok_test_visa_4242", "intent-1");
    assert!(paid.get("channel").is_none());
    assert_eq!(shop.order("tok_test_visa_4242", "intent-2").0, 402);
    let mut wanted = order(&gateway.token("4242424242424242"), "reference");
    wanted["metadata"] = json!({ "purchase": "only-in-metadata" });
    shop.call(Method::Post, "/orders", Some(&wanted));
    assert_eq!(shop.get("/orders?search=only-in-metadata").1["total"], 1);
}
