//! What Conekta's answers mean (API 2.3.0). A status or code that is not listed here is not known.

use portero_domain::{
    ids::PurchaseReference,
    money::{Currency, Money},
    ports::ListedCharge,
    purchase::{Cardholder, ChargeAnswer, ChargeId, DeclineReason, Receipt, RefundProblem, RequestProblem, Terms},
};
use serde::Deserialize;
use time::OffsetDateTime;

use super::PURCHASE;

/// An order. Real answers have nulls where the schema has texts, so all is optional.
#[derive(Debug, Deserialize)]
pub(super) struct Order {
    pub(super) id: Option<String>,
    livemode: Option<bool>,
    amount: Option<i64>,
    currency: Option<String>,
    payment_status: Option<String>,
    amount_refunded: Option<i64>,
    created_at: Option<i64>,
    metadata: Option<serde_json::Map<String, serde_json::Value>>,
    charges: Option<List<Charge>>,
    next_action: Option<NextAction>,
}

#[derive(Debug, Deserialize)]
struct Charge {
    status: Option<String>,
    failure_code: Option<String>,
    reference_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NextAction {
    redirect_to_url: Option<Redirect>,
}

#[derive(Debug, Deserialize)]
struct Redirect {
    url: Option<String>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    #[serde(default)]
    pub(super) has_more: bool,
    pub(super) next_page_url: Option<String>,
    #[serde(default = "Vec::new")]
    pub(super) data: Vec<T>,
}

/// An error. With status 402 its `data` is the order that was made and declined.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    details: Vec<Detail>,
    data: Option<Order>,
}

#[derive(Debug, Deserialize)]
struct Detail {
    code: Option<String>,
}

impl Order {
    /// The purchase that the order names: in its metadata, or in a charge's reference.
    pub(super) fn names(&self, purchase: &str) -> bool {
        let noted = self.metadata.as_ref().and_then(|metadata| metadata.get(PURCHASE)).and_then(|value| value.as_str());
        noted == Some(purchase) || self.charges().any(|charge| charge.reference_id.as_deref() == Some(purchase))
    }

    /// The purchase of ours that the order names.
    pub(super) fn purchase(&self) -> Option<PurchaseReference> {
        let noted = self.metadata.as_ref().and_then(|metadata| metadata.get(PURCHASE)).and_then(|value| value.as_str());
        let reference = noted.or_else(|| self.charges().find_map(|charge| charge.reference_id.as_deref()));
        reference.and_then(PurchaseReference::parse)
    }

    fn charges(&self) -> impl Iterator<Item = &Charge> {
        self.charges.iter().flat_map(|charges| &charges.data)
    }

    /// What was refunded of the order.
    pub(super) fn refunded(&self) -> Money {
        self.amount_refunded.and_then(Money::from_minor).unwrap_or(Money::ZERO)
    }

    fn terms(&self) -> Option<Terms> {
        let amount = Money::from_minor(self.amount?)?;
        let currency = Currency::parse(self.currency.as_deref()?)?;
        Some(Terms { amount, currency, live: self.livemode? })
    }

    /// What the order says of its charge. Only `paid` is a payment, whatever the charges of the order say.
    pub(super) fn answer(&self) -> ChargeAnswer {
        let Some(charge) = self.id.as_deref().and_then(ChargeId::parse) else { return ChargeAnswer::Unknown(None) };
        match self.payment_status.as_deref() {
            // A part that went back leaves the rest paid.
            Some("paid" | "partially_refunded") => ChargeAnswer::Paid(Receipt { charge, terms: self.terms() }),
            Some("declined") => ChargeAnswer::Declined(Some(charge), self.decline_reason()),
            Some("expired") => ChargeAnswer::Declined(Some(charge), DeclineReason::Expired),
            Some("canceled" | "voided") => ChargeAnswer::Declined(Some(charge), DeclineReason::Cancelled),
            Some("refunded") => ChargeAnswer::Refunded(charge),
            Some("charged_back") => ChargeAnswer::ChargedBack(charge),
            Some("pre_authorized") => ChargeAnswer::Authorized(charge),
            Some("pending_payment") => match self.redirect() {
                Some(url) => ChargeAnswer::NeedsCardholder(charge, Cardholder::Redirect { url }),
                None => ChargeAnswer::Pending(charge),
            },
            // The order of a declined charge has no status of its own.
            None if self.only_declined() => ChargeAnswer::Declined(Some(charge), self.decline_reason()),
            Some(_) | None => ChargeAnswer::Pending(charge),
        }
    }

