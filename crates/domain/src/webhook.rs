//! Webhooks: a gateway's notice that one of its charges changed.

use time::Duration;

use crate::{
    Timestamp,
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    purchase::ChargeId,
};

/// A gateway's notice that a charge changed. It says which charge to ask the gateway about, and nothing else of it is
/// believed (`R1903`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEvent {
    /// The company whose account the gateway named.
    pub company: CompanyId,
    /// The gateway.
    pub gateway: Gateway,
    /// The gateway's identity of the event. A repeated delivery has the same one.
    pub id: EventId,
    /// The charge.
    pub charge: ChargeId,
    /// The purchase that the notice names, if it names one.
    pub purchase: Option<PurchaseReference>,
}

/// A gateway's identity of an event: 1 to 100 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EventId(String);

impl EventId {
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

/// An event that a process works on for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventClaim {
    /// The event.
    pub event: WebhookEvent,
    /// When the event arrived.
    pub received_at: Timestamp,
    /// When the event was claimed.
    pub claimed_at: Timestamp,
    /// How many times the event was claimed, this time included. The number tells this claim from later ones.
    pub tries: u32,
}

impl EventClaim {
    /// How long an event of an unknown charge is retried (`R1910`).
    pub const SOUGHT: Duration = Duration::DAY;

    /// How long an event is kept (`R1910`).
    pub const KEPT: Duration = Duration::days(90);

    /// The longest wait between two tries.
    const LONGEST_WAIT: Duration = Duration::HOUR;

    /// The wait until the next try. It doubles from two seconds to an hour, because most unknown charges are of purchases
    /// whose own response is on its way.
    pub fn wait(&self) -> Duration {
        let doublings = self.tries.saturating_sub(1).min(16);
        Duration::seconds(2_i64.pow(doublings + 1)).min(Self::LONGEST_WAIT)
    }

    /// Whether an event of an unknown charge has been retried for long enough.
    pub fn is_overdue(&self) -> bool {
        self.claimed_at.since(self.received_at) >= Self::SOUGHT
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn claim(tries: u32, age: Duration) -> EventClaim {
        let received_at = Timestamp::new(datetime!(2025-01-15 09:00 UTC));
        let claimed_at = received_at.plus(age);
        EventClaim {
            event: WebhookEvent {
                company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
                gateway: Gateway::Conekta,
                id: EventId::parse("evt_1").unwrap(),
                charge: ChargeId::parse("ord_1").unwrap(),
                purchase: None,
            },
            received_at,
            claimed_at,
            tries,
        }
    }

    #[test]
    fn an_event_id_is_short_visible_ascii() {
        for good in ["12345", "6a0f3c", "~"] {
            assert_eq!(EventId::parse(good).unwrap().as_str(), good);
        }
        assert!(EventId::parse(&"x".repeat(100)).is_some());
        for bad in ["", " ", "a b", "ñ", "a\0", &"x".repeat(101)] {
            assert_eq!(EventId::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_waits_grow_from_two_seconds_to_an_hour() {
        let waits: Vec<_> = (1..=13).map(|tries| claim(tries, Duration::ZERO).wait().whole_seconds()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600]);
        assert_eq!(claim(u32::MAX, Duration::ZERO).wait(), Duration::HOUR);
    }

    #[test]
    fn an_unknown_charge_is_sought_for_a_day() {
        assert!(!claim(1, Duration::DAY - Duration::MICROSECOND).is_overdue());
        assert!(claim(1, Duration::DAY).is_overdue());
    }
}
