//! The state machine of a purchase.

use thiserror::Error;
use time::Duration;

use super::{
    ChargeAnswer, ChargeId, Charging, DeclineReason, End, GuestAnswer, ManualCause, Receipt, RefundAnswer, RefundCause,
    RequestProblem, Stage, Terms, Unpaid,
};
use crate::Timestamp;

/// How often a gateway must say that it has no charge before Portero believes it.
const ABSENCES: u8 = 3;

/// How long each wait of a purchase lasts at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// From the request until the charge is sent. Later, nothing is charged.
    pub answer: Duration,
    /// From the payment until the user is enabled. Later, the money goes back.
    pub delivery: Duration,
    /// From the charge until a gateway that has no such charge is believed.
    pub absent: Duration,
    /// From the charge until the cardholder has confirmed it.
    pub confirmation: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::seconds(25),
            delivery: Duration::minutes(15),
            absent: Duration::minutes(30),
            confirmation: Duration::minutes(10),
        }
    }
}

impl Patience {
    /// The longest pause between two tries of one step.
    const LONGEST_PAUSE: Duration = Duration::minutes(5);

    /// How long to wait after this number of tries of one step: from half a second, doubled each time.
    pub fn pause(tries: u16) -> Duration {
        let doubled =
            2_i32.checked_pow(tries.saturating_sub(1).into()).map(|times| Duration::milliseconds(500) * times);
        doubled.map_or(Self::LONGEST_PAUSE, |pause| pause.min(Self::LONGEST_PAUSE))
    }
}

/// Whether this process holds the card token. A token is never stored, so a restart loses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// The token is in memory.
    Held,
    /// The token is gone.
    Gone,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Carry out this step and record its outcome.
    Do(Step),
    /// Nothing before this moment.
    WaitUntil(Timestamp),
    /// Nothing, unless the gateway reports a change or a person acts.
    Nothing,
}

/// One act outside. Only [`Charge`](Self::Charge) must not be repeated. It is sent once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make the hotspot user, disabled, or find the one that an earlier try made.
    ReserveGuest,
    /// Send the charge. [`Progress::begin_charge`] is committed first.
    Charge,
    /// Ask the gateway about the charge, by its id where that is known.
    FindCharge(Option<ChargeId>),
    /// Cancel a charge that is not taken yet.
    CancelCharge(ChargeId),
    /// Enable the user. Make it again if it is gone.
    EnableGuest,
    /// Refund the whole charge.
    Refund(ChargeId),
    /// Disable the user and end its sessions.
    DisableGuest,
    /// Remove the user.
    RemoveGuest,
}

/// What a step led to, or what a gateway reported on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The router's answer.
    Guest(GuestAnswer),
    /// The gateway's answer to [`Step::Charge`].
    Charged(ChargeAnswer),
    /// The gateway's answer to a question about the charge, or to its cancellation.
    Found(ChargeAnswer),
    /// The gateway's answer to a refund.
    Refunded(RefundAnswer),
}

/// A change that a notice is due for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The charge is paid.
    Paid,
    /// The user is enabled.
    Delivered,
    /// The purchase ended without a charge.
    Unpaid(Unpaid),
    /// The whole charge was refunded.
    Refunded,
    /// The bank took the charge back.
    ChargedBack,
    /// A person has to decide.
    Manual(ManualCause),
}

/// Why a purchase cannot be refunded as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotRefundable {
    /// The money went back already, or is on its way.
    #[error("the purchase is refunded already")]
    AlreadyRefunded,
    /// No money of this purchase can be sent back.
    #[error("the purchase is not paid, or needs a person")]
    NotPaid,
}

/// How far a purchase has come. The only way to another stage is a transition of this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    stage: Stage,
    opened_at: Timestamp,
}

impl Progress {
    /// A purchase whose row is about to be written.
    pub const fn open(now: Timestamp) -> Self {
        Self { stage: Stage::Opened, opened_at: now }
    }

    /// A purchase as the store has it.
    pub const fn restore(stage: Stage, opened_at: Timestamp) -> Self {
        Self { stage, opened_at }
    }

    /// Whether it is open whether the card is charged.
    pub const fn is_undecided(&self) -> bool {
        matches!(self.stage, Stage::Opened | Stage::Reserved { .. } | Stage::Charging(_) | Stage::Cancelling { .. })
    }

    /// Where the purchase stands.
    pub const fn stage(&self) -> &Stage {
        &self.stage
    }

    /// When the purchase was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// Applies what the clock alone decides. The result is committed before the next step, so that a clock that is set
    /// back cannot undo the decision.
    pub fn pass_time(&mut self, now: Timestamp, patience: &Patience) -> Option<Event> {
        let late = now >= self.opened_at.plus(patience.answer);
        match &self.stage {
            Stage::Opened if late => self.unpaid(Unpaid::RouterSilent),
            Stage::Reserved { unreachable: true } if late => self.unpaid(Unpaid::Rejected(RequestProblem::Unreachable)),
            Stage::Reserved { unreachable: false } if late => self.unpaid(Unpaid::Abandoned),
            Stage::Confirming { charge, until } if now >= *until => {
                let why = Unpaid::Declined(DeclineReason::NotConfirmed);
                self.go(Stage::Cancelling { charge: charge.clone(), why }, None)
            }
            Stage::Paid { charge, at } if now >= at.plus(patience.delivery) => {
                self.go(Stage::Refunding { charge: charge.clone(), cause: RefundCause::NotDelivered }, None)
            }
            _ => None,
        }
    }

