//! Orders and their charges.

use serde_json::Value;

use super::cards::{Card, Decline};

/// A refund of a part or the whole of a charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) created_at: i64,
}

/// Where a charge stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    Pending,
    /// Waits for the cardholder, who returns to this URL.
    Challenge {
        return_url: String,
    },
    PreAuthorized,
    Paid {
        at: i64,
        refunds: Vec<Refund>,
    },
    Declined(Decline),
    Expired,
    Voided,
    ChargedBack {
        at: i64,
        paid_at: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charged {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) reference: Option<String>,
    pub(crate) token: String,
    pub(crate) card: Card,
    pub(crate) auth_code: String,
    pub(crate) stage: Stage,
}

impl Charged {
    pub(crate) fn status(&self) -> &'static str {
        match &self.stage {
            Stage::Pending | Stage::Challenge { .. } => "pending_payment",
            Stage::PreAuthorized => "pre_authorized",
            Stage::Paid { refunds, .. } if refunds.is_empty() => "paid",
            Stage::Paid { .. } if self.refunded() == self.amount => "refunded",
            Stage::Paid { .. } => "partially_refunded",
            Stage::Declined(_) => "declined",
            Stage::Expired => "expired",
            Stage::Voided => "voided",
            Stage::ChargedBack { .. } => "charged_back",
        }
    }

    pub(crate) fn refunded(&self) -> i64 {
        match &self.stage {
            Stage::Paid { refunds, .. } => refunds.iter().map(|refund| refund.amount).sum(),
            _ => 0,
        }
    }

    pub(crate) fn captured(&self) -> i64 {
        if matches!(self.stage, Stage::Paid { .. } | Stage::ChargedBack { .. }) { self.amount } else { 0 }
    }

    pub(crate) fn paid_at(&self) -> Option<i64> {
        match self.stage {
            Stage::Paid { at, .. } => Some(at),
            Stage::ChargedBack { paid_at, .. } => Some(paid_at),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) live: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) customer: Value,
    pub(crate) items: Vec<Value>,
    pub(crate) metadata: Value,
    /// None in an order that only asks for a hosted checkout.
    pub(crate) charge: Option<Charged>,
}

impl Order {
    /// Whether the order carries this text as a value of its metadata or as the reference of its charge.
    pub(crate) fn carries(&self, text: &str) -> bool {
        let reference = self.charge.as_ref().and_then(|charge| charge.reference.as_deref());
        reference == Some(text) || self.metadata_has(|value| value == text)
    }

    pub(crate) fn metadata_has(&self, fits: impl Fn(&str) -> bool) -> bool {
        self.metadata.as_object().is_some_and(|map| map.values().filter_map(Value::as_str).any(fits))
    }

    pub(crate) fn status(&self) -> Option<&'static str> {
        self.charge.as_ref().map(Charged::status)
    }
}

/// What a test makes of an order that is not settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The money was taken.
    Paid,
    /// The bank declined.
    Declined,
    /// The cardholder failed 3DS.
    DeclinedByThreeDs,
    /// Time ran out.
    Expired,
}

impl Turn {
    pub(crate) fn stage(self, now: i64) -> Stage {
        match self {
            Self::Paid => Stage::Paid { at: now, refunds: Vec::new() },
            Self::Declined => Stage::Declined(Decline::Bank),
            Self::DeclinedByThreeDs => Stage::Declined(Decline::ThreeDs),
            Self::Expired => Stage::Expired,
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "paid" => Self::Paid,
            "declined" => Self::Declined,
            "declined_by_3ds" => Self::DeclinedByThreeDs,
            "expired" => Self::Expired,
            _ => return None,
        })
    }
}

/// A charge as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The order's id.
    pub order_id: String,
    /// The private key that made it.
    pub account: String,
    /// The order's metadata.
    pub metadata: Value,
    /// The charge's `reference_id`.
    pub reference: Option<String>,
    /// The order's status, or `unpaid` without a charge.
    pub status: String,
    /// The order's amount in cents.
    pub amount: i64,
    /// The currency.
    pub currency: String,
    /// What was taken from the card, in cents.
    pub captured: i64,
    /// What was given back, in cents.
    pub refunded: i64,
}

impl From<&Order> for Charge {
    fn from(order: &Order) -> Self {
        let charge = order.charge.as_ref();
        Self {
            order_id: order.id.clone(),
            account: order.account.clone(),
            metadata: order.metadata.clone(),
            reference: charge.and_then(|charge| charge.reference.clone()),
            status: order.status().unwrap_or("unpaid").to_owned(),
            amount: order.amount,
            currency: order.currency.clone(),
            captured: charge.map_or(0, Charged::captured),
            refunded: charge.map_or(0, Charged::refunded),
        }
    }
}
