//! Conekta's own control endpoints.

use serde_json::{Value, json};

use super::{
    Office,
    order::{Charge, Turn},
};
use crate::{
    engine::control::field,
    wire::{Reply, Request},
};

impl Charge {
    fn to_json(&self) -> Value {
        json!({
            "order_id": self.order_id, "account": self.account, "metadata": self.metadata, "reference": self.reference,
            "status": self.status, "amount": self.amount, "currency": self.currency, "captured": self.captured,
            "refunded": self.refunded,
        })
    }
}

impl Office {
    pub(super) fn steered(&self, request: &Request, segments: &[&str]) -> Option<Reply> {
        let done = |done: bool| done.then(|| Reply::json(200, &json!({ "done": true })));
        match (request.method.as_str(), segments) {
            ("GET", ["charges"]) => {
                let of = request.param("of");
                let state = self.state();
                let orders = state.orders.iter().filter(|order| of.is_none_or(|text| order.carries(text)));
                let charges: Vec<Value> = orders.map(|order| Charge::from(order).to_json()).collect();
                Some(Reply::json(200, &json!({ "charges": charges })))
            }
            ("POST", ["orders", id, "turn"]) => {
                let turn = field(request, "to").as_str().and_then(Turn::named)?;
                done(self.turn(id, turn))
            }
            ("POST", ["orders", id, "refund"]) => done(self.refund_in_panel(id, field(request, "amount").as_i64())),
            ("POST", ["orders", id, "chargeback"]) => done(self.charge_back(id)),
            _ => None,
        }
    }
}
