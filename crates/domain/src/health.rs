//! The health of a router, by its last check.

use time::Duration;

use crate::{
    Timestamp,
    ids::{CompanyId, RouterId},
    ports::{CertificateProblem, HotspotError, HotspotResult, Vitals},
    router::Router,
    text::Name,
};

/// What a look at a router found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// It answers.
    Online,
    /// It does not answer, or not in time.
    Unreachable,
    /// It responds, and rejects the log-in or a command.
    AccessRefused,
    /// It waits for an admin to confirm its certificate.
    CertificateUnconfirmed,
    /// It shows another certificate than the confirmed one, or none.
    CertificateChanged,
    /// Portero does not connect to its address.
    AddressRefused,
}

/// How a router is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterHealth {
    /// Which router.
    pub router: RouterId,
    /// What the last look found.
    pub condition: Condition,
    /// Since when every look has found that.
    pub since: Timestamp,
    /// When the last look was.
    pub checked_at: Timestamp,
    /// What went wrong at it.
    pub error: Option<String>,
    /// The last time that it answered.
    pub contact: Option<Contact>,
}

/// An answer of a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// When it came.
    pub at: Timestamp,
    /// How long it took.
    pub latency: std::time::Duration,
    /// What RouterOS the router ran.
    pub version: String,
    /// How far its clock was ahead of ours, if it said.
    pub clock_skew: Option<Duration>,
}

/// One change in how a router is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthChange {
    /// When it was noticed.
    pub at: Timestamp,
    /// What was found from then on.
    pub condition: Condition,
    /// What went wrong.
    pub error: Option<String>,
}

/// A router that a process has claimed for a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The router as it was then.
    pub router: Router,
    /// When it is due again. It tells this claim from every other one of the router.
    pub next_check: Timestamp,
}

/// A router as the fleet's keeper sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetRouter {
    /// Which router.
    pub router: RouterId,
    /// Whose it is.
    pub company: CompanyId,
    /// What it is called.
    pub name: Name,
    /// Whether it is checked: the router and its company are active.
    pub watched: bool,
    /// How the last look found it.
    pub health: Option<RouterHealth>,
}

/// How a router of the fleet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FleetState {
    /// It is not checked, whatever the last result was.
    Unwatched,
    /// It was not checked yet.
    Unknown,
    /// The last look found this.
    Found(Condition),
}

impl FleetRouter {
    /// How it stands.
    pub fn state(&self) -> FleetState {
        match &self.health {
            _ if !self.watched => FleetState::Unwatched,
            None => FleetState::Unknown,
            Some(health) => FleetState::Found(health.condition),
        }
    }
}

impl Condition {
    /// What an error of a router says about it.
    const fn of(error: &HotspotError) -> Self {
        match error {
            HotspotError::AddressRefused => Self::AddressRefused,
            HotspotError::Certificate(CertificateProblem::Unconfirmed { .. }) => Self::CertificateUnconfirmed,
            HotspotError::Certificate(CertificateProblem::Changed { .. }) | HotspotError::Tls(_) => {
                Self::CertificateChanged
            }
            HotspotError::LogIn(_) | HotspotError::Rejected { .. } => Self::AccessRefused,
            HotspotError::Unreachable(_) | HotspotError::Busy { .. } | HotspotError::Unknown(_) => Self::Unreachable,
        }
    }
}

impl RouterHealth {
    /// The health of a router after a check. `before` is the health before, if it was checked before.
    pub fn after(before: Option<&Self>, router: &RouterId, look: HotspotResult<Vitals>, now: Timestamp) -> Self {
        let condition = look.as_ref().map_or_else(Condition::of, |_| Condition::Online);
        let since = before.filter(|before| before.condition == condition).map_or(now, |before| before.since);
        let (error, contact) = match look {
            Ok(vitals) => (None, Some(Contact::from(vitals, now))),
            Err(error) => (Some(tidy(&error.to_string())), before.and_then(|before| before.contact.clone())),
        };
        Self { router: router.clone(), condition, since, checked_at: now, error, contact }
    }

    /// The change that this is from how the router was before, if it is one. The first look is one.
    pub fn change_from(&self, before: Option<&Self>) -> Option<HealthChange> {
        let changed = before.is_none_or(|before| before.condition != self.condition);
        changed.then(|| HealthChange { at: self.checked_at, condition: self.condition, error: self.error.clone() })
    }
}

impl Contact {
    fn from(vitals: Vitals, now: Timestamp) -> Self {
        let Vitals { version, clock, latency, .. } = vitals;
        Self { at: now, latency, version: tidy(&version), clock_skew: clock.map(|clock| clock.since(now)) }
    }
}

/// How much is kept of a text that may hold a router's own words, in characters.
const WORDS: usize = 300;

