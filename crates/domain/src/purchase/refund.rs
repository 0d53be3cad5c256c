//! The refunds of a purchase.

use thiserror::Error;

use super::RefundProblem;
use crate::{Timestamp, ids::UserId, money::Money, text::ForeignId};

/// A refund of a purchase, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Its number within the purchase, from 1.
    pub number: u16,
    /// What goes back.
    pub amount: Money,
    /// The reason that the company admin gave. None if Portero began the refund.
    pub reason: Option<ForeignId>,
    /// The company admin who asked for it. None if Portero began the refund.
    pub requested_by: Option<UserId>,
    /// When it was begun.
    pub requested_at: Timestamp,
    /// How it stands.
    pub state: RefundState,
}

impl Refund {
    /// The refund that follows these, begun by Portero.
    pub fn next(refunds: &[Self], amount: Money, now: Timestamp) -> Self {
        let number = refunds.iter().map(|refund| refund.number).max().unwrap_or(0).saturating_add(1);
        Self { number, amount, reason: None, requested_by: None, requested_at: now, state: RefundState::Due }
    }
}

/// How a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// It is still to be made.
    Due,
    /// The amount went back.
    Done(Timestamp),
    /// The gateway refused it.
    Refused(RefundProblem),
}

/// The sum of the refunds that were made or are still to be made.
pub fn committed(refunds: &[Refund]) -> Money {
    let counted = refunds.iter().filter(|refund| !matches!(refund.state, RefundState::Refused(_)));
    Money::from_minor(counted.map(|refund| refund.amount.minor()).sum()).unwrap_or(Money::ZERO)
}

/// The sum of the refunds that were made.
pub fn made(refunds: &[Refund]) -> Money {
    let counted = refunds.iter().filter(|refund| matches!(refund.state, RefundState::Done(_)));
    Money::from_minor(counted.map(|refund| refund.amount.minor()).sum()).unwrap_or(Money::ZERO)
}

/// Why an amount cannot be refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RefundLimit {
    /// The whole price went back already, or is on its way.
    #[error("the purchase is refunded already")]
    AlreadyRefunded,
    /// The amount is nothing, or more than what is left.
    #[error("the amount is not between a cent and what is left")]
    OutOfRange {
        /// What is left to refund.
        left: Money,
    },
}

/// The amount to refund of a price. `refunded` is what went back or is on its way. `wanted` is all that is left unless
/// it names an amount.
pub fn refundable(price: Money, refunded: Money, wanted: Option<Money>) -> Result<Money, RefundLimit> {
    let left = Money::from_minor(price.minor() - refunded.minor()).unwrap_or(Money::ZERO);
    if left == Money::ZERO {
        return Err(RefundLimit::AlreadyRefunded);
    }
    let amount = wanted.unwrap_or(left);
    if amount == Money::ZERO || amount > left { Err(RefundLimit::OutOfRange { left }) } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn all_that_is_left_goes_back_unless_an_amount_is_named() {
        assert_eq!(refundable(money("50"), Money::ZERO, None), Ok(money("50")));
        assert_eq!(refundable(money("50"), money("20.01"), None), Ok(money("29.99")));
        assert_eq!(refundable(money("50"), money("20.01"), Some(money("0.01"))), Ok(money("0.01")));
    }

    #[test]
    fn a_refund_that_is_due_is_committed_and_not_made() {
        let at = Timestamp::new(time::OffsetDateTime::UNIX_EPOCH);
        let due = Refund::next(&[], money("5"), at);
        let done = Refund { number: 2, amount: money("7"), state: RefundState::Done(at), ..due.clone() };
        let refused = Refund { number: 3, state: RefundState::Refused(RefundProblem::Other), ..due.clone() };
        let refunds = [due, done, refused];
        assert_eq!((committed(&refunds), made(&refunds)), (money("12"), money("7")));
    }

    #[test]
    fn no_more_goes_back_than_was_paid() {
        let left = money("29.99");
        assert_eq!(refundable(money("50"), money("20.01"), Some(money("30"))), Err(RefundLimit::OutOfRange { left }));
        assert_eq!(refundable(money("50"), money("20.01"), Some(Money::ZERO)), Err(RefundLimit::OutOfRange { left }));
        assert_eq!(refundable(money("50"), money("50"), None), Err(RefundLimit::AlreadyRefunded));
        assert_eq!(refundable(money("50"), money("50"), Some(money("1"))), Err(RefundLimit::AlreadyRefunded));
    }
}
