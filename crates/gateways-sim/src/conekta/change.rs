//! What happens to an order after its creation.

use serde_json::Value;

use super::{
    Office,
    error::Refusal,
    order::{Order, Refund, Stage, Turn},
    render::View,
};
use crate::wire::Request;

const REASONS: [&str; 5] =
    ["requested_by_client", "cannot_be_fulfilled", "duplicated_transaction", "suspected_fraud", "other"];

/// A charge can be refunded for 30 days.
const REFUNDABLE_SECONDS: i64 = 30 * 24 * 3600;

impl Office {
    pub(super) fn refund(&self, request: &Request, id: &str, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        let body = request.json().filter(Value::is_object).ok_or_else(Refusal::malformed)?;
        let amount = body.get("amount").and_then(Value::as_i64).filter(|amount| *amount > 0);
        let amount = amount.ok_or_else(|| Refusal::parameter("amount"))?;
        let reason = body.get("reason").and_then(Value::as_str).filter(|reason| REASONS.contains(reason));
        reason.ok_or_else(|| Refusal::parameter("reason"))?;
        self.changed(id, account, |order, now| self.give_back(order, Some(amount), now)).map(|order| view.order(&order))
    }

    pub(super) fn cancel(&self, id: &str, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        let cancel = |order: &mut Order, _| {
            let charge = order.charge.as_mut().ok_or_else(Refusal::has_a_charge)?;
            charge.stage = match charge.stage {
                Stage::PreAuthorized => Stage::Voided,
                _ => return Err(Refusal::has_a_charge()),
            };
            Ok(())
        };
        self.changed(id, account, cancel).map(|order| view.order(&order))
    }

    pub(super) fn capture(&self, id: &str, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        let capture = |order: &mut Order, now| match order.charge.as_mut() {
            Some(charge) if charge.stage == Stage::PreAuthorized => {
                charge.stage = Stage::Paid { at: now, refunds: Vec::new() };
                Ok(())
            }
            _ => Err(Refusal::has_a_charge()),
        };
        self.changed(id, account, capture).map(|order| view.order(&order))
    }

    pub(super) fn turn(&self, id: &str, turn: Turn) -> bool {
        self.by_hand(id, |order, now| match order.charge.as_mut() {
            Some(charge) if matches!(charge.stage, Stage::Pending | Stage::Challenge { .. }) => {
                charge.stage = turn.stage(now);
                Ok(())
            }
            _ => Err(Refusal::has_a_charge()),
        })
    }

    pub(super) fn refund_in_panel(&self, id: &str, cents: Option<i64>) -> bool {
        self.by_hand(id, |order, now| self.give_back(order, cents, now))
    }

    pub(super) fn charge_back(&self, id: &str) -> bool {
        self.by_hand(id, |order, now| {
            let charge = order.charge.as_mut().ok_or_else(Refusal::not_refundable)?;
            let Stage::Paid { at, .. } = charge.stage else { return Err(Refusal::not_refundable()) };
            charge.stage = Stage::ChargedBack { at: now, paid_at: at };
            Ok(())
        })
    }

    fn by_hand(&self, id: &str, change: impl Fn(&mut Order, i64) -> Result<(), Refusal>) -> bool {
        let account = self.state().find(id).map(|order| order.account.clone());
        account.is_some_and(|account| self.changed(id, &account, change).is_ok())
    }

    fn give_back(&self, order: &mut Order, cents: Option<i64>, now: i64) -> Result<(), Refusal> {
        let charge = order.charge.as_mut().ok_or_else(Refusal::not_refundable)?;
        let left = charge.captured() - charge.refunded();
        let Stage::Paid { at, refunds } = &mut charge.stage else { return Err(Refusal::not_refundable()) };
        if left == 0 || now - *at > REFUNDABLE_SECONDS {
            return Err(Refusal::not_refundable());
        }
        let amount = cents.unwrap_or(left);
        if amount > left {
            return Err(Refusal::parameter("amount"));
        }
        refunds.push(Refund { id: self.desk.ids.hex(), amount, created_at: now });
        Ok(())
    }

    /// Changes an order and sends the webhooks of the change.
    fn changed(
        &self,
        id: &str,
        account: &str,
        change: impl Fn(&mut Order, i64) -> Result<(), Refusal>,
    ) -> Result<Order, Refusal> {
        let now = self.desk.clock.unix();
        let (before, after) = {
            let mut state = self.state();
            let order = state.find(id).filter(|order| order.account == account);
            let order = order.ok_or_else(|| Refusal::not_found("Order", id))?;
            let before = order.status();
            change(order, now)?;
            order.updated_at = now;
            (before, order.clone())
        };
        self.tell_of_change(&after, before);
        Ok(after)
    }
}
