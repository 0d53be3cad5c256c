//! The sums of a company's sales.

use super::{PaymentStatus, Purchase};
use crate::money::{Currency, Money};

/// A company's sales in sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurchaseSummary {
    /// All purchases, whatever became of them.
    pub total: u64,
    /// Those that were paid and not wholly refunded.
    pub paid: u64,
    /// Those that are not decided yet.
    pub pending: u64,
    /// What was paid less what went back, for each currency.
    pub income: Vec<Income>,
}

/// An income in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Income {
    /// The currency.
    pub currency: Currency,
    /// What was paid less what went back.
    pub amount: Money,
}

/// What a purchase adds to the sums of its company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// 1 if the card was charged.
    pub paid: i64,
    /// What was charged, in hundredths.
    pub paid_minor: i64,
    /// 1 if the whole charge went back.
    pub returned: i64,
    /// What went back, in hundredths.
    pub returned_minor: i64,
    /// 1 if it is known whether the card was charged.
    pub decided: i64,
}

impl Share {
    /// What is added when the share changes from `before` to this one.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            paid: self.paid - before.paid,
            paid_minor: self.paid_minor - before.paid_minor,
            returned: self.returned - before.returned,
            returned_minor: self.returned_minor - before.returned_minor,
            decided: self.decided - before.decided,
        }
    }

    /// Whether it adds nothing.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Purchase {
    /// What this purchase adds to the sums of its company. A charge that does not match the order adds nothing.
    pub fn share(&self) -> Share {
        let decided = i64::from(!matches!(self.status(), PaymentStatus::Pending | PaymentStatus::Confirming));
        if self.paid_at.is_none() {
            return Share { decided, ..Share::default() };
        }
        let (charged, back) = (self.order.terms.amount.minor(), self.refunded.minor());
        let whole = i64::from(back == charged);
        Share { paid: 1, paid_minor: charged, returned: whole, returned_minor: back, decided }
    }
}