    fn only_declined(&self) -> bool {
        let mut charges = self.charges().peekable();
        charges.peek().is_some() && charges.all(|charge| charge.status.as_deref() == Some("declined"))
    }

    fn decline_reason(&self) -> DeclineReason {
        self.charges().find_map(|charge| charge.failure_code.as_deref()).map_or(DeclineReason::Declined, decline_reason)
    }

    fn redirect(&self) -> Option<String> {
        self.next_action.as_ref()?.redirect_to_url.as_ref()?.url.clone()
    }

    /// The order in a list of charges, if it can be told what it is.
    pub(super) fn listed(&self) -> Option<ListedCharge> {
        let created_at = OffsetDateTime::from_unix_timestamp(self.created_at?).ok()?;
        Some(ListedCharge {
            charge: ChargeId::parse(self.id.as_deref()?)?,
            purchase: self.purchase(),
            created_at: portero_domain::Timestamp::new(created_at),
            answer: self.answer(),
            terms: self.terms(),
            refunded: self.refunded(),
        })
    }
}

impl Problem {
    fn codes(&self) -> impl Iterator<Item = &str> {
        self.details.iter().filter_map(|detail| detail.code.as_deref())
    }

    /// What status 402 says: a declined charge, or a token that was used before.
    pub(super) fn declined(&self) -> ChargeAnswer {
        if self.codes().any(|code| code.ends_with("tokenization.used")) {
            return ChargeAnswer::Rejected(RequestProblem::TokenUsed);
        }
        let order = self.data.as_ref().and_then(|order| ChargeId::parse(order.id.as_deref()?));
        let reason = self.codes().map(decline_reason).find(|reason| *reason != DeclineReason::Declined);
        let reason = reason.or_else(|| self.data.as_ref().map(Order::decline_reason));
        ChargeAnswer::Declined(order, reason.unwrap_or(DeclineReason::Declined))
    }

    /// What a rejected request says.
    pub(super) fn rejected(&self) -> RequestProblem {
        let token = |code: &str| code.contains("token_id") || code.contains("nonexistent_token");
        if self.codes().any(|code| code.ends_with("tokenization.used")) {
            RequestProblem::TokenUsed
        } else if self.codes().any(token) {
            RequestProblem::TokenUnknown
        } else {
            RequestProblem::InvalidData
        }
    }

    /// What a refused refund says.
    pub(super) fn refund_problem(&self) -> RefundProblem {
        let says = |word: &str| self.codes().any(|code| code.contains(word));
        if says("authentication") {
            RefundProblem::Credentials
        } else if says("insufficient_funds") || says("balance") {
            RefundProblem::NoFunds
        } else if says("expired") || says("too_old") {
            RefundProblem::TooOld
        } else if says("status") || says("refund") {
            RefundProblem::WrongState
        } else {
            RefundProblem::Other
        }
    }
}

/// The reason that a code or failure code names by its last word.
fn decline_reason(code: &str) -> DeclineReason {
    match code.rsplit('.').next().unwrap_or(code) {
        "insufficient_funds" => DeclineReason::InsufficientFunds,
        "expired_card" | "card_expired" => DeclineReason::ExpiredCard,
        "invalid_number" | "invalid_card" | "number" | "invalid_expiration_date" => DeclineReason::InvalidCard,
        "invalid_cvc" | "invalid_cvv" | "cvc" => DeclineReason::WrongSecurityCode,
        "call_issuer" | "contact_issuer" => DeclineReason::CallBank,
        "stolen_card" | "lost_card" | "card_disabled" => DeclineReason::CardDisabled,
        "card_not_supported" | "msi_error" => DeclineReason::CardNotSupported,
        "suspicious_behaviour" | "suspected_fraud" | "fraudulent" => DeclineReason::HighRisk,
        "declined_by_3ds" | "three_ds_declined" => DeclineReason::NotConfirmed,
        _ => DeclineReason::Declined,
    }
}
