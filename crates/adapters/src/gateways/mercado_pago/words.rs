//! What Mercado Pago's answers mean. A status or code that is not listed here is not known.

use portero_domain::{
    Timestamp,
    ids::PurchaseReference,
    money::{Currency, Money},
    ports::ListedCharge,
    purchase::{Cardholder, ChargeAnswer, ChargeId, DeclineReason, Receipt, RefundProblem, RequestProblem, Terms},
};
use serde::{Deserialize, de::IgnoredAny};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::gateways::number::decimal;

/// A payment.
#[derive(Debug, Deserialize)]
pub(super) struct Payment {
    id: Option<i64>,
    status: Option<String>,
    status_detail: Option<String>,
    currency_id: Option<String>,
    live_mode: Option<bool>,
    external_reference: Option<String>,
    date_created: Option<String>,
    #[serde(default, deserialize_with = "decimal")]
    transaction_amount: Option<Money>,
    #[serde(default, deserialize_with = "decimal")]
    transaction_amount_refunded: Option<Money>,
    three_ds_info: Option<ThreeDs>,
}

#[derive(Debug, Deserialize)]
struct ThreeDs {
    external_resource_url: Option<String>,
    creq: Option<String>,
}

/// A page of a search.
#[derive(Debug, Deserialize)]
pub(super) struct Search {
    #[serde(default = "Vec::new")]
    pub(super) results: Vec<Payment>,
    pub(super) paging: Option<Paging>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    pub(super) total: u64,
    pub(super) limit: u64,
    pub(super) offset: u64,
}

/// A refund.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: Option<i64>,
    status: Option<String>,
}

impl Refund {
    /// What became of the refund, once Mercado Pago has decided. `Err` says that the money stays.
    pub(super) fn decision(&self) -> Option<Result<(), RefundProblem>> {
        match self.status.as_deref() {
            Some("approved") => Some(Ok(())),
            Some("rejected" | "cancelled") => Some(Err(RefundProblem::Other)),
            _ => None,
        }
    }
}

/// The owner of an account.
#[derive(Debug, Deserialize)]
pub(super) struct Owner {
    pub(super) id: i64,
}

/// An error.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    #[serde(default)]
    cause: Causes,
}

/// The causes of an error. Some errors have a single object, or a text, where others have a list.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum Causes {
    List(Vec<Cause>),
    One(Cause),
    Other(IgnoredAny),
    #[default]
    Missing,
}

#[derive(Debug, Deserialize)]
struct Cause {
    code: Option<serde_json::Value>,
}

impl Payment {
    fn charge(&self) -> Option<ChargeId> {
        ChargeId::parse(&self.id?.to_string())
    }

    fn terms(&self) -> Option<Terms> {
        let currency = Currency::parse(self.currency_id.as_deref()?)?;
        Some(Terms { amount: self.transaction_amount?, currency, live: self.live_mode? })
    }

    /// Whether the payment is the purchase's.
    pub(super) fn names(&self, purchase: &PurchaseReference) -> bool {
        self.external_reference.as_deref() == Some(purchase.as_str())
    }

    /// The purchase of ours that the payment names.
    pub(super) fn purchase(&self) -> Option<PurchaseReference> {
        self.external_reference.as_deref().and_then(PurchaseReference::parse)
    }

    /// What was refunded of the payment.
    pub(super) fn refunded(&self) -> Money {
        self.transaction_amount_refunded.unwrap_or(Money::ZERO)
    }

    /// What the payment says of its charge.
    pub(super) fn answer(&self) -> ChargeAnswer {
        let Some(charge) = self.charge() else { return ChargeAnswer::Unknown(None) };
        let detail = self.status_detail.as_deref().unwrap_or_default();
        match self.status.as_deref() {
            // A part that went back leaves the rest paid.
            Some("approved") => ChargeAnswer::Paid(Receipt { charge, terms: self.terms() }),
            Some("authorized") => ChargeAnswer::Authorized(charge),
            Some("rejected") => ChargeAnswer::Declined(Some(charge), decline_reason(detail)),
            Some("cancelled") if detail == "expired" => ChargeAnswer::Declined(Some(charge), DeclineReason::Expired),
            Some("cancelled") => ChargeAnswer::Declined(Some(charge), DeclineReason::Cancelled),
            Some("refunded") => ChargeAnswer::Refunded(charge),
            Some("charged_back") => ChargeAnswer::ChargedBack(charge),
            Some("pending") if detail == "pending_challenge" => match self.challenge() {
                Some(action) => ChargeAnswer::NeedsCardholder(charge, action),
                None => ChargeAnswer::Pending(charge),
            },
            // `pending`, `in_process` and `in_mediation` are not decided.
            Some(_) | None => ChargeAnswer::Pending(charge),
        }
    }

