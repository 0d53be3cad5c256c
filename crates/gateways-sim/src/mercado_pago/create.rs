//! POST and PUT of payments.

use serde_json::{Map, Value, json};

use super::{
    Done, Office,
    cards::{Card, lead},
    error::{AMOUNT, PARAMETERS, Refusal, STATE},
    payment::{Paid, Status},
    render,
};
use crate::{
    assumptions::Point,
    money::cents,
    wire::{Reply, Request},
};

/// The request's fields that a payment repeats.
const REPEATED: [&str; 8] = [
    "description",
    "external_reference",
    "installments",
    "metadata",
    "notification_url",
    "payer",
    "payment_method_id",
    "statement_descriptor",
];

/// What a request for a payment asks for.
struct Wanted {
    cents: i64,
    token: String,
    binary: bool,
    capture: bool,
    three_ds: bool,
    given: Value,
}

impl Wanted {
    fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let flag = |name: &str, usual| body.get(name).map_or(Some(usual), Value::as_bool).ok_or(PARAMETERS);
        let amount = match body.get("transaction_amount") {
            Some(Value::Number(number)) => cents(number).filter(|cents| *cents >= 1),
            _ => None,
        };
        let email = body.get("payer").and_then(|payer| payer.get("email")).and_then(Value::as_str);
        let installments = body.get("installments").map_or(Some(1), Value::as_i64).unwrap_or_default();
        let long = |name: &str, limit: usize| text(name).is_some_and(|text| text.chars().count() > limit);
        let right = email.is_some_and(|email| email.contains('@'))
            && installments >= 1
            && text("payment_method_id").is_some()
            && !long("external_reference", 256)
            && !long("statement_descriptor", 22);
        let three_ds = match text("three_d_secure_mode") {
            None | Some("not_supported") => false,
            Some("optional" | "mandatory") => true,
            Some(_) => return Err(PARAMETERS),
        };
        let binary = flag("binary_mode", false)?;
        if !right || binary && three_ds {
            return Err(PARAMETERS);
        }
        let mut given: Map<String, Value> = body
            .iter()
            .filter(|(name, _)| REPEATED.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        given.entry("installments").or_insert_with(|| json!(1));
        Ok(Self {
            cents: amount.ok_or(AMOUNT)?,
            token: text("token").ok_or(PARAMETERS)?.to_owned(),
            binary,
            capture: flag("capture", true)?,
            three_ds,
            given: Value::Object(given),
        })
    }
}

impl Office {
    pub(super) fn create(&self, request: &Request, account: &str) -> Done {
        let Some(Value::Object(body)) = request.json() else { return Err(PARAMETERS) };
        let wanted = Wanted::read(&body)?;
        let now = self.desk.clock.now();
        let paid = {
            let mut state = self.state();
            let card = state.use_token(&wanted.token, now)?;
            let (status, detail) = self.decide(&wanted, &card);
            let challenged = detail == "pending_challenge";
            let paid = Paid {
                id: self.desk.ids.number(),
                account: account.to_owned(),
                live: account.starts_with("APP_USR-"),
                created: now,
                updated: now,
                approved: (status == Status::Approved).then_some(now),
                cents: wanted.cents,
                status,
                detail: detail.to_owned(),
                binary: wanted.binary,
                card,
                given: wanted.given,
                refunds: Vec::new(),
                challenge: challenged.then(|| self.desk.ids.text(40)),
            };
            state.add(paid.clone());
            paid
        };
        self.tell(&paid, "payment.created");
        Ok((Reply::json(201, &render::payment(&paid, &self.base)), paid.id))
    }

    fn decide(&self, wanted: &Wanted, card: &Card) -> (Status, &'static str) {
        let approved =
            if wanted.capture { (Status::Approved, "accredited") } else { (Status::Authorized, "pending_capture") };
        match lead(&card.holder) {
            Some((Status::Approved, _)) => approved,
            // Without 3DS the bank asks nothing.
            Some((Status::Pending, _)) if !wanted.three_ds => approved,
            Some((Status::InProcess, _)) if wanted.binary => (Status::Rejected, "cc_rejected_other_reason"),
            Some(other) => other,
            None if self.desk.holds(Point::OtherHoldersAreApproved) => approved,
            None => (Status::Rejected, "cc_rejected_other_reason"),
        }
    }

    /// Cancels or captures.
    pub(super) fn update(&self, request: &Request, id: &str, account: &str) -> Result<Reply, Refusal> {
        let body = request.json().ok_or(PARAMETERS)?;
        let cancels = body.get("status").and_then(Value::as_str) == Some("cancelled");
        let captures = body.get("capture") == Some(&Value::Bool(true));
        let now = self.desk.clock.now();
        let paid = {
            let mut state = self.state();
            let paid = state.of(id, account)?;
            match paid.status {
                Status::Pending | Status::Authorized if cancels => paid.settle(Status::Cancelled, "by_collector", now),
                Status::Authorized if captures => paid.settle(Status::Approved, "accredited", now),
                _ if cancels || captures => return Err(STATE),
                _ => return Err(PARAMETERS),
            }
            paid.clone()
        };
        self.tell(&paid, "payment.updated");
        Ok(Reply::json(200, &render::payment(&paid, &self.base)))
    }

    pub(super) fn turn(&self, id: u64, status: Status, detail: &str) -> bool {
        let now = self.desk.clock.now();
        let paid = {
            let mut state = self.state();
            let Some(paid) = state.find(id) else { return false };
            paid.settle(status, detail, now);
            paid.clone()
        };
        self.tell(&paid, "payment.updated");
        true
    }
}
