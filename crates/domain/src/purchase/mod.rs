//! A purchase: a guest pays by card and gets access, or pays nothing and gets none.
//!
//! A purchase is a row that exists before anything happens outside. [`Progress`] is its state machine. It names the next
//! act, and each result of an act leads to one transition. Undoing is other steps of the same machine. So a process may die
//! at any point, and any other process continues from the row (ADR 21).

mod answer;
#[cfg(test)]
mod exploration;
mod names;
mod parts;
mod progress;
mod reconciliation;
mod record;
mod refund;
mod stage;
mod sums;

pub use answer::{
    Cardholder, ChargeAnswer, ChargeId, DeclineReason, GuestAnswer, GuestProblem, Receipt, RefundAnswer, RefundProblem,
    RequestProblem, Terms, Wait,
};
pub use names::Cause;
pub use parts::{ImpossibleStage, StageKind, StageParts};
pub use progress::{Event, Next, NotRefundable, Outcome, Patience, Progress, Step, Token};
pub use reconciliation::{OwnCharge, Pair, Reconciliation, Span, SpanError};
pub use record::{Customer, GuestCredentials, GuestKind, Order, PaymentStatus, Purchase, SoldGuest};
pub use refund::{Refund, RefundLimit, RefundState, committed, made, refundable};
pub use stage::{Charging, End, ManualCause, RefundCause, Stage, Unpaid};
pub use sums::{Income, PurchaseSummary, Share};
