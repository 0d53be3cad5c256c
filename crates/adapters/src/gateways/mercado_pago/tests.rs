use portero_domain::{
    ids::PurchaseReference,
    money::{Currency, Money},
    ports::{Buyer, Card},
    purchase::{Cardholder, DeclineReason, Receipt, Terms},
    secret::Secret,
    text::{Email, Name, Phone},
};

use super::*;

fn payment(fields: &str) -> Payment {
    let json = format!(
        r#"{{"id":1234,"live_mode":false,"transaction_amount":19.9,"currency_id":"MXN","external_reference":"x",{fields}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn charge() -> ChargeId {
    ChargeId::parse("1234").unwrap()
}

#[test]
fn only_an_approved_payment_is_paid() {
    let terms = Terms { amount: Money::parse("19.90").unwrap(), currency: Currency::Mxn, live: false };
    let paid = ChargeAnswer::Paid(Receipt { charge: charge(), terms: Some(terms) });
    assert_eq!(payment(r#""status":"approved","status_detail":"accredited""#).answer(), paid);
    assert_eq!(payment(r#""status":"approved","status_detail":"partially_refunded""#).answer(), paid);
    for pending in [
        r#""status":"pending","status_detail":"pending_contingency""#,
        r#""status":"pending","status_detail":"pending_challenge""#,
        r#""status":"in_process","status_detail":"pending_review_manual""#,
        r#""status":"in_mediation""#,
        r#""status":"a_status_of_tomorrow""#,
        r#""status":null"#,
    ] {
        assert_eq!(payment(pending).answer(), ChargeAnswer::Pending(charge()), "{pending}");
    }
}

#[test]
fn a_payment_without_money_says_why() {
    let declined = |reason| ChargeAnswer::Declined(Some(charge()), reason);
    for (fields, answer) in [
        (r#""status":"authorized","status_detail":"pending_capture""#, ChargeAnswer::Authorized(charge())),
        (r#""status":"refunded""#, ChargeAnswer::Refunded(charge())),
        (r#""status":"charged_back""#, ChargeAnswer::ChargedBack(charge())),
        (r#""status":"cancelled""#, declined(DeclineReason::Cancelled)),
        (r#""status":"cancelled","status_detail":"expired""#, declined(DeclineReason::Expired)),
    ] {
        assert_eq!(payment(fields).answer(), answer, "{fields}");
    }
    for (detail, reason) in [
        ("cc_rejected_insufficient_amount", DeclineReason::InsufficientFunds),
        ("cc_rejected_bad_filled_date", DeclineReason::ExpiredCard),
        ("cc_rejected_bad_filled_card_number", DeclineReason::InvalidCard),
        ("cc_rejected_bad_filled_security_code", DeclineReason::WrongSecurityCode),
        ("cc_rejected_call_for_authorize", DeclineReason::CallBank),
        ("cc_rejected_card_disabled", DeclineReason::CardDisabled),
        ("cc_rejected_high_risk", DeclineReason::HighRisk),
        ("cc_rejected_max_attempts", DeclineReason::TooManyAttempts),
        ("cc_rejected_duplicated_payment", DeclineReason::Duplicate),
        ("cc_rejected_3ds_mandatory", DeclineReason::NotConfirmed),
        ("cc_rejected_other_reason", DeclineReason::Declined),
        ("a_detail_of_tomorrow", DeclineReason::Declined),
    ] {
        let rejected = payment(&format!(r#""status":"rejected","status_detail":"{detail}""#));
        assert_eq!(rejected.answer(), declined(reason), "{detail}");
    }
}

#[test]
fn a_challenge_is_a_form_that_the_browser_posts() {
    let asks = payment(
        r#""status":"pending","status_detail":"pending_challenge","three_ds_info":{"external_resource_url":"https://bank.test/c","creq":"abc"}"#,
    );
    let action = Cardholder::Post { url: "https://bank.test/c".into(), creq: "abc".into() };
    assert_eq!(asks.answer(), ChargeAnswer::NeedsCardholder(charge(), action));
}

#[test]
fn terms_that_cannot_be_read_are_no_terms() {
    for json in [
        r#"{"id":1234,"live_mode":false,"transaction_amount":19.999,"currency_id":"MXN","status":"approved"}"#,
        r#"{"id":1234,"live_mode":false,"transaction_amount":"19.9","currency_id":"MXN","status":"approved"}"#,
        r#"{"id":1234,"transaction_amount":19.9,"currency_id":"MXN","status":"approved"}"#,
        r#"{"id":1234,"live_mode":false,"transaction_amount":19.9,"currency_id":"BRL","status":"approved"}"#,
    ] {
        let payment: Payment = serde_json::from_str(json).unwrap();
        assert_eq!(payment.answer(), ChargeAnswer::Paid(Receipt { charge: charge(), terms: None }), "{json}");
    }
}

#[test]
fn an_error_is_read_in_each_of_its_forms() {
    let problem = |json: &str| serde_json::from_str::<Problem>(json).unwrap();
    for (cause, expected) in [
        (r#"[{"code":2006,"description":"Card Token not found"}]"#, Some(RequestProblem::TokenUnknown)),
        (r#"[{"code":"3003"}]"#, Some(RequestProblem::TokenUnknown)),
        (r#"{"code":2062}"#, Some(RequestProblem::TokenUnknown)),
        (r#"[{"code":2072}]"#, Some(RequestProblem::InvalidData)),
        (r#""a text""#, Some(RequestProblem::InvalidData)),
        // The same request came within a minute, so the payment may exist.
        (r#"[{"code":2001}]"#, None),
    ] {
        let json = format!(r#"{{"message":"m","error":"bad_request","status":400,"cause":{cause}}}"#);
        assert_eq!(problem(&json).rejected(), expected, "{cause}");
    }
    assert_eq!(problem(r#"{"status":400}"#).rejected(), Some(RequestProblem::InvalidData));
    assert_eq!(problem(r#"{"cause":[{"code":2024}]}"#).refund_problem(), RefundProblem::TooOld);
    assert_eq!(problem(r#"{"cause":[{"code":4296}]}"#).refund_problem(), RefundProblem::WrongState);
}

fn an_order(return_url: Option<&str>) -> ChargeOrder {
    ChargeOrder {
        purchase: PurchaseReference::parse(&format!("compra_{}", "a".repeat(26))).unwrap(),
        terms: Terms { amount: Money::parse("8.20").unwrap(), currency: Currency::Mxn, live: false },
        title: Name::parse("1 Día").unwrap(),
        buyer: Buyer {
            name: Name::parse("Ana Ruiz").unwrap(),
            email: Email::parse("ana@example.test").unwrap(),
            phone: Phone::parse("+525500000000").unwrap(),
        },
        card: Card {
            token: Secret::new("tok".into()),
            method: Some("visa".into()),
            issuer: None,
            installments: 1,
            device: None,
        },
        return_url: return_url.map(str::to_owned),
        notification_url: None,
    }
}

#[test]
fn a_request_has_its_exact_amount_and_is_decided_at_once_unless_the_cardholder_may_be_asked() {
    let written = serde_json::to_string(&NewPayment::of(&an_order(None))).unwrap();
    assert!(written.starts_with(r#"{"transaction_amount":8.20,"token":"tok","description":"1 Día""#), "{written}");
    assert!(written.contains(r#""binary_mode":true"#) && !written.contains("three_d_secure_mode"), "{written}");
    let written = serde_json::to_string(&NewPayment::of(&an_order(Some("https://portal.test/x")))).unwrap();
    assert!(written.contains(r#""binary_mode":false,"three_d_secure_mode":"optional""#), "{written}");
}

#[test]
fn an_idempotency_key_is_a_uuid_that_follows_from_the_act() {
    let key = idempotency_key("compra_1");
    assert_eq!(key, idempotency_key("compra_1"));
    assert_ne!(key, idempotency_key("compra_1-refund-1"));
    let parts: Vec<_> = key.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    assert_eq!(&key[14..15], "8");
}
