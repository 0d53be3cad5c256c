//! A stage in parts, as a store keeps it.

use super::{Cause, ChargeId, Charging, End, Stage, names::names};
use crate::Timestamp;

/// A stage without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the stage of that name")]
pub enum StageKind {
    Opened,
    Reserved,
    Charging,
    Confirming,
    Cancelling,
    Paid,
    Delivered,
    Refunding,
    Withdrawing,
    Closed,
    Manual,
}

names!(StageKind {
    Opened => "opened",
    Reserved => "reserved",
    Charging => "charging",
    Confirming => "confirming",
    Cancelling => "cancelling",
    Paid => "paid",
    Delivered => "delivered",
    Refunding => "refunding",
    Withdrawing => "withdrawing",
    Closed => "closed",
    Manual => "manual",
});

/// A stage in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageParts {
    /// Which stage.
    pub kind: StageKind,
    /// Why, where the stage has a cause.
    pub cause: Option<Cause>,
    /// The charge, where the stage names one.
    pub charge: Option<ChargeId>,
    /// The moment that the stage names: since, until or at.
    pub at: Option<Timestamp>,
    /// How often the gateway has said that it has no such charge.
    pub absences: u8,
}

impl StageParts {
    fn of(kind: StageKind) -> Self {
        Self { kind, cause: None, charge: None, at: None, absences: 0 }
    }

    fn ended(kind: StageKind, end: &End) -> Self {
        let (cause, charge) = match end {
            End::Unpaid(why) => (Cause::Unpaid(*why), None),
            End::Refunded(charge) => (Cause::Refunded, Some(charge.clone())),
            End::ChargedBack(charge) => (Cause::ChargedBack, Some(charge.clone())),
        };
        Self { cause: Some(cause), charge, ..Self::of(kind) }
    }

    fn end(self) -> Option<End> {
        match (self.cause?, self.charge) {
            (Cause::Unpaid(why), None) => Some(End::Unpaid(why)),
            (Cause::Refunded, Some(charge)) => Some(End::Refunded(charge)),
            (Cause::ChargedBack, Some(charge)) => Some(End::ChargedBack(charge)),
            _ => None,
        }
    }
}

impl From<&Stage> for StageParts {
    fn from(stage: &Stage) -> Self {
        match stage {
            Stage::Opened => Self::of(StageKind::Opened),
            Stage::Reserved { unreachable } => {
                Self { cause: unreachable.then_some(Cause::GatewayUnreachable), ..Self::of(StageKind::Reserved) }
            }
            Stage::Charging(Charging { since, charge, absences }) => {
                Self { charge: charge.clone(), at: Some(*since), absences: *absences, ..Self::of(StageKind::Charging) }
            }
            Stage::Confirming { charge, until } => {
                Self { charge: Some(charge.clone()), at: Some(*until), ..Self::of(StageKind::Confirming) }
            }
            Stage::Cancelling { charge, why } => Self {
                cause: Some(Cause::Unpaid(*why)),
                charge: Some(charge.clone()),
                ..Self::of(StageKind::Cancelling)
            },
            Stage::Paid { charge, at } => {
                Self { charge: Some(charge.clone()), at: Some(*at), ..Self::of(StageKind::Paid) }
            }
            Stage::Delivered { charge } => Self { charge: Some(charge.clone()), ..Self::of(StageKind::Delivered) },
            Stage::Refunding { charge, cause } => Self {
                cause: Some(Cause::Refund(*cause)),
                charge: Some(charge.clone()),
                ..Self::of(StageKind::Refunding)
            },
            Stage::Withdrawing(end) => Self::ended(StageKind::Withdrawing, end),
            Stage::Closed(end) => Self::ended(StageKind::Closed, end),
            Stage::Manual { charge, cause } => {
                Self { cause: Some(Cause::Manual(*cause)), charge: charge.clone(), ..Self::of(StageKind::Manual) }
            }
        }
    }
}

impl TryFrom<StageParts> for Stage {
    type Error = ImpossibleStage;