    /// When the clock alone decides something, if it does in this stage: see [`pass_time`](Self::pass_time).
    pub fn deadline(&self, patience: &Patience) -> Option<Timestamp> {
        match &self.stage {
            Stage::Opened | Stage::Reserved { .. } => Some(self.opened_at.plus(patience.answer)),
            Stage::Confirming { until, .. } => Some(*until),
            Stage::Paid { at, .. } => Some(at.plus(patience.delivery)),
            Stage::Charging(charging) => Some(charging.since.plus(patience.absent)),
            _ => None,
        }
    }

    /// The next step. [`pass_time`](Self::pass_time) comes first.
    pub fn next(&self, token: Token, patience: &Patience) -> Next {
        let step = match &self.stage {
            Stage::Opened => Step::ReserveGuest,
            Stage::Reserved { .. } => match token {
                Token::Held => Step::Charge,
                Token::Gone => return Next::WaitUntil(self.opened_at.plus(patience.answer)),
            },
            Stage::Charging(Charging { charge, .. }) => Step::FindCharge(charge.clone()),
            Stage::Confirming { charge, .. } => Step::FindCharge(Some(charge.clone())),
            Stage::Cancelling { charge, .. } => Step::CancelCharge(charge.clone()),
            Stage::Paid { .. } => Step::EnableGuest,
            Stage::Refunding { charge, .. } => Step::Refund(charge.clone()),
            Stage::Withdrawing(End::Unpaid(_)) => Step::RemoveGuest,
            Stage::Withdrawing(End::Refunded(_) | End::ChargedBack(_)) => Step::DisableGuest,
            Stage::Delivered { .. } | Stage::Closed(_) | Stage::Manual { .. } => return Next::Nothing,
        };
        Next::Do(step)
    }

    /// Records that the charge is about to be sent. To be committed before the first byte leaves: from here on the charge
    /// is only looked for.
    pub fn begin_charge(&mut self, now: Timestamp) {
        if let Stage::Reserved { .. } = self.stage {
            self.stage = Stage::Charging(Charging { since: now, charge: None, absences: 0 });
        }
    }

    /// Records an outcome. An outcome that does not belong to the stage changes nothing.
    pub fn record(&mut self, outcome: Outcome, now: Timestamp, terms: &Terms, patience: &Patience) -> Option<Event> {
        match outcome {
            Outcome::Guest(answer) => self.guest(answer),
            Outcome::Charged(ChargeAnswer::Rejected(problem)) => match self.stage {
                Stage::Charging(_) => self.unpaid(Unpaid::Rejected(problem)),
                _ => None,
            },
            Outcome::Charged(ChargeAnswer::NotSent) => match self.stage {
                Stage::Charging(_) => self.go(Stage::Reserved { unreachable: true }, None),
                _ => None,
            },
            Outcome::Charged(answer) | Outcome::Found(answer) => self.charge(answer, now, terms, patience),
            Outcome::Refunded(answer) => self.refund(answer),
        }
    }

    /// Begins the refund of the whole charge.
    pub fn request_refund(&mut self) -> Result<(), NotRefundable> {
        match &self.stage {
            Stage::Paid { charge, .. } | Stage::Delivered { charge } => {
                self.stage = Stage::Refunding { charge: charge.clone(), cause: RefundCause::Requested };
                Ok(())
            }
            Stage::Refunding { .. } | Stage::Withdrawing(End::Refunded(_)) | Stage::Closed(End::Refunded(_)) => {
                Err(NotRefundable::AlreadyRefunded)
            }
            _ => Err(NotRefundable::NotPaid),
        }
    }

    /// Has the user disabled or removed once more, if the purchase has ended. Returns whether it has.
    pub fn withdraw_again(&mut self) -> bool {
        match &self.stage {
            Stage::Withdrawing(end) | Stage::Closed(end) => {
                self.stage = Stage::Withdrawing(end.clone());
                true
            }
            _ => false,
        }
    }

    fn go(&mut self, stage: Stage, event: Option<Event>) -> Option<Event> {
        self.stage = stage;
        event
    }

    fn unpaid(&mut self, why: Unpaid) -> Option<Event> {
        self.go(Stage::Withdrawing(End::Unpaid(why)), Some(Event::Unpaid(why)))
    }

