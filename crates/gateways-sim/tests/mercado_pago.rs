use std::time::Duration;

use minreq::Method;
use portero_gateways_sim::{MercadoPago, RefundAnswer, Settings, Status};
use serde_json::{Value, json};

use crate::client::{TOKEN, json_of, pay, payment, request, seen, with_key};

async fn started() -> (MercadoPago, String) {
    let gateway = MercadoPago::start(Settings::default()).await.unwrap();
    let url = gateway.url();
    (gateway, url)
}

fn cause(body: &Value) -> u64 {
    body["cause"][0]["code"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_holders_name_decides() {
    let (gateway, url) = started().await;
    for (holder, status, detail) in [
        ("APRO", "approved", "accredited"),
        ("CONT", "in_process", "pending_contingency"),
        ("OTHE", "rejected", "cc_rejected_other_reason"),
        ("CALL", "rejected", "cc_rejected_call_for_authorize"),
        ("FUND", "rejected", "cc_rejected_insufficient_amount"),
        ("SECU", "rejected", "cc_rejected_bad_filled_security_code"),
        ("EXPI", "rejected", "cc_rejected_bad_filled_date"),
        ("FORM", "rejected", "cc_rejected_bad_filled_other"),
        ("CARD", "rejected", "cc_rejected_bad_filled_card_number"),
        ("INST", "rejected", "cc_rejected_invalid_installments"),
        ("DUPL", "rejected", "cc_rejected_duplicated_payment"),
        ("LOCK", "rejected", "cc_rejected_card_disabled"),
        ("CTNA", "rejected", "cc_rejected_card_type_not_allowed"),
        ("ATTE", "rejected", "cc_rejected_max_attempts"),
        ("BLAC", "rejected", "cc_rejected_blacklist"),
        ("Ana", "approved", "accredited"),
    ] {
        let (code, body) = pay(&url, holder, &payment(&gateway.token(holder), holder));
        assert_eq!((code, body["status"].as_str(), body["status_detail"].as_str()), (201, Some(status), Some(detail)));
        assert_eq!(body["transaction_amount"], json!(10.5));
        assert_eq!(seen(&url, &format!("/v1/payments/{}", body["id"])).1, body);
    }
    let mut binary = payment(&gateway.token("CONT"), "binary");
    binary["binary_mode"] = json!(true);
    assert_eq!(pay(&url, "binary", &binary).1["status"], "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_gives_one_payment() {
    let (gateway, url) = started().await;
    let body = payment(&gateway.token("APRO"), "purchase-1");
    let (status, first) = pay(&url, "key-1", &body);
    assert_eq!((status, pay(&url, "key-1", &body)), (201, (201, first)));
    let mut other = body.clone();
    other["transaction_amount"] = json!(11);
    assert_eq!(pay(&url, "key-1", &other).0, 409);
    let (status, used) = pay(&url, "key-2", &body);
    assert_eq!((status, cause(&used)), (400, 3003), "another key, but the token is used up");
    assert_eq!(cause(&pay(&url, "", &body).1), 4292);
    assert_eq!(pay(&url, &"k".repeat(65), &body).0, 400);
    assert_eq!(gateway.payments_of("purchase-1").len(), 1);
    gateway.clock().advance(Duration::from_hours(25));
    assert_eq!(cause(&pay(&url, "key-1", &body).1), 3003, "the key is forgotten after a day");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_use_is_locked() {
    let (gateway, url) = started().await;
    gateway.think(Duration::from_millis(700));
    let body = payment(&gateway.token("APRO"), "purchase-1");
    let buyer = || {
        let (url, body) = (url.clone(), body.clone());
        std::thread::spawn(move || pay(&url, "key-1", &body).0)
    };
    let buyers: Vec<_> = (0..8).map(|_| buyer()).collect();
    let seen: Vec<u16> = buyers.into_iter().map(|buyer| buyer.join().unwrap()).collect();
    assert!(seen.contains(&201) && seen.contains(&423), "{seen:?}");
    assert!(seen.iter().all(|status| [201, 423].contains(status)), "{seen:?}");
    assert_eq!(gateway.payments().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_frees_the_key() {
    let (gateway, url) = started().await;
    let (status, body) = pay(&url, "key-1", &payment("no-such-token", "purchase-1"));
    assert_eq!((status, cause(&body)), (400, 2006));
    assert_eq!(pay(&url, "key-1", &payment(&gateway.token("APRO"), "purchase-1")).0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_the_specification_forbids_are_rejected() {
    let (gateway, url) = started().await;
    let token = gateway.token("APRO");
    for (field, value, code) in [
        ("transaction_amount", json!(0), 2072),
        ("transaction_amount", json!("10.50"), 2072),
        ("transaction_amount", json!(10.505), 2072),
        ("payer", json!({}), 1),
        ("payment_method_id", Value::Null, 1),
        ("installments", json!(0), 1),
        ("statement_descriptor", json!("x".repeat(23)), 1),
        ("external_reference", json!("x".repeat(257)), 1),
        ("three_d_secure_mode", json!("sometimes"), 1),
    ] {
        let mut wrong = payment(&token, "x");
        wrong[field] = value;
        let (status, body) = pay(&url, "key-1", &wrong);
        assert_eq!((status, cause(&body)), (400, code), "{wrong}");
    }
    assert_eq!(request(Method::Get, format!("{url}/users/me"), &[], None).status_code, 401);
    assert_eq!(seen(&url, "/v1/payments/1").0, 404);
    assert!(gateway.payments().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_waits_for_the_cardholder() {
    let (gateway, url) = started().await;
    for (answer, status) in [("confirm", Status::Approved), ("refuse", Status::Rejected)] {
        let mut wanted = payment(&gateway.token("CHAL"), answer);
        wanted["three_d_secure_mode"] = json!("optional");
        let (_, body) = pay(&url, answer, &wanted);
        assert_eq!((&body["status"], &body["status_detail"]), (&json!("pending"), &json!("pending_challenge")));
        let page = body["three_ds_info"]["external_resource_url"].as_str().unwrap().to_owned();
        let form = |creq: &str| minreq::post(page.clone()).with_body(format!("creq={creq}")).send().unwrap();
        assert!(!form("wrong").as_str().unwrap().contains("<form"));
        assert!(form(body["three_ds_info"]["creq"].as_str().unwrap()).as_str().unwrap().contains("<form"));
        let done = request(Method::Post, format!("{page}/{answer}"), &[], None);
        assert!(done.as_str().unwrap().contains("COMPLETE"));
        assert_eq!(gateway.payments_of(answer)[0].status, status);
    }
    let mut binary = payment(&gateway.token("CHAL"), "x");
    binary["three_d_secure_mode"] = json!("optional");
    binary["binary_mode"] = json!(true);
    assert_eq!(pay(&url, "x", &binary).0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_are_idempotent_and_never_exceed_the_payment() {
    let (gateway, url) = started().await;
    let (_, paid) = pay(&url, "key-1", &payment(&gateway.token("APRO"), "purchase-1"));
    let path = format!("/v1/payments/{}/refunds", paid["id"]);
    let refund = |key: &str, body: Value| with_key(&url, &path, key, &body);
    assert_eq!(cause(&refund("", json!({})).1), 4292);
    assert_eq!(refund("r-1", json!({ "amount": 10.51 })).0, 400);
    let (status, part) = refund("r-1", json!({ "amount": 0.29 }));
    assert_eq!((status, &part["status"], &part["amount"]), (201, &json!("approved"), &json!(0.29)));
    assert_eq!(refund("r-1", json!({ "amount": 0.29 })).1, part);
    assert_eq!(gateway.payments_of("purchase-1")[0].refunded, 29);
    assert_eq!(refund("r-2", json!({})).1["amount"], json!(10.21));
    assert_eq!(cause(&refund("r-3", json!({})).1), 4296);
    assert_eq!(seen(&url, &format!("/v1/payments/{}", paid["id"])).1["status"], "refunded");
    assert_eq!(seen(&url, &path).1.as_array().unwrap().len(), 2);
    let (_, declined) = pay(&url, "key-2", &payment(&gateway.token("OTHE"), "purchase-2"));
    let path = format!("/v1/payments/{}/refunds", declined["id"]);
    assert_eq!(cause(&with_key(&url, &path, "r-4", &json!({})).1), 2063);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_can_be_in_process_rejected_or_too_late() {
    let (gateway, url) = started().await;
    let paid = |reference: &str| pay(&url, reference, &payment(&gateway.token("APRO"), reference)).1["id"].clone();
    for (answer, word) in [(RefundAnswer::InProcess, "in_process"), (RefundAnswer::Rejected, "rejected")] {
        gateway.answer_refunds(answer);
        let path = format!("/v1/payments/{}/refunds", paid(word));
        assert_eq!(with_key(&url, &path, word, &json!({})).1["status"], word);
        assert_eq!(gateway.payments_of(word)[0].status, Status::Approved);
    }
    let old = paid("old");
    gateway.clock().advance(Duration::from_hours(181 * 24));
    assert_eq!(cause(&with_key(&url, &format!("/v1/payments/{old}/refunds"), "old", &json!({})).1), 2024);
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_need_sort_and_criteria_and_find_by_reference() {
    let (gateway, url) = started().await;
    for reference in ["a", "b", "a"] {
        pay(&url, &gateway.token("x"), &payment(&gateway.token("APRO"), reference));
    }
    assert_eq!(seen(&url, "/v1/payments/search?external_reference=a").0, 400);
    let search = |more: &str| seen(&url, &format!("/v1/payments/search?sort=date_created&criteria=desc{more}")).1;
    let found = search("&external_reference=a");
    assert_eq!(found["paging"]["total"], 2);
    assert!(found["results"][0]["id"].as_u64() > found["results"][1]["id"].as_u64());
    assert_eq!(search("&status=rejected")["paging"]["total"], 0);
    assert_eq!(search("&limit=1&offset=2")["results"].as_array().unwrap().len(), 1);
    let range = "&range=date_created&begin_date=2020-01-01T00:00:00.000-06:00&end_date=2021-01-01T00:00:00Z";
    assert_eq!(search(range)["paging"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_not_paid_can_be_cancelled() {
    let (gateway, url) = started().await;
    let cancel = |id: &Value| {
        let bearer = format!("Bearer {TOKEN}");
        let path = format!("{url}/v1/payments/{id}");
        let body = json!({ "status": "cancelled" });
        let response = request(Method::Put, path, &[("authorization", &bearer)], Some(&body));
        (response.status_code, json_of(&response))
    };
    let mut held = payment(&gateway.token("APRO"), "held");
    held["capture"] = json!(false);
    let (_, held) = pay(&url, "held", &held);
    assert_eq!((&held["status"], &held["captured"]), (&json!("authorized"), &json!(false)));
    assert_eq!(cancel(&held["id"]).1["status"], "cancelled");
    let (_, paid) = pay(&url, "paid", &payment(&gateway.token("APRO"), "paid"));
    assert_eq!(cause(&cancel(&paid["id"]).1), 2063);
    assert_eq!(seen(&url, "/users/me").1["id"], json!(gateway.user_id(TOKEN)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_token_needs_a_public_key_and_lives_seven_days() {
    let (gateway, url) = started().await;
    let card = json!({
        "card_number": "5474925432670366", "expiration_month": 11, "expiration_year": 2030, "security_code": "123",
        "cardholder": { "name": "APRO" },
    });
    let ask = |headers: &[(&str, &str)]| request(Method::Post, format!("{url}/v1/card_tokens"), headers, Some(&card));
    assert_eq!(ask(&[]).status_code, 401);
    let made = json_of(&ask(&[("x-public-key", "TEST-public")]));
    assert_eq!((&made["status"], &made["last_four_digits"]), (&json!("active"), &json!("0366")));
    let token = made["id"].as_str().unwrap();
    gateway.clock().advance(Duration::from_hours(7 * 24 + 1));
    assert_eq!(cause(&pay(&url, "late", &payment(token, "late")).1), 2062);
}