    fn try_from(parts: StageParts) -> Result<Self, ImpossibleStage> {
        let stage = match (parts.kind, parts.cause, parts.charge.clone(), parts.at) {
            (StageKind::Opened, None, None, None) => Self::Opened,
            (StageKind::Reserved, None, None, None) => Self::Reserved { unreachable: false },
            (StageKind::Reserved, Some(Cause::GatewayUnreachable), None, None) => Self::Reserved { unreachable: true },
            (StageKind::Charging, None, charge, Some(since)) => {
                return Ok(Self::Charging(Charging { since, charge, absences: parts.absences }));
            }
            (StageKind::Confirming, None, Some(charge), Some(until)) => Self::Confirming { charge, until },
            (StageKind::Cancelling, Some(Cause::Unpaid(why)), Some(charge), None) => Self::Cancelling { charge, why },
            (StageKind::Paid, None, Some(charge), Some(at)) => Self::Paid { charge, at },
            (StageKind::Delivered, None, Some(charge), None) => Self::Delivered { charge },
            (StageKind::Refunding, Some(Cause::Refund(cause)), Some(charge), None) => Self::Refunding { charge, cause },
            (StageKind::Manual, Some(Cause::Manual(cause)), charge, None) => Self::Manual { charge, cause },
            (StageKind::Withdrawing, Some(_), _, None) => {
                Self::Withdrawing(parts.clone().end().ok_or(ImpossibleStage)?)
            }
            (StageKind::Closed, Some(_), _, None) => Self::Closed(parts.clone().end().ok_or(ImpossibleStage)?),
            _ => return Err(ImpossibleStage),
        };
        if parts.absences == 0 { Ok(stage) } else { Err(ImpossibleStage) }
    }
}

/// Parts that no stage has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no stage of a purchase has these parts")]
pub struct ImpossibleStage;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::purchase::{DeclineReason, ManualCause, RefundCause, Unpaid};

    fn stages() -> Vec<Stage> {
        let charge = || ChargeId::parse("ord_1").unwrap();
        let at = Timestamp::new(datetime!(2026-01-15 9:00 UTC));
        let why = Unpaid::Declined(DeclineReason::Expired);
        let ends = [End::Unpaid(why), End::Refunded(charge()), End::ChargedBack(charge())];
        let mut stages = vec![
            Stage::Opened,
            Stage::Reserved { unreachable: false },
            Stage::Reserved { unreachable: true },
            Stage::Charging(Charging { since: at, charge: None, absences: 0 }),
            Stage::Charging(Charging { since: at, charge: Some(charge()), absences: 2 }),
            Stage::Confirming { charge: charge(), until: at },
            Stage::Cancelling { charge: charge(), why },
            Stage::Paid { charge: charge(), at },
            Stage::Delivered { charge: charge() },
            Stage::Refunding { charge: charge(), cause: RefundCause::Late },
            Stage::Manual { charge: None, cause: ManualCause::Mismatch },
            Stage::Manual { charge: Some(charge()), cause: ManualCause::Mismatch },
        ];
        stages.extend(ends.clone().map(Stage::Withdrawing));
        stages.extend(ends.map(Stage::Closed));
        stages
    }

    #[test]
    fn every_stage_comes_back_from_its_parts() {
        for stage in stages() {
            assert_eq!(Stage::try_from(StageParts::from(&stage)), Ok(stage));
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_are_no_stage() {
        for stage in stages() {
            let parts = StageParts::from(&stage);
            let delivered = stage == Stage::Delivered { charge: ChargeId::parse("ord_1").unwrap() };
            let other = StageParts { kind: StageKind::Delivered, ..parts.clone() };
            assert_eq!(Stage::try_from(other).is_ok(), delivered, "{parts:?}");
            let other = StageParts { cause: Some(Cause::Refunded), charge: None, ..parts };
            assert_eq!(Stage::try_from(other), Err(ImpossibleStage));
        }
    }
}
