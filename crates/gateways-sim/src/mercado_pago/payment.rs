//! Payments and their refunds.

use serde_json::Value;
use time::OffsetDateTime;

use super::cards::Card;

/// A payment's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for the payer.
    Pending,
    /// The money was taken.
    Approved,
    /// The money is reserved and waits to be captured.
    Authorized,
    /// Under review.
    InProcess,
    /// The payer disputes it.
    InMediation,
    /// Declined.
    Rejected,
    /// Cancelled before the money was taken.
    Cancelled,
    /// The money was given back.
    Refunded,
    /// The bank took the money back.
    ChargedBack,
}

const NAMES: [(Status, &str); 9] = [
    (Status::Pending, "pending"),
    (Status::Approved, "approved"),
    (Status::Authorized, "authorized"),
    (Status::InProcess, "in_process"),
    (Status::InMediation, "in_mediation"),
    (Status::Rejected, "rejected"),
    (Status::Cancelled, "cancelled"),
    (Status::Refunded, "refunded"),
    (Status::ChargedBack, "charged_back"),
];

impl Status {
    /// The word on the wire.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(status, _)| *status)
    }

    /// The status detail when nothing more precise is known.
    pub(crate) fn usual_detail(self) -> &'static str {
        match self {
            Self::Pending => "pending_waiting_payment",
            Self::Approved => "accredited",
            Self::Authorized => "pending_capture",
            Self::InProcess => "pending_review_manual",
            Self::InMediation => "pending",
            Self::Rejected => "cc_rejected_other_reason",
            Self::Cancelled => "by_collector",
            Self::Refunded => "refunded",
            Self::ChargedBack => "settled",
        }
    }
}

/// What Mercado Pago makes of refunds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The money goes back at once.
    #[default]
    Approved,
    /// The money has not gone back yet.
    InProcess,
    /// The money stays.
    Rejected,
}

impl RefundAnswer {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::InProcess => "in_process",
            Self::Rejected => "rejected",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Approved, Self::InProcess, Self::Rejected].into_iter().find(|answer| answer.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: u64,
    pub(crate) cents: i64,
    pub(crate) at: OffsetDateTime,
    pub(crate) answer: RefundAnswer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paid {
    pub(crate) id: u64,
    pub(crate) account: String,
    pub(crate) live: bool,
    pub(crate) created: OffsetDateTime,
    pub(crate) updated: OffsetDateTime,
    pub(crate) approved: Option<OffsetDateTime>,
    pub(crate) cents: i64,
    pub(crate) status: Status,
    pub(crate) detail: String,
    pub(crate) binary: bool,
    pub(crate) card: Card,
    /// The request's fields that the payment repeats as they were.
    pub(crate) given: Value,
    pub(crate) refunds: Vec<Refund>,
    /// The text that the bank's page must be sent, while it waits for the cardholder.
    pub(crate) challenge: Option<String>,
}

impl Paid {
    /// What was given back or is on its way back.
    pub(crate) fn refunded(&self) -> i64 {
        let counts = |refund: &&Refund| refund.answer != RefundAnswer::Rejected;
        self.refunds.iter().filter(counts).map(|refund| refund.cents).sum()
    }

    pub(crate) fn captured(&self) -> i64 {
        let taken =
            matches!(self.status, Status::Approved | Status::Refunded | Status::ChargedBack | Status::InMediation);
        if taken { self.cents } else { 0 }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).and_then(Value::as_str)
    }

    pub(crate) fn settle(&mut self, status: Status, detail: &str, now: OffsetDateTime) {
        self.status = status;
        detail.clone_into(&mut self.detail);
        self.updated = now;
        self.challenge = None;
        if status == Status::Approved {
            self.approved = Some(now);
        }
    }
}

/// A payment as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: u64,
    /// The access token that made it.
    pub account: String,
    /// Its `external_reference`.
    pub external_reference: Option<String>,
    /// Its status.
    pub status: Status,
    /// Its status detail.
    pub status_detail: String,
    /// Its amount in cents.
    pub amount: i64,
    /// What was taken from the card, in cents.
    pub captured: i64,
    /// What was given back or is on its way back, in cents.
    pub refunded: i64,
}

impl From<&Paid> for Payment {
    fn from(paid: &Paid) -> Self {
        Self {
            id: paid.id,
            account: paid.account.clone(),
            external_reference: paid.text("external_reference").map(str::to_owned),
            status: paid.status,
            status_detail: paid.detail.clone(),
            amount: paid.cents,
            captured: paid.captured(),
            refunded: paid.refunded(),
        }
    }
}
