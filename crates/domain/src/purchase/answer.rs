//! What gateways and routers answer, in our own words.

use time::Duration;

use crate::money::{Currency, Money};

/// A gateway's identity of a charge: Conekta's order id, Mercado Pago's payment id. 1 to 100 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChargeId(String);

impl ChargeId {
    /// The identity in this text, if it can be one.
    pub fn parse(raw: &str) -> Option<Self> {
        let fits = (1..=100).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(raw.to_owned()))
    }

    /// The identity as the gateway writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a purchase is charged: the product's own price, and the mode of the company's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The price.
    pub amount: Money,
    /// The currency of the price.
    pub currency: Currency,
    /// True when the account moves real money.
    pub live: bool,
}

/// A gateway's word that a charge was paid, with the terms that the gateway names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The charge.
    pub charge: ChargeId,
    /// What the gateway says was paid. It must equal the terms of the purchase. `None` when it cannot be read.
    pub terms: Option<Terms>,
}

/// What a gateway answers about a charge.
///
/// Only an answer that the gateway's documents make definite may be [`Declined`](Self::Declined),
/// [`Rejected`](Self::Rejected) or [`Absent`](Self::Absent). A timeout, an unreadable body, a 5xx, 409, 423, 424 or 429
/// after sending is [`Unknown`](Self::Unknown).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeAnswer {
    /// The charge is paid.
    Paid(Receipt),
    /// The gateway has the charge and has not decided.
    Pending(ChargeId),
    /// The cardholder has to confirm the payment (3DS).
    NeedsCardholder(ChargeId, Cardholder),
    /// The amount is held and not taken. Portero never captures it.
    Authorized(ChargeId),
    /// The card was declined, or the charge expired or was cancelled. No money moved.
    Declined(Option<ChargeId>, DeclineReason),
    /// The gateway rejected the request itself. No charge exists.
    Rejected(RequestProblem),
    /// The whole amount went back to the cardholder.
    Refunded(ChargeId),
    /// The bank took the amount back.
    ChargedBack(ChargeId),
    /// The gateway has no charge of this purchase.
    Absent,
    /// Not one byte of the request left. Sending it again is safe.
    NotSent,
    /// What happened is not known.
    Unknown(Wait),
}

/// How long a gateway asks Portero to wait, if it does.
pub type Wait = Option<Duration>;

/// How a browser takes the cardholder to the bank's confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cardholder {
    /// By a redirect to this URL.
    Redirect {
        /// The gateway's page.
        url: String,
    },
    /// By posting a form with the field `creq` to this URL.
    Post {
        /// The bank's page.
        url: String,
        /// The value of the field `creq`.
        creq: String,
    },
}

/// Why a card was declined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeclineReason {
    /// The bank gave no reason.
    Declined,
    /// The card has too little money.
    InsufficientFunds,
    /// The card is expired.
    ExpiredCard,
    /// The number, date or name on the card is wrong.
    InvalidCard,
    /// The security code is wrong.
    WrongSecurityCode,
    /// The cardholder has to call the bank.
    CallBank,
    /// The card is disabled, lost or stolen.
    CardDisabled,
    /// The card's kind is not accepted.
    CardNotSupported,
    /// The gateway suspects fraud.
    HighRisk,
    /// The card was tried too often.
    TooManyAttempts,
    /// The gateway takes it for the same payment again.
    Duplicate,
    /// The cardholder did not confirm, or the bank requires a confirmation that was not asked for.
    NotConfirmed,
    /// The charge expired at the gateway.
    Expired,
    /// The charge was cancelled or voided at the gateway.
    Cancelled,
}

/// Why a gateway rejected a request. The charge was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestProblem {
    /// The company's credentials are wrong: the company has to mend it, not the guest.
    Credentials,
    /// The card token was used before.
    TokenUsed,
    /// The gateway does not know the card token.
    TokenUnknown,
    /// Data of the request is invalid.
    InvalidData,
    /// The gateway accepts no more requests for now.
    RateLimited,
    /// The gateway could not be reached in time. Nothing was sent.
    Unreachable,
}

/// What a router answers about the hotspot user of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestAnswer {
    /// The user is there, disabled, and carries the purchase's id.
    Reserved,
    /// The user is there and enabled.
    Enabled,
    /// The user is gone, with its sessions and cookies.
    Gone,
    /// The router refused for good. Nothing was done.
    Refused(GuestProblem),
    /// The router gave no answer. It may have been done.
    Unknown,
}

/// Why a router does not make the user of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuestProblem {
    /// The product's profile is not on the router.
    ProfileMissing,
    /// The router rejected the user for another reason.
    Rejected,
}

/// What a gateway answers about a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundAnswer {
    /// The amount went back.
    Done,
    /// The gateway refused for good, and the charge, read after the refusal, is not refunded. An earlier try may have
    /// been carried out although its answer was lost.
    Refused(RefundProblem),
    /// Not done yet, or not known.
    Unknown(Wait),
}

/// Why a gateway does not refund a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundProblem {
    /// The charge is too old.
    TooOld,
    /// The state of the charge does not allow it.
    WrongState,
    /// The account has too little money.
    NoFunds,
    /// The company's credentials are wrong.
    Credentials,
    /// Another reason.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charge_id_is_visible_ascii_of_bounded_length() {
        for good in ["ord_2tNDzhA6AquQbCp4C", "1234567890", &"x".repeat(100)] {
            assert_eq!(ChargeId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "a b", "ñ", "a\n", &"x".repeat(101)] {
            assert_eq!(ChargeId::parse(bad), None, "{bad:?}");
        }
    }
}
