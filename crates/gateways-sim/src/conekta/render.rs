//! Orders and charges as JSON, with the fields of the published samples.

use serde_json::{Value, json};

use super::order::{Charged, Order, Refund, Stage};

fn list(data: &[Value]) -> Value {
    json!({ "object": "list", "has_more": false, "total": data.len(), "data": data })
}

/// What the responses depend on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The URL of the simulator.
    pub(crate) base: &'a str,
    /// Whether fields without a value are null; otherwise they are left out.
    pub(crate) nulls: bool,
    /// Whether messages are Spanish.
    pub(crate) spanish: bool,
}

impl View<'_> {
    pub(crate) fn finish(&self, mut value: Value) -> Value {
        if !self.nulls {
            strip(&mut value);
        }
        value
    }

    /// The order as POST and GET return it.
    pub(crate) fn order(&self, order: &Order) -> Value {
        let challenge = order.charge.as_ref().and_then(|charge| match &charge.stage {
            Stage::Challenge { return_url } => Some(return_url),
            _ => None,
        });
        // An order that waits for 3DS shows no charge.
        let charges = match (&order.charge, challenge) {
            (Some(charge), None) => list(&[self.charge(order, charge)]),
            _ => Value::Null,
        };
        let mut customer = json!({
            "corporate": null, "customer_id": null, "date_of_birth": null, "national_id": null, "object": "customer_info",
        });
        if let (Some(all), Some(given)) = (customer.as_object_mut(), order.customer.as_object()) {
            all.extend(given.clone());
        }
        let mut body = json!({
            "livemode": order.live,
            "amount": order.amount,
            "currency": order.currency,
            "payment_status": order.status(),
            "amount_refunded": order.charge.as_ref().map_or(0, Charged::refunded),
            "split_payment": null,
            "customer_info": customer,
            "shipping_contact": null,
            "channel": null,
            "fiscal_entity": null,
            "object": "order",
            "id": order.id,
            "metadata": order.metadata,
            "is_refundable": matches!(order.status(), Some("paid" | "partially_refunded")),
            "processing_mode": null,
            "created_at": order.created_at,
            "updated_at": order.updated_at,
            "line_items": list(&order.items),
            "shipping_lines": null,
            "tax_lines": null,
            "discount_lines": null,
            "charges": charges,
        });
        if let Some(return_url) = challenge {
            let url = format!("{}/3ds/{}", self.base, order.id);
            body["next_action"] =
                json!({ "type": "redirect_to_url", "redirect_to_url": { "url": url, "return_url": return_url } });
        }
        if order.charge.is_none()
            && let Some(fields) = body.as_object_mut()
        {
            fields.shift_remove("payment_status");
        }
        self.finish(body)
    }

    pub(crate) fn charge(&self, order: &Order, charge: &Charged) -> Value {
        let decline = match charge.stage {
            Stage::Declined(decline) => Some(decline),
            _ => None,
        };
        let refunds = match &charge.stage {
            Stage::Paid { refunds, .. } if !refunds.is_empty() => {
                list(&refunds.iter().map(|refund| refund_row(charge, refund)).collect::<Vec<_>>())
            }
            _ => Value::Null,
        };
        let message = decline.map(|decline| if self.spanish { decline.spanish() } else { decline.english() });
        let mut body = json!({
            "id": charge.id,
            "livemode": order.live,
            "created_at": order.created_at,
            "currency": order.currency,
            "failure_code": decline.map(super::cards::Decline::failure_code),
            "failure_message": message,
            "monthly_installments": null,
            "device_fingerprint": null,
            "session_id": null,
            "channel": null,
            "payment_method": card(charge, decline.is_none()),
            "object": "charge",
            "description": "Payment from order",
            "is_refundable": matches!(charge.status(), "paid" | "partially_refunded"),
            "reference_id": charge.reference,
            "status": charge.status(),
            "amount": charge.amount,
            "paid_at": charge.paid_at(),
            "customer_id": "",
            "order_id": order.id,
            "refunds": refunds,
        });
        if let Stage::ChargedBack { at, .. } = charge.stage {
            body["chargeback"] = json!({
                "id": format!("chb_{}", charge.id), "object": "chargeback", "charge_id": charge.id, "created_at": at,
                "reason": "unrecognized", "status": "action_required",
            });
        }
        self.finish(body)
    }
}

fn refund_row(charge: &Charged, refund: &Refund) -> Value {
    json!({
        "object": "refund", "amount": -refund.amount, "id": refund.id, "created_at": refund.created_at,
        "auth_code": charge.auth_code,
    })
}

fn card(charge: &Charged, authorised: bool) -> Value {
    let card = &charge.card;
    json!({
        "name": card.name,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "auth_code": authorised.then_some(&charge.auth_code),
        "object": "card_payment",
        "type": "credit",
        "normalized_device_fingerprint": null,
        "last4": card.last4,
        "brand": card.brand,
        "issuer": "BANAMEX",
        "account_type": "Credit",
        "contract_id": null,
        "country": "MX",
        "fraud_score": null,
        "fraud_indicators": [],
        "token_id": charge.token,
        "antifraud_is_self_service_rules": false,
        "three_ds_flow_required": false,
    })
}

/// Removes every field that is null.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