    fn challenge(&self) -> Option<Cardholder> {
        let ThreeDs { external_resource_url, creq } = self.three_ds_info.as_ref()?;
        Some(Cardholder::Post { url: external_resource_url.clone()?, creq: creq.clone()? })
    }

    /// The payment in a list of charges, if it can be told what it is.
    pub(super) fn listed(&self) -> Option<ListedCharge> {
        let created_at = OffsetDateTime::parse(self.date_created.as_deref()?, &Rfc3339).ok()?;
        Some(ListedCharge {
            charge: self.charge()?,
            purchase: self.purchase(),
            created_at: Timestamp::new(created_at),
            answer: self.answer(),
            terms: self.terms(),
            refunded: self.refunded(),
        })
    }
}

impl Problem {
    fn codes(&self) -> Vec<i64> {
        let number = |cause: &Cause| match cause.code.as_ref()? {
            serde_json::Value::Number(number) => number.as_i64(),
            serde_json::Value::String(text) => text.parse().ok(),
            _ => None,
        };
        match &self.cause {
            Causes::List(causes) => causes.iter().filter_map(number).collect(),
            Causes::One(cause) => number(cause).into_iter().collect(),
            Causes::Other(IgnoredAny) | Causes::Missing => Vec::new(),
        }
    }

    /// What a rejected request says. Code 2001 means that the same request came within a minute, so the charge may exist.
    pub(super) fn rejected(&self) -> Option<RequestProblem> {
        let codes = self.codes();
        let says = |wanted: &[i64]| codes.iter().any(|code| wanted.contains(code));
        if says(&[2001]) {
            None
        } else if says(&[2006, 2062, 3003]) {
            Some(RequestProblem::TokenUnknown)
        } else {
            Some(RequestProblem::InvalidData)
        }
    }

    /// What a refused refund says.
    pub(super) fn refund_problem(&self) -> RefundProblem {
        let codes = self.codes();
        let says = |wanted: &[i64]| codes.iter().any(|code| wanted.contains(code));
        if says(&[2024, 15016]) {
            RefundProblem::TooOld
        } else if says(&[2063, 4296]) {
            RefundProblem::WrongState
        } else {
            RefundProblem::Other
        }
    }
}

/// The reason that a `status_detail` names.
fn decline_reason(detail: &str) -> DeclineReason {
    match detail {
        "cc_rejected_insufficient_amount" => DeclineReason::InsufficientFunds,
        "cc_rejected_bad_filled_date" => DeclineReason::ExpiredCard,
        "cc_rejected_bad_filled_card_number" | "cc_rejected_bad_filled_other" => DeclineReason::InvalidCard,
        "cc_rejected_bad_filled_security_code" => DeclineReason::WrongSecurityCode,
        "cc_rejected_call_for_authorize" => DeclineReason::CallBank,
        "cc_rejected_card_disabled" => DeclineReason::CardDisabled,
        "cc_rejected_card_type_not_allowed" | "cc_rejected_invalid_installments" => DeclineReason::CardNotSupported,
        "cc_rejected_high_risk" | "cc_rejected_blacklist" | "rejected_high_risk" | "rejected_by_regulations" => {
            DeclineReason::HighRisk
        }
        "cc_rejected_max_attempts" => DeclineReason::TooManyAttempts,
        "cc_rejected_duplicated_payment" => DeclineReason::Duplicate,
        "cc_rejected_3ds_mandatory" | "cc_rejected_3ds_challenge" => DeclineReason::NotConfirmed,
        "cc_rejected_time_out" => DeclineReason::Expired,
        // `cc_rejected_card_error`, `cc_rejected_other_reason`, `rejected_by_bank`, `bank_error` and unknown details.
        _ => DeclineReason::Declined,
    }
}
