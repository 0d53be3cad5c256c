//! The names of causes: in the store, in the log and in the codes of errors.

use super::{DeclineReason, GuestProblem, ManualCause, RefundCause, RefundProblem, RequestProblem, Unpaid};

/// Gives each variant of an enum its one name.
macro_rules! names {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            /// Every variant.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            /// The variant with this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.name() == name)
            }
        }
    };
}

pub(super) use names;

names!(DeclineReason {
    Declined => "declined",
    InsufficientFunds => "insufficient_funds",
    ExpiredCard => "expired_card",
    InvalidCard => "invalid_card",
    WrongSecurityCode => "wrong_security_code",
    CallBank => "call_bank",
    CardDisabled => "card_disabled",
    CardNotSupported => "card_not_supported",
    HighRisk => "high_risk",
    TooManyAttempts => "too_many_attempts",
    Duplicate => "duplicate",
    NotConfirmed => "not_confirmed",
    Expired => "expired",
    Cancelled => "cancelled",
});

names!(RequestProblem {
    Credentials => "credentials",
    TokenUsed => "token_used",
    TokenUnknown => "token_unknown",
    InvalidData => "invalid_data",
    RateLimited => "rate_limited",
    Unreachable => "unreachable",
});

names!(GuestProblem {
    ProfileMissing => "profile_missing",
    Rejected => "rejected",
});

names!(RefundProblem {
    TooOld => "too_old",
    WrongState => "wrong_state",
    NoFunds => "no_funds",
    Credentials => "credentials",
    Other => "other",
});

names!(RefundCause {
    NotDelivered => "not_delivered",
    Late => "late",
    Requested => "requested",
});

/// Why a purchase is in its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The gateway could not be reached at the last try.
    GatewayUnreachable,
    /// Nothing was charged.
    Unpaid(Unpaid),
    /// The charge is to go back.
    Refund(RefundCause),
    /// The charge went back.
    Refunded,
    /// The bank took the charge back.
    ChargedBack,
    /// A person has to decide.
    Manual(ManualCause),
}

impl Cause {
    /// The name: up to three words, with dots between them.
    pub fn name(self) -> String {
        match self {
            Self::GatewayUnreachable => "gateway_unreachable".to_owned(),
            Self::Unpaid(Unpaid::Declined(reason)) => format!("unpaid.declined.{}", reason.name()),
            Self::Unpaid(Unpaid::Rejected(problem)) => format!("unpaid.rejected.{}", problem.name()),
            Self::Unpaid(Unpaid::Guest(problem)) => format!("unpaid.guest.{}", problem.name()),
            Self::Unpaid(Unpaid::RouterSilent) => "unpaid.router_silent".to_owned(),
            Self::Unpaid(Unpaid::Abandoned) => "unpaid.abandoned".to_owned(),
            Self::Unpaid(Unpaid::Absent) => "unpaid.absent".to_owned(),
            Self::Refund(cause) => format!("refund.{}", cause.name()),
            Self::Refunded => "refunded".to_owned(),
            Self::ChargedBack => "charged_back".to_owned(),
            Self::Manual(ManualCause::Mismatch) => "manual.mismatch".to_owned(),
            Self::Manual(ManualCause::RefundRefused(problem)) => format!("manual.refund_refused.{}", problem.name()),
        }
    }

    /// The cause with this name.
    pub fn named(name: &str) -> Option<Self> {
        let parts: Vec<&str> = name.split('.').collect();
        Some(match *parts.as_slice() {
            ["gateway_unreachable"] => Self::GatewayUnreachable,
            ["unpaid", "declined", reason] => Self::Unpaid(Unpaid::Declined(DeclineReason::named(reason)?)),
            ["unpaid", "rejected", problem] => Self::Unpaid(Unpaid::Rejected(RequestProblem::named(problem)?)),
            ["unpaid", "guest", problem] => Self::Unpaid(Unpaid::Guest(GuestProblem::named(problem)?)),
            ["unpaid", "router_silent"] => Self::Unpaid(Unpaid::RouterSilent),
            ["unpaid", "abandoned"] => Self::Unpaid(Unpaid::Abandoned),
            ["unpaid", "absent"] => Self::Unpaid(Unpaid::Absent),
            ["refund", cause] => Self::Refund(RefundCause::named(cause)?),
            ["refunded"] => Self::Refunded,
            ["charged_back"] => Self::ChargedBack,
            ["manual", "mismatch"] => Self::Manual(ManualCause::Mismatch),
            ["manual", "refund_refused", problem] => {
                Self::Manual(ManualCause::RefundRefused(RefundProblem::named(problem)?))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every cause there is.
    fn causes() -> Vec<Cause> {
        let declined = DeclineReason::ALL.iter().map(|&reason| Unpaid::Declined(reason));
        let rejected = RequestProblem::ALL.iter().map(|&problem| Unpaid::Rejected(problem));
        let guest = GuestProblem::ALL.iter().map(|&problem| Unpaid::Guest(problem));
        let unpaid = declined.chain(rejected).chain(guest);
        let unpaid = unpaid.chain([Unpaid::RouterSilent, Unpaid::Abandoned, Unpaid::Absent]).map(Cause::Unpaid);
        let refunds = RefundCause::ALL.iter().map(|&cause| Cause::Refund(cause));
        let refused = RefundProblem::ALL.iter().map(|&problem| ManualCause::RefundRefused(problem));
        let manual = refused.chain([ManualCause::Mismatch]).map(Cause::Manual);
        let rest = [Cause::GatewayUnreachable, Cause::Refunded, Cause::ChargedBack];
        unpaid.chain(refunds).chain(manual).chain(rest).collect()
    }

    #[test]
    fn every_cause_is_found_by_its_name() {
        for cause in causes() {
            assert_eq!(Cause::named(&cause.name()), Some(cause), "{}", cause.name());
        }
        for bad in ["", "unpaid", "unpaid.declined", "unpaid.declined.x", "manual.refund_refused", "refunded."] {
            assert_eq!(Cause::named(bad), None, "{bad:?}");
        }
    }
}
