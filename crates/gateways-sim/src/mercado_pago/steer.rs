//! Mercado Pago's own control endpoints.

use serde_json::{Value, json};

use super::{
    Office,
    payment::{Payment, RefundAnswer, Status},
};
use crate::{
    engine::control::field,
    wire::{Reply, Request},
};

impl Payment {
    fn to_json(&self) -> Value {
        json!({
            "id": self.id, "account": self.account, "external_reference": self.external_reference,
            "status": self.status.name(), "status_detail": self.status_detail, "amount": self.amount,
            "captured": self.captured, "refunded": self.refunded,
        })
    }
}

impl Office {
    pub(super) fn steered(&self, request: &Request, segments: &[&str]) -> Option<Reply> {
        let done = |done: bool| done.then(|| Reply::json(200, &json!({ "done": true })));
        let text = |name: &str| field(request, name).as_str().map(str::to_owned);
        match (request.method.as_str(), segments) {
            ("GET", ["charges"]) => {
                let payments = match request.param("of") {
                    Some(reference) => self.payments_of(reference),
                    None => self.state().payments.iter().map(Payment::from).collect(),
                };
                let charges: Vec<Value> = payments.iter().map(Payment::to_json).collect();
                Some(Reply::json(200, &json!({ "charges": charges })))
            }
            ("POST", ["payments", id, "turn"]) => {
                let status = Status::named(&text("to")?)?;
                let detail = text("detail").unwrap_or_else(|| status.usual_detail().to_owned());
                done(self.turn(id.parse().ok()?, status, &detail))
            }
            ("POST", ["payments", id, "refund"]) => {
                done(self.refund_in_panel(id.parse().ok()?, field(request, "amount").as_i64()))
            }
            ("POST", ["payments", id, "chargeback"]) => {
                done(self.turn(id.parse().ok()?, Status::ChargedBack, Status::ChargedBack.usual_detail()))
            }
            ("POST", ["payments", id, "settle-refunds"]) => {
                done(self.settle_refunds(id.parse().ok()?, RefundAnswer::named(&text("as")?)?))
            }
            ("POST", ["secrets"]) => {
                self.desk.set_secret(&text("account")?, &text("secret")?);
                done(true)
            }
            ("POST", ["refunds"]) => {
                self.state().refund_answer = RefundAnswer::named(&text("as")?)?;
                done(true)
            }
            _ => None,
        }
    }
}
