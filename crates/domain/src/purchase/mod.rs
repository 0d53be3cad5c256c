//! A purchase: a guest pays by card and gets access, or pays nothing and gets none.
//!
//! A purchase is a row that exists before anything happens outside. [`Progress`] is its state machine: it names the next
//! act, and each result of an act leads to one transition. Undoing is other steps of the same machine, so a process that
//! dies at any point leaves a row that any other process can carry on.

mod answer;
#[cfg(test)]
mod exploration;
mod progress;
mod record;
mod refund;
mod stage;

pub use answer::{
    Cardholder, ChargeAnswer, ChargeId, DeclineReason, GuestAnswer, GuestProblem, Receipt, RefundAnswer, RefundProblem,
    RequestProblem, Terms, Wait,
};
pub use progress::{Event, Next, NotRefundable, Outcome, Patience, Progress, Step, Token};
pub use record::{PaymentStatus, Purchase, PurchaseSummary};
pub use refund::{RefundLimit, refundable};
pub use stage::{Charging, End, ManualCause, RefundCause, Stage, Unpaid};
