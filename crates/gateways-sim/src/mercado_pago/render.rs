//! Payments, refunds and tokens as JSON.

use serde_json::{Value, json};
use time::Duration;

use super::{
    cards::Card,
    payment::{Paid, Refund},
};
use crate::{clock::rfc3339, money::decimal};

pub(crate) fn payment(paid: &Paid, base: &str) -> Value {
    let given = |name: &str| paid.given.get(name).cloned().unwrap_or(Value::Null);
    let made = rfc3339(paid.card.made);
    let mut body = json!({
        "id": paid.id,
        "date_created": rfc3339(paid.created),
        "date_approved": paid.approved.map(rfc3339),
        "date_last_updated": rfc3339(paid.updated),
        "date_of_expiration": null,
        "money_release_date": paid.approved.map(rfc3339),
        "operation_type": "regular_payment",
        "issuer_id": "24",
        "payment_method_id": given("payment_method_id"),
        "payment_type_id": if paid.text("payment_method_id").unwrap_or_default().starts_with("deb") { "debit_card" } else { "credit_card" },
        "status": paid.status.name(),
        "status_detail": paid.detail,
        "currency_id": "MXN",
        "live_mode": paid.live,
        "payer": given("payer"),
        "metadata": paid.given.get("metadata").cloned().unwrap_or_else(|| json!({})),
        "transaction_amount": decimal(paid.cents),
        "transaction_amount_refunded": decimal(paid.refunded()),
        "coupon_amount": 0,
        "transaction_details": {
            "net_received_amount": decimal(paid.captured()),
            "total_paid_amount": decimal(paid.cents),
            "overpaid_amount": 0,
            "installment_amount": decimal(paid.cents),
        },
        "captured": paid.status != super::Status::Authorized,
        "binary_mode": paid.binary,
        "installments": given("installments"),
        "card": {
            "last_four_digits": paid.card.last_four,
            "first_six_digits": paid.card.first_six,
            "expiration_year": paid.card.year,
            "expiration_month": paid.card.month,
            "date_created": made,
            "date_last_updated": made,
            "cardholder": { "name": paid.card.holder },
        },
        "refunds": paid.refunds.iter().map(|one| refund(paid.id, one)).collect::<Vec<_>>(),
        "processing_mode": "aggregator",
    });
    for name in ["description", "external_reference", "notification_url", "statement_descriptor"] {
        if let Some(text) = paid.text(name) {
            body[name] = json!(text);
        }
    }
    if let Some(creq) = &paid.challenge {
        body["three_ds_info"] =
            json!({ "external_resource_url": format!("{base}/challenge/{}", paid.id), "creq": creq });
    }
    body
}

pub(crate) fn refund(payment: u64, refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "payment_id": payment,
        "amount": decimal(refund.cents),
        "metadata": {},
        "source": { "id": "1", "name": "Simulador", "type": "collector" },
        "date_created": rfc3339(refund.at),
        "unique_sequence_number": refund.id.to_string(),
        "refund_mode": "standard",
        "adjustment_amount": 0,
        "status": refund.answer.name(),
        "reason": null,
        "label": null,
        "partition_details": [],
    })
}

pub(crate) fn token(id: &str, card: &Card) -> Value {
    json!({
        "id": id,
        "first_six_digits": card.first_six,
        "last_four_digits": card.last_four,
        "expiration_month": card.month,
        "expiration_year": card.year,
        "date_created": rfc3339(card.made),
        "date_due": rfc3339(card.made + Duration::days(7)),
        "luhn_validation": true,
        "status": "active",
        "cardholder": { "name": card.holder },
    })
}
