//! Every way that a purchase can go: each act, on time and late, done or not, answered or not, with up to two crashes.
//!
//! The exploration runs the real state machine against a model of a router and a gateway. At the end the model is
//! honest and the answers arrive, so each way must end well.

use std::collections::HashSet;

use time::{Duration, macros::datetime};

use super::*;
use crate::{
    Timestamp,
    money::{Currency, Money},
};

const PATIENCE: Patience = Patience {
    answer: Duration::seconds(25),
    delivery: Duration::minutes(15),
    absent: Duration::minutes(30),
    confirmation: Duration::minutes(10),
};

fn terms() -> Terms {
    Terms { amount: Money::parse("50").unwrap(), currency: Currency::Mxn, live: true }
}

fn charge_id() -> ChargeId {
    ChargeId::parse("ord_1").unwrap()
}

fn start() -> Timestamp {
    Timestamp::new(datetime!(2026-01-15 9:00 UTC))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum User {
    None,
    Disabled,
    Enabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Funds {
    Untouched,
    Declined,
    Pending,
    OnHold,
    Paid,
    Refunded,
}

/// What the gateway does with a charge that reaches it.
const FATES: [Funds; 4] = [Funds::Paid, Funds::Declined, Funds::Pending, Funds::OnHold];

/// The world outside, and what may still go wrong in it.
#[derive(Clone, Debug)]
struct World {
    progress: Progress,
    now: Timestamp,
    token: Token,
    user: User,
    money: Funds,
    charges_sent: u8,
    crashes_left: u8,
    troubles_left: u8,
    delays_left: u8,
}

/// How one act goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Done and answered.
    Good,
    /// Done, and the answer is lost.
    AnswerLost,
    /// Not done, and no answer.
    Nothing,
    /// Done, and the process dies before it records the outcome.
    CrashAfter,
    /// Not done, and the process dies.
    CrashBefore,
    /// Refused for good by the other side, or not sent at all.
    Refused,
}

impl World {
    fn new() -> Self {
        Self {
            progress: Progress::open(start()),
            now: start(),
            token: Token::Held,
            user: User::None,
            money: Funds::Untouched,
            charges_sent: 0,
            crashes_left: 2,
            troubles_left: 2,
            delays_left: 2,
        }
    }

    /// What the rest of the way depends on, so that no situation is explored twice.
    fn situation(&self) -> String {
        let Self { progress, now, token, user, money, charges_sent, crashes_left, troubles_left, delays_left } = self;
        format!(
            "{progress:?} {now:?} {token:?} {user:?} {money:?} {charges_sent} {crashes_left} {troubles_left} {delays_left}"
        )
    }

    /// The moments at which the next step may run: now, and after the longest wait there is.
    fn later(&self) -> Vec<Self> {
        let mut moments = vec![self.clone()];
        if self.delays_left > 0 {
            let mut late = self.clone();
            late.delays_left -= 1;
            late.now = late.now.plus(Duration::hours(1));
            moments.push(late);
        }
        moments
    }

    /// The ways that an act may go here.
    fn ways(&self) -> Vec<Way> {
        let mut ways = vec![Way::Good];
        if self.troubles_left > 0 {
            ways.extend([Way::AnswerLost, Way::Nothing, Way::Refused]);
        }
        if self.crashes_left > 0 {
            ways.extend([Way::CrashAfter, Way::CrashBefore]);
        }
        ways
    }

    /// The worlds after this step went this way.
    fn act(&self, step: &Step, way: Way) -> Vec<Self> {
        let mut world = self.clone();
        match way {
            Way::Good => {}
            Way::AnswerLost | Way::Nothing | Way::Refused => world.troubles_left -= 1,
            Way::CrashAfter | Way::CrashBefore => world.crashes_left -= 1,
        }
        if *step == Step::Charge {
            world.progress.begin_charge(world.now);
        }
        let done = matches!(way, Way::Good | Way::AnswerLost | Way::CrashAfter);
        let fates = if *step == Step::Charge && done { &FATES[..] } else { &[Funds::Untouched] };
        let worlds = fates.iter().map(|&fate| {
            let mut world = world.clone();
            if done {
                world.effect(step, fate);
            }
            match way {
                Way::Good => world.hear(step),
                Way::Refused => world.hear_refusal(step),
                Way::CrashAfter | Way::CrashBefore => world.token = Token::Gone,
                Way::AnswerLost | Way::Nothing => {}
            }
            world
        });
        worlds.collect()
    }

    fn effect(&mut self, step: &Step, fate: Funds) {
        match step {
            Step::ReserveGuest if self.user == User::None => self.user = User::Disabled,
            Step::Charge => {
                self.charges_sent += 1;
                self.money = fate;
            }
            // A charge that was pending is decided at last: paid, which is the harder case.
            Step::FindCharge(_) if self.money == Funds::Pending => self.money = Funds::Paid,
            Step::CancelCharge(_) if matches!(self.money, Funds::OnHold | Funds::Pending) => {
                self.money = Funds::Declined;
            }
            Step::EnableGuest => self.user = User::Enabled,
            Step::Refund(_) => self.money = Funds::Refunded,
            Step::DisableGuest if self.user == User::Enabled => self.user = User::Disabled,
            Step::RemoveGuest => self.user = User::None,
            _ => {}
        }
    }

    fn hear(&mut self, step: &Step) {
        let outcome = match step {
            Step::ReserveGuest => Outcome::Guest(GuestAnswer::Reserved),
            Step::EnableGuest => Outcome::Guest(GuestAnswer::Enabled),
            Step::DisableGuest | Step::RemoveGuest => Outcome::Guest(GuestAnswer::Gone),
            Step::Refund(_) => Outcome::Refunded(RefundAnswer::Done),
            Step::Charge => Outcome::Charged(self.charge()),
            Step::FindCharge(_) | Step::CancelCharge(_) => Outcome::Found(self.charge()),
        };
        self.record(outcome);
    }

    fn hear_refusal(&mut self, step: &Step) {
        let outcome = match step {
            Step::ReserveGuest | Step::EnableGuest | Step::DisableGuest | Step::RemoveGuest => {
                Outcome::Guest(GuestAnswer::Refused(GuestProblem::ProfileMissing))
            }
            Step::Charge => Outcome::Charged(ChargeAnswer::NotSent),
            // A gateway that does not list a charge yet.
            Step::FindCharge(_) => Outcome::Found(ChargeAnswer::Absent),
            Step::CancelCharge(_) => Outcome::Found(ChargeAnswer::Unknown(None)),
            // A refusal counts once the charge was read again, see `RefundAnswer::Refused`.
            Step::Refund(_) if self.money == Funds::Refunded => Outcome::Refunded(RefundAnswer::Done),
            Step::Refund(_) => Outcome::Refunded(RefundAnswer::Refused(RefundProblem::TooOld)),
        };
        self.record(outcome);
    }

    fn charge(&self) -> ChargeAnswer {
        match self.money {
            Funds::Untouched => ChargeAnswer::Absent,
            Funds::Declined => ChargeAnswer::Declined(Some(charge_id()), DeclineReason::Declined),
            Funds::Pending => ChargeAnswer::Pending(charge_id()),
            Funds::OnHold => ChargeAnswer::Authorized(charge_id()),
            Funds::Paid => ChargeAnswer::Paid(Receipt { charge: charge_id(), terms: Some(terms()) }),
            Funds::Refunded => ChargeAnswer::Refunded(charge_id()),
        }
    }

    fn record(&mut self, outcome: Outcome) {
        self.progress.record(outcome, self.now, &terms(), &PATIENCE);
        self.always();
    }

    /// What holds at every moment.
    fn always(&self) {
        assert!(self.charges_sent <= 1, "two charges: {self:?}");
        let paid_for = matches!(self.money, Funds::Paid | Funds::Refunded);
        assert!(self.user != User::Enabled || paid_for, "an enabled user without a charge: {self:?}");
    }

    /// What holds when nothing is left to do and every charge at the gateway has been reported.
    fn at_the_end(&self) {
        match self.progress.stage() {
            Stage::Delivered { .. } => assert_eq!((self.money, self.user), (Funds::Paid, User::Enabled), "{self:?}"),
            Stage::Closed(End::Unpaid(_)) => {
                assert!(matches!(self.money, Funds::Untouched | Funds::Declined), "{self:?}");
                assert_eq!(self.user, User::None, "{self:?}");
            }
            Stage::Closed(End::Refunded(_)) => {
                assert_eq!(self.money, Funds::Refunded, "{self:?}");
                assert_ne!(self.user, User::Enabled, "{self:?}");
            }
            Stage::Manual { cause: ManualCause::RefundRefused(_), .. } => assert_eq!(self.money, Funds::Paid),
            stage => panic!("no end: {stage:?}"),
        }
    }
}

#[test]
fn every_way_ends_with_one_charge_and_access_or_with_neither() {
    let (mut seen, mut ways, mut ends) = (HashSet::new(), vec![World::new()], HashSet::new());
    while let Some(world) = ways.pop() {
        if !seen.insert(world.situation()) {
            continue;
        }
        for mut world in world.later() {
            world.progress.pass_time(world.now, &PATIENCE);
            match world.progress.next(world.token, &PATIENCE) {
                Next::Do(step) => {
                    for way in world.ways() {
                        ways.extend(world.act(&step, way));
                    }
                    // A gateway that is asked again has time to settle.
                    if matches!(step, Step::FindCharge(_)) {
                        let mut later = world.clone();
                        later.now = later.now.plus(Duration::hours(1)).min(start().plus(Duration::hours(6)));
                        ways.push(later);
                    }
                }
                Next::WaitUntil(moment) => {
                    world.now = world.now.max(moment);
                    ways.push(world);
                }
                // A charge that ended unpaid for us may be paid at the gateway. Its webhook or the reconciliation says so.
                Next::Nothing if world.money == Funds::Pending => {
                    world.money = Funds::Paid;
                    world.hear(&Step::FindCharge(None));
                    ways.push(world);
                }
                Next::Nothing
                    if matches!(world.progress.stage(), Stage::Closed(End::Unpaid(_)))
                        && matches!(world.money, Funds::Paid) =>
                {
                    world.hear(&Step::FindCharge(None));
                    ways.push(world);
                }
                Next::Nothing if world.money == Funds::OnHold => {
                    // A held amount falls back to the cardholder in the end.
                    world.money = Funds::Declined;
                    ways.push(world);
                }
                Next::Nothing => {
                    world.at_the_end();
                    ends.insert(format!("{:?}", world.progress.stage()));
                }
            }
        }
    }
    assert!(seen.len() > 500, "only {} situations", seen.len());
    for end in ["Delivered", "Closed(Unpaid", "Closed(Refunded", "Manual"] {
        assert!(ends.iter().any(|seen| seen.starts_with(end)), "no way ends in {end}: {ends:?}");
    }
}

fn at(stage: Stage) -> Progress {
    Progress::restore(stage, start())
}

fn every_stage() -> Vec<Stage> {
    let charge = charge_id;
    let ends = [End::Unpaid(Unpaid::Absent), End::Refunded(charge()), End::ChargedBack(charge())];
    let mut stages = vec![
        Stage::Opened,
        Stage::Reserved { unreachable: false },
        Stage::Reserved { unreachable: true },
        Stage::Charging(Charging { since: start(), charge: None, absences: 0 }),
        Stage::Confirming { charge: charge(), until: start() },
        Stage::Cancelling { charge: charge(), why: Unpaid::Abandoned },
        Stage::Paid { charge: charge(), at: start() },
        Stage::Delivered { charge: charge() },
        Stage::Refunding { charge: charge(), cause: RefundCause::Late },
        Stage::Manual { charge: Some(charge()), cause: ManualCause::Mismatch },
    ];
    stages.extend(ends.iter().cloned().map(Stage::Withdrawing));
    stages.extend(ends.into_iter().map(Stage::Closed));
    stages
}

fn every_outcome() -> Vec<Outcome> {
    let charge = charge_id;
    let receipt = |amount: &str| Receipt {
        charge: charge(),
        terms: Some(Terms { amount: Money::parse(amount).unwrap(), ..terms() }),
    };
    let answers = [
        ChargeAnswer::Paid(receipt("50")),
        ChargeAnswer::Paid(receipt("49.99")),
        ChargeAnswer::Pending(charge()),
        ChargeAnswer::NeedsCardholder(charge(), Cardholder::Redirect { url: "https://bank.test".into() }),
        ChargeAnswer::Authorized(charge()),
        ChargeAnswer::Declined(None, DeclineReason::Declined),
        ChargeAnswer::Rejected(RequestProblem::Credentials),
        ChargeAnswer::Refunded(charge()),
        ChargeAnswer::ChargedBack(charge()),
        ChargeAnswer::Absent,
        ChargeAnswer::NotSent,
        ChargeAnswer::Unknown(None),
    ];
    let guests = [
        GuestAnswer::Reserved,
        GuestAnswer::Enabled,
        GuestAnswer::Gone,
        GuestAnswer::Refused(GuestProblem::Rejected),
        GuestAnswer::Unknown,
    ];
    let refunds = [RefundAnswer::Done, RefundAnswer::Refused(RefundProblem::Other), RefundAnswer::Unknown(None)];
    let sent = answers.iter().cloned().map(Outcome::Charged);
    let found = answers.iter().cloned().map(Outcome::Found);
    let rest = guests.into_iter().map(Outcome::Guest).chain(refunds.into_iter().map(Outcome::Refunded));
    sent.chain(found).chain(rest).collect()
}

fn after(stage: &Stage, outcome: &Outcome) -> (Stage, Option<Event>) {
    let mut progress = at(stage.clone());
    let event = progress.record(outcome.clone(), start(), &terms(), &PATIENCE);
    (progress.stage().clone(), event)
}

#[test]
fn money_that_was_paid_only_leaves_by_a_refund_or_a_chargeback() {
    let left = |stage: &Stage| {
        matches!(
            stage,
            Stage::Withdrawing(End::Refunded(_) | End::ChargedBack(_))
                | Stage::Closed(End::Refunded(_) | End::ChargedBack(_))
        )
    };
    let paid = |stage: &Stage| {
        matches!(stage, Stage::Paid { .. } | Stage::Delivered { .. } | Stage::Refunding { .. } | Stage::Manual { .. })
    };
    for stage in every_stage().into_iter().filter(|stage| paid(stage) || left(stage)) {
        for outcome in every_outcome() {
            let (next, _) = after(&stage, &outcome);
            assert!(
                if left(&stage) { left(&next) } else { paid(&next) || left(&next) },
                "{stage:?} {outcome:?} {next:?}"
            );
        }
    }
}

#[test]
fn a_second_report_of_the_same_outcome_changes_nothing_and_tells_nobody() {
    for stage in every_stage() {
        for outcome in every_outcome() {
            // Each absence counts, and each refusal of a new try is news.
            if matches!(outcome, Outcome::Charged(ChargeAnswer::Absent) | Outcome::Found(ChargeAnswer::Absent)) {
                continue;
            }
            let (once, _) = after(&stage, &outcome);
            if once == stage {
                continue;
            }
            let (twice, event) = after(&once, &outcome);
            assert_eq!((&twice, event), (&once, None), "{stage:?} {outcome:?}");
        }
    }
}

#[test]
fn nothing_is_paid_by_another_amount_currency_or_mode() {
    let wrong = [
        None,
        Some(Terms { amount: Money::parse("49.99").unwrap(), ..terms() }),
        Some(Terms { currency: Currency::Usd, ..terms() }),
        Some(Terms { live: false, ..terms() }),
    ];
    let charging = Stage::Charging(Charging { since: start(), charge: None, absences: 0 });
    for stage in [charging, Stage::Closed(End::Unpaid(Unpaid::Absent))] {
        for terms in wrong {
            let paid = Outcome::Found(ChargeAnswer::Paid(Receipt { charge: charge_id(), terms }));
            let (next, event) = after(&stage, &paid);
            let cause = ManualCause::Mismatch;
            assert_eq!(next, Stage::Manual { charge: Some(charge_id()), cause }, "{stage:?}");
            assert_eq!(event, Some(Event::Manual(cause)));
        }
    }
}

#[test]
fn a_missing_charge_is_believed_after_several_answers_and_a_long_wait() {
    let absent = || Outcome::Found(ChargeAnswer::Absent);
    let mut progress = at(Stage::Charging(Charging { since: start(), charge: None, absences: 0 }));
    let late = start().plus(PATIENCE.absent);
    for now in [start(), start(), start(), start().plus(PATIENCE.absent - Duration::microseconds(1))] {
        assert_eq!(progress.record(absent(), now, &terms(), &PATIENCE), None);
    }
    assert_eq!(progress.record(absent(), late, &terms(), &PATIENCE), Some(Event::Unpaid(Unpaid::Absent)));

    let mut progress = at(Stage::Charging(Charging { since: start(), charge: None, absences: 0 }));
    for _ in 0..2 {
        assert_eq!(progress.record(absent(), late, &terms(), &PATIENCE), None, "two answers are too few");
    }
    assert!(progress.record(absent(), late, &terms(), &PATIENCE).is_some());
}

#[test]
fn a_read_that_is_rejected_says_nothing_about_the_charge() {
    let charging = Stage::Charging(Charging { since: start(), charge: None, absences: 0 });
    for answer in [ChargeAnswer::Rejected(RequestProblem::Credentials), ChargeAnswer::NotSent] {
        assert_eq!(after(&charging, &Outcome::Found(answer)), (charging.clone(), None));
    }
}

#[test]
fn a_cardholder_who_does_not_confirm_in_time_loses_the_charge() {
    let mut progress = at(Stage::Charging(Charging { since: start(), charge: None, absences: 0 }));
    let action = Cardholder::Redirect { url: "https://bank.test".into() };
    progress.record(Outcome::Charged(ChargeAnswer::NeedsCardholder(charge_id(), action)), start(), &terms(), &PATIENCE);
    progress.pass_time(start().plus(PATIENCE.confirmation - Duration::microseconds(1)), &PATIENCE);
    assert_eq!(progress.next(Token::Gone, &PATIENCE), Next::Do(Step::FindCharge(Some(charge_id()))));
    progress.pass_time(start().plus(PATIENCE.confirmation), &PATIENCE);
    assert_eq!(progress.next(Token::Gone, &PATIENCE), Next::Do(Step::CancelCharge(charge_id())));
    let gone = Outcome::Found(ChargeAnswer::Declined(Some(charge_id()), DeclineReason::Cancelled));
    let event = progress.record(gone, start(), &terms(), &PATIENCE);
    assert_eq!(event, Some(Event::Unpaid(Unpaid::Declined(DeclineReason::NotConfirmed))));
}

#[test]
fn only_paid_money_is_refunded_and_only_once() {
    for stage in every_stage() {
        let mut progress = at(stage.clone());
        let answer = progress.request_refund();
        let expected = match stage {
            Stage::Paid { .. } | Stage::Delivered { .. } => Ok(()),
            Stage::Refunding { .. } | Stage::Withdrawing(End::Refunded(_)) | Stage::Closed(End::Refunded(_)) => {
                Err(NotRefundable::AlreadyRefunded)
            }
            _ => Err(NotRefundable::NotPaid),
        };
        assert_eq!(answer, expected);
        if answer.is_ok() {
            assert_eq!(progress.next(Token::Gone, &PATIENCE), Next::Do(Step::Refund(charge_id())));
            assert_eq!(progress.request_refund(), Err(NotRefundable::AlreadyRefunded));
        }
    }
}

#[test]
fn a_refund_that_the_gateway_refuses_needs_a_person_and_leaves_the_guest() {
    let refunding = Stage::Refunding { charge: charge_id(), cause: RefundCause::Requested };
    let (stage, event) = after(&refunding, &Outcome::Refunded(RefundAnswer::Refused(RefundProblem::TooOld)));
    let cause = ManualCause::RefundRefused(RefundProblem::TooOld);
    assert_eq!((&stage, event), (&Stage::Manual { charge: Some(charge_id()), cause }, Some(Event::Manual(cause))));
    assert_eq!(at(stage).next(Token::Gone, &PATIENCE), Next::Nothing);
}
