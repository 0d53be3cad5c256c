//! Refunds.

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{
    Done, Office,
    error::{AMOUNT, NOT_FOUND, PARAMETERS, REFUND_TOO_OLD, REFUNDED, Refusal, STATE},
    payment::{Paid, Refund, RefundAnswer, Status},
    render,
};
use crate::{
    money::cents,
    wire::{Reply, Request},
};

/// A payment can be refunded this long.
const REFUNDABLE: Duration = Duration::days(180);

/// The amount that the request asks for, or none for all that is left.
fn amount(request: &Request) -> Result<Option<i64>, Refusal> {
    if request.body.is_empty() {
        return Ok(None);
    }
    match request.json().ok_or(PARAMETERS)?.get("amount") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => cents(number).filter(|cents| *cents > 0).map(Some).ok_or(AMOUNT),
        Some(_) => Err(AMOUNT),
    }
}

impl Office {
    pub(super) fn refund(&self, request: &Request, id: &str, account: &str) -> Done {
        let amount = amount(request)?;
        let now = self.desk.clock.now();
        let (paid, refund) = {
            let mut state = self.state();
            let answer = state.refund_answer;
            let paid = state.of(id, account)?;
            let refund = self.give_back(paid, amount, answer, now)?;
            (paid.clone(), refund)
        };
        self.tell(&paid, "payment.updated");
        Ok((Reply::json(201, &render::refund(paid.id, &refund)), paid.id))
    }

    fn give_back(
        &self,
        paid: &mut Paid,
        amount: Option<i64>,
        answer: RefundAnswer,
        now: OffsetDateTime,
    ) -> Result<Refund, Refusal> {
        let left = paid.cents - paid.refunded();
        match paid.status {
            Status::Refunded => return Err(REFUNDED),
            Status::Approved if left == 0 => return Err(REFUNDED),
            Status::Approved if now - paid.created > REFUNDABLE => return Err(REFUND_TOO_OLD),
            Status::Approved => {}
            _ => return Err(STATE),
        }
        let cents = amount.unwrap_or(left);
        if cents > left {
            return Err(AMOUNT);
        }
        let refund = Refund { id: self.desk.ids.number(), cents, at: now, answer };
        paid.refunds.push(refund.clone());
        paid.updated = now;
        count(paid);
        Ok(refund)
    }

    pub(super) fn refund_in_panel(&self, id: u64, cents: Option<i64>) -> bool {
        let now = self.desk.clock.now();
        let paid = {
            let mut state = self.state();
            let Some(paid) = state.find(id) else { return false };
            if self.give_back(paid, cents, RefundAnswer::Approved, now).is_err() {
                return false;
            }
            paid.clone()
        };
        self.tell(&paid, "payment.updated");
        true
    }

    /// Settles the refunds of a payment that are in process.
    pub(super) fn settle_refunds(&self, id: u64, answer: RefundAnswer) -> bool {
        let paid = {
            let mut state = self.state();
            let Some(paid) = state.find(id) else { return false };
            for refund in &mut paid.refunds {
                if refund.answer == RefundAnswer::InProcess {
                    refund.answer = answer;
                }
            }
            count(paid);
            paid.clone()
        };
        self.tell(&paid, "payment.updated");
        true
    }

    pub(super) fn refunds(&self, id: &str, account: &str) -> Result<Reply, Refusal> {
        let mut state = self.state();
        let paid = state.of(id, account)?;
        let all: Vec<Value> = paid.refunds.iter().map(|refund| render::refund(paid.id, refund)).collect();
        Ok(Reply::json(200, &Value::Array(all)))
    }

    pub(super) fn one_refund(&self, id: &str, refund: &str, account: &str) -> Result<Reply, Refusal> {
        let refund: u64 = refund.parse().map_err(|_| PARAMETERS)?;
        let mut state = self.state();
        let paid = state.of(id, account)?;
        let found = paid.refunds.iter().find(|known| known.id == refund).ok_or(NOT_FOUND)?;
        Ok(Reply::json(200, &render::refund(paid.id, found)))
    }
}

/// Brings the payment's status in line with its refunds.
fn count(paid: &mut Paid) {
    let sum = |answer| paid.refunds.iter().filter(|refund| refund.answer == answer).map(|refund| refund.cents).sum();
    let approved: i64 = sum(RefundAnswer::Approved);
    if approved == paid.cents {
        paid.status = Status::Refunded;
        "refunded".clone_into(&mut paid.detail);
    } else if approved > 0 {
        "partially_refunded".clone_into(&mut paid.detail);
    }
}