/// A router may say anything, so control characters become blanks and what is too long is cut.
fn tidy(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration as Span;

    use time::macros::datetime;

    use super::*;
    use crate::{
        network::CertificateFingerprint,
        ports::{LogInProblem, Rejection, TlsProblem},
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::new(datetime!(2025-01-15 09:00 UTC)).plus(Duration::minutes(minute))
    }

    fn router() -> RouterId {
        RouterId::parse("RTR_A1B2C3D4").unwrap()
    }

    fn vitals() -> Vitals {
        Vitals {
            identity: "MikroTik".to_owned(),
            version: "7.18.2 (stable)".to_owned(),
            clock: Some(at(0).plus(Duration::seconds(-90))),
            latency: Span::from_millis(12),
        }
    }

    fn silence() -> HotspotError {
        HotspotError::Unreachable("connection refused".to_owned())
    }

    fn after(before: Option<&RouterHealth>, look: HotspotResult<Vitals>, minute: i64) -> RouterHealth {
        RouterHealth::after(before, &router(), look, at(minute))
    }

    #[test]
    fn an_answer_is_a_contact() {
        let contact = Contact {
            at: at(0),
            latency: Span::from_millis(12),
            version: "7.18.2 (stable)".to_owned(),
            clock_skew: Some(Duration::seconds(-90)),
        };
        let health = RouterHealth {
            router: router(),
            condition: Condition::Online,
            since: at(0),
            checked_at: at(0),
            error: None,
            contact: Some(contact),
        };
        assert_eq!(after(None, Ok(vitals()), 0), health);
    }

    #[test]
    fn a_router_that_does_not_tell_the_time_has_no_skew() {
        let contact = after(None, Ok(Vitals { clock: None, ..vitals() }), 0).contact;
        assert_eq!(contact.unwrap().clock_skew, None);
    }

    #[test]
    fn what_went_wrong_is_told_and_the_last_contact_is_kept() {
        let online = after(None, Ok(vitals()), 0);
        let away = after(Some(&online), Err(silence()), 1);
        let expected = RouterHealth {
            condition: Condition::Unreachable,
            since: at(1),
            checked_at: at(1),
            error: Some("the router cannot be reached: connection refused".to_owned()),
            ..online.clone()
        };
        assert_eq!(away, expected);
        assert_eq!(after(None, Err(silence()), 1).contact, None);
    }

    #[test]
    fn a_condition_lasts_from_the_first_look_that_found_it_without_a_break() {
        let first = after(None, Err(silence()), 1);
        let second = after(Some(&first), Err(HotspotError::Unknown("it hung up".to_owned())), 2);
        assert_eq!((second.since, second.checked_at), (at(1), at(2)));
        assert_eq!(second.error.as_deref(), Some("it is unknown whether the router made the change: it hung up"));
        let back = after(Some(&second), Ok(vitals()), 3);
        assert_eq!((back.since, back.error), (at(3), None));
    }

    #[test]
    fn every_error_says_something_about_the_router() {
        let (confirmed, found) = (CertificateFingerprint::new([1; 32]), CertificateFingerprint::new([2; 32]));
        let rejected = HotspotError::Rejected { kind: Rejection::PermissionDenied, text: "not enough".to_owned() };
        for (error, condition) in [
            (HotspotError::AddressRefused, Condition::AddressRefused),
            (CertificateProblem::Unconfirmed { found }.into(), Condition::CertificateUnconfirmed),
            (CertificateProblem::Changed { confirmed, found }.into(), Condition::CertificateChanged),
            (TlsProblem::NoCommonCipher.into(), Condition::CertificateChanged),
            (LogInProblem::WrongCredentials.into(), Condition::AccessRefused),
            (LogInProblem::NoApiPolicy.into(), Condition::AccessRefused),
            (rejected, Condition::AccessRefused),
            (silence(), Condition::Unreachable),
            (HotspotError::Busy { retry_after: Span::from_secs(1) }, Condition::Unreachable),
            (HotspotError::Unknown("it hung up".to_owned()), Condition::Unreachable),
        ] {
            assert_eq!(after(None, Err(error.clone()), 0).condition, condition, "{error:?}");
        }
    }

    #[test]
    fn only_another_condition_is_a_change() {
        let first = after(None, Err(silence()), 1);
        let change = HealthChange { at: at(1), condition: Condition::Unreachable, error: first.error.clone() };
        assert_eq!(first.change_from(None), Some(change));
        let same = after(Some(&first), Err(HotspotError::Unknown("it hung up".to_owned())), 2);
        assert_eq!(same.change_from(Some(&first)), None);
        let back = after(Some(&same), Ok(vitals()), 3);
        let change = HealthChange { at: at(3), condition: Condition::Online, error: None };
        assert_eq!(back.change_from(Some(&same)), Some(change));
    }

    #[test]
    fn a_routers_own_words_are_cut_and_have_no_control_characters() {
        let words = "a\0b\u{9b}c\n".to_owned() + &"ñ".repeat(400);
        let rejected = HotspotError::Rejected { kind: Rejection::Other, text: words.clone() };
        let error = after(None, Err(rejected), 0).error.unwrap();
        assert!(error.starts_with("the router refused: a b c ñ"), "{error}");
        assert_eq!(error.chars().count(), WORDS);
        let contact = after(None, Ok(Vitals { version: words, ..vitals() }), 0).contact.unwrap();
        assert!(contact.version.starts_with("a b c ñ"), "{contact:?}");
        assert_eq!(contact.version.chars().count(), WORDS);
    }

    #[test]
    fn a_router_that_nobody_looks_at_stands_so_whatever_was_found_before() {
        let health = Some(after(None, Err(silence()), 0));
        let fleet_router = |watched, health| FleetRouter {
            router: router(),
            company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
            name: Name::parse("Router Principal").unwrap(),
            watched,
            health,
        };
        assert_eq!(fleet_router(true, health.clone()).state(), FleetState::Found(Condition::Unreachable));
        assert_eq!(fleet_router(true, None).state(), FleetState::Unknown);
        assert_eq!(fleet_router(false, health).state(), FleetState::Unwatched);
        assert_eq!(fleet_router(false, None).state(), FleetState::Unwatched);
    }
}
