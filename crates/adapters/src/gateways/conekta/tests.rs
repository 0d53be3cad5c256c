use portero_domain::{
    money::{Currency, Money},
    purchase::{Cardholder, ChargeAnswer, DeclineReason, Receipt, RefundProblem, RequestProblem, Terms},
};

use super::*;

fn order(fields: &str) -> Order {
    let json = format!(r#"{{"id":"ord_1","livemode":true,"amount":1999,"currency":"MXN",{fields}}}"#);
    serde_json::from_str(&json).unwrap()
}

fn charge() -> ChargeId {
    ChargeId::parse("ord_1").unwrap()
}

#[test]
fn only_a_paid_order_is_paid() {
    let terms = Terms { amount: Money::parse("19.99").unwrap(), currency: Currency::Mxn, live: true };
    let paid = ChargeAnswer::Paid(Receipt { charge: charge(), terms: Some(terms) });
    assert_eq!(order(r#""payment_status":"paid""#).answer(), paid);
    assert_eq!(order(r#""payment_status":"partially_refunded","amount_refunded":500"#).answer(), paid);
    for pending in [
        r#""payment_status":null"#,
        r#""payment_status":"pending_payment","charges":null"#,
        r#""payment_status":"under_fraud_review""#,
        r#""payment_status":"a_status_of_tomorrow""#,
        r#""charges":{"data":[{"status":"paid"}]}"#,
        r#""payment_status":"pending_payment","charges":{"data":[{"status":"paid"}]}"#,
    ] {
        assert_eq!(order(pending).answer(), ChargeAnswer::Pending(charge()), "{pending}");
    }
}

#[test]
fn an_order_without_money_says_why() {
    let declined = |reason| ChargeAnswer::Declined(Some(charge()), reason);
    for (fields, answer) in [
        (r#""payment_status":"declined""#, declined(DeclineReason::Declined)),
        (
            r#""payment_status":"declined","charges":{"data":[{"status":"declined","failure_code":"insufficient_funds"}]}"#,
            declined(DeclineReason::InsufficientFunds),
        ),
        (r#""charges":{"data":[{"status":"declined"}]}"#, declined(DeclineReason::Declined)),
        (r#""payment_status":"expired""#, declined(DeclineReason::Expired)),
        (r#""payment_status":"canceled""#, declined(DeclineReason::Cancelled)),
        (r#""payment_status":"voided""#, declined(DeclineReason::Cancelled)),
        (r#""payment_status":"pre_authorized""#, ChargeAnswer::Authorized(charge())),
        (r#""payment_status":"refunded""#, ChargeAnswer::Refunded(charge())),
        (r#""payment_status":"charged_back""#, ChargeAnswer::ChargedBack(charge())),
    ] {
        assert_eq!(order(fields).answer(), answer, "{fields}");
    }
}

#[test]
fn a_confirmation_is_a_redirect() {
    let asks = order(
        r#""payment_status":"pending_payment","next_action":{"type":"redirect_to_url","redirect_to_url":{"url":"https://bank.test/x"}}"#,
    );
    let action = Cardholder::Redirect { url: "https://bank.test/x".into() };
    assert_eq!(asks.answer(), ChargeAnswer::NeedsCardholder(charge(), action));
}

#[test]
fn terms_that_cannot_be_read_are_no_terms() {
    for (fields, part) in
        [(r#""livemode":null"#, "mode"), (r#""amount":-1"#, "amount"), (r#""currency":"BTC""#, "currency")]
    {
        let mut json = serde_json::json!({"id": "ord_1", "livemode": true, "amount": 1999, "currency": "MXN", "payment_status": "paid"});
        let changed: serde_json::Value = serde_json::from_str(&format!("{{{fields}}}")).unwrap();
        for (name, value) in changed.as_object().unwrap() {
            json[name] = value.clone();
        }
        let order: Order = serde_json::from_value(json).unwrap();
        assert_eq!(order.answer(), ChargeAnswer::Paid(Receipt { charge: charge(), terms: None }), "{part}");
    }
}

fn problem(code: &str) -> Problem {
    serde_json::from_str(&format!(r#"{{"object":"error","details":[{{"code":"conekta.errors.{code}"}}]}}"#)).unwrap()
}

#[test]
fn a_declined_request_names_its_reason_or_a_used_token() {
    let used = ChargeAnswer::Rejected(RequestProblem::TokenUsed);
    assert_eq!(problem("processing.tokenization.used").declined(), used);
    for (code, reason) in [
        ("processing.bank.declined", DeclineReason::Declined),
        ("processing.bank.insufficient_funds", DeclineReason::InsufficientFunds),
        ("processing.bank.card_not_supported", DeclineReason::CardNotSupported),
        ("processing.bank.call_issuer", DeclineReason::CallBank),
        ("processing.charge.card_payment.suspicious_behaviour", DeclineReason::HighRisk),
        ("processing.charge.declined_by_3ds", DeclineReason::NotConfirmed),
        ("a.code.of.tomorrow", DeclineReason::Declined),
    ] {
        assert_eq!(problem(code).declined(), ChargeAnswer::Declined(None, reason), "{code}");
    }
}

#[test]
fn a_rejected_request_tells_the_token_from_other_data() {
    for (code, expected) in [
        ("parameter_validation.payment_method.token_id.nonexistent_token", RequestProblem::TokenUnknown),
        ("tokenization.used", RequestProblem::TokenUsed),
        ("parameter_validation.card.number", RequestProblem::InvalidData),
    ] {
        assert_eq!(problem(code).rejected(), expected, "{code}");
    }
    assert_eq!(problem("authentication.missing_key").refund_problem(), RefundProblem::Credentials);
}

#[test]
fn an_order_is_ours_by_its_metadata_or_by_the_reference_of_its_charge() {
    assert!(order(r#""metadata":{"compra_id":"compra_a"}"#).names("compra_a"));
    assert!(order(r#""metadata":null,"charges":{"data":[{"reference_id":"compra_a"}]}"#).names("compra_a"));
    assert!(!order(r#""metadata":{"compra_id":"compra_b"},"charges":null"#).names("compra_a"));
}

#[test]
fn the_next_page_is_a_cursor_in_an_address() {
    let list = |json: &str| serde_json::from_str::<List<Order>>(json).unwrap();
    let more = list(r#"{"has_more":true,"next_page_url":"https://x.test/orders?limit=250&next=ord%5F9","data":[]}"#);
    assert_eq!(next(&more).as_deref(), Some("ord_9"));
    assert_eq!(next(&list(r#"{"has_more":false,"next_page_url":"https://x.test/orders?next=a","data":[]}"#)), None);
    assert_eq!(next(&list(r#"{"has_more":true,"data":[]}"#)), None);
}

#[test]
fn an_items_name_has_3_to_249_characters() {
    assert_eq!(item_name("1h"), "WiFi 1h");
    assert_eq!(item_name("Día"), "Día");
    assert_eq!(item_name(&"ñ".repeat(300)).chars().count(), 249);
}
