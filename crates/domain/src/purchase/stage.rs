//! Where a purchase stands.

use super::{ChargeId, DeclineReason, GuestProblem, RefundProblem, RequestProblem};
use crate::Timestamp;

/// Where a purchase stands. Each stage says what is certain outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The row is written. The router may have a disabled user of this purchase, the gateway has nothing.
    Opened,
    /// The router has the user, disabled. The gateway has nothing.
    Reserved {
        /// The gateway could not be reached at the last try.
        unreachable: bool,
    },
    /// The charge may have been sent, once. Whether the gateway made it is not known.
    Charging(Charging),
    /// The cardholder has to confirm the charge until this moment.
    Confirming {
        /// The charge.
        charge: ChargeId,
        /// When Portero stops waiting for the cardholder.
        until: Timestamp,
    },
    /// The gateway holds a charge that must not be taken. Portero cancels it.
    Cancelling {
        /// The charge.
        charge: ChargeId,
        /// The reason in the response to the buyer.
        why: Unpaid,
    },
    /// The charge is paid. The user is to be enabled.
    Paid {
        /// The charge.
        charge: ChargeId,
        /// When Portero learned of the payment.
        at: Timestamp,
    },
    /// The charge is paid and the user enabled.
    Delivered {
        /// The charge.
        charge: ChargeId,
    },
    /// The whole charge is to be refunded.
    Refunding {
        /// The charge.
        charge: ChargeId,
        /// Why.
        cause: RefundCause,
    },
    /// The money is settled. The user is to be disabled, and removed from the router.
    Withdrawing(End),
    /// Nothing is left to do.
    Closed(End),
    /// A person has to decide. The user stays as it is.
    Manual {
        /// The charge, where there is one.
        charge: Option<ChargeId>,
        /// Why.
        cause: ManualCause,
    },
}

/// A charge whose fate is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charging {
    /// When the charge was about to be sent.
    pub since: Timestamp,
    /// The charge, where the gateway has named it.
    pub charge: Option<ChargeId>,
    /// How often the gateway has said that it has no such charge.
    pub absences: u8,
}

/// How a purchase ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing was charged.
    Unpaid(Unpaid),
    /// The whole charge was refunded.
    Refunded(ChargeId),
    /// The bank took the charge back.
    ChargedBack(ChargeId),
}

/// Why nothing was charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unpaid {
    /// The card was declined.
    Declined(DeclineReason),
    /// The gateway rejected the request.
    Rejected(RequestProblem),
    /// The router did not make the user.
    Guest(GuestProblem),
    /// The router did not answer in time.
    RouterSilent,
    /// The process that held the card token is gone, and the portal did not repeat its request.
    Abandoned,
    /// The gateway never got the charge.
    Absent,
}

/// Why a whole charge goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundCause {
    /// The user could not be enabled in time.
    NotDelivered,
    /// The payment came to light after the purchase had ended unpaid.
    Late,
    /// A company admin asked for it.
    Requested,
}

/// Why a person has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ManualCause {
    /// The amount, the currency or the mode of the gateway's charge differs from ours.
    Mismatch,
    /// The gateway refused the refund.
    RefundRefused(RefundProblem),
}