    fn guest(&mut self, answer: GuestAnswer) -> Option<Event> {
        match (&self.stage, answer) {
            (Stage::Opened, GuestAnswer::Reserved) => self.go(Stage::Reserved { unreachable: false }, None),
            (Stage::Opened, GuestAnswer::Refused(problem)) => self.unpaid(Unpaid::Guest(problem)),
            (Stage::Paid { charge, .. }, GuestAnswer::Enabled) => {
                self.go(Stage::Delivered { charge: charge.clone() }, Some(Event::Delivered))
            }
            (Stage::Withdrawing(end), GuestAnswer::Gone) => self.go(Stage::Closed(end.clone()), None),
            _ => None,
        }
    }

    fn charge(&mut self, answer: ChargeAnswer, now: Timestamp, terms: &Terms, patience: &Patience) -> Option<Event> {
        match answer {
            ChargeAnswer::Paid(receipt) => self.paid(receipt, now, terms),
            ChargeAnswer::Refunded(charge) => self.money_left(End::Refunded(charge), Event::Refunded),
            ChargeAnswer::ChargedBack(charge) => self.money_left(End::ChargedBack(charge), Event::ChargedBack),
            ChargeAnswer::Declined(_, reason) => match self.stage {
                Stage::Charging(_) | Stage::Confirming { .. } => self.unpaid(Unpaid::Declined(reason)),
                Stage::Cancelling { why, .. } => self.unpaid(why),
                _ => None,
            },
            ChargeAnswer::Authorized(charge) => match self.stage {
                Stage::Charging(_) | Stage::Confirming { .. } => {
                    let why = Unpaid::Declined(DeclineReason::Cancelled);
                    self.go(Stage::Cancelling { charge, why }, None)
                }
                _ => None,
            },
            ChargeAnswer::NeedsCardholder(charge, _) => match self.stage {
                Stage::Charging(_) => {
                    self.go(Stage::Confirming { charge, until: now.plus(patience.confirmation) }, None)
                }
                _ => None,
            },
            ChargeAnswer::Pending(id) => match &mut self.stage {
                Stage::Charging(charging) => {
                    charging.charge = Some(id);
                    None
                }
                // The gateway cannot cancel it. Should it be paid later, the money goes back.
                Stage::Cancelling { why, .. } => {
                    let why = *why;
                    self.unpaid(why)
                }
                _ => None,
            },
            ChargeAnswer::Absent => self.absent(now, patience),
            ChargeAnswer::Rejected(_) | ChargeAnswer::NotSent | ChargeAnswer::Unknown(_) => None,
        }
    }

    /// The charge is paid. Money that was not expected any more goes back.
    fn paid(&mut self, receipt: Receipt, now: Timestamp, terms: &Terms) -> Option<Event> {
        let Receipt { charge, terms: paid } = receipt;
        let stage = match self.stage {
            Stage::Opened
            | Stage::Reserved { .. }
            | Stage::Charging(_)
            | Stage::Confirming { .. }
            | Stage::Cancelling { .. } => Stage::Paid { charge, at: now },
            Stage::Withdrawing(End::Unpaid(_)) | Stage::Closed(End::Unpaid(_)) => {
                Stage::Refunding { charge, cause: RefundCause::Late }
            }
            _ => return None,
        };
        if paid.as_ref() == Some(terms) {
            return self.go(stage, Some(Event::Paid));
        }
        let (Stage::Paid { charge, .. } | Stage::Refunding { charge, .. }) = stage else { return None };
        let cause = ManualCause::Mismatch;
        self.go(Stage::Manual { charge: Some(charge), cause }, Some(Event::Manual(cause)))
    }

    /// The gateway says that the money is no longer there, whatever Portero did. A chargeback outranks a refund.
    fn money_left(&mut self, end: End, event: Event) -> Option<Event> {
        match (&self.stage, &end) {
            (Stage::Withdrawing(known) | Stage::Closed(known), _) if *known == end => None,
            (Stage::Withdrawing(End::ChargedBack(_)) | Stage::Closed(End::ChargedBack(_)), _) => None,
            (Stage::Closed(End::Refunded(_)), _) => self.go(Stage::Closed(end), Some(event)),
            _ => self.go(Stage::Withdrawing(end), Some(event)),
        }
    }

    fn absent(&mut self, now: Timestamp, patience: &Patience) -> Option<Event> {
        match &mut self.stage {
            Stage::Charging(charging) => {
                charging.absences = charging.absences.saturating_add(1);
                let believed = charging.absences >= ABSENCES && now >= charging.since.plus(patience.absent);
                if believed { self.unpaid(Unpaid::Absent) } else { None }
            }
            Stage::Cancelling { why, .. } => {
                let why = *why;
                self.unpaid(why)
            }
            _ => None,
        }
    }

    fn refund(&mut self, answer: RefundAnswer) -> Option<Event> {
        let Stage::Refunding { charge, .. } = &self.stage else { return None };
        let charge = charge.clone();
        match answer {
            RefundAnswer::Done => self.go(Stage::Withdrawing(End::Refunded(charge)), Some(Event::Refunded)),
            RefundAnswer::Refused(problem) => {
                let cause = ManualCause::RefundRefused(problem);
                self.go(Stage::Manual { charge: Some(charge), cause }, Some(Event::Manual(cause)))
            }
            RefundAnswer::Unknown(_) => None,
        }
    }
}
