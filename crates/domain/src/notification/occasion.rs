//! What a notice is about.

use time::Duration;

use crate::{
    Timestamp,
    gateway::Gateway,
    health::Condition,
    ids::{KeyId, PurchaseReference, RouterId},
};

/// What happened to a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PurchaseEvent {
    /// It was paid.
    Paid,
    /// The card was declined.
    Declined,
    /// Money went back.
    Refunded,
    /// A person has to decide.
    Manual,
}

/// What happened to a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RouterEvent {
    /// It has a problem.
    Down,
    /// It works again.
    Up,
}

impl RouterEvent {
    /// What a health check found that follows another one: news only if a problem begins or ends.
    pub fn between(before: Condition, after: Condition) -> Option<Self> {
        match (before, after) {
            (Condition::Online, Condition::Online) => None,
            (Condition::Online, _) => Some(Self::Down),
            (_, Condition::Online) => Some(Self::Up),
            (_, _) => None,
        }
    }
}

/// How many days before the end of a key its company gets a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DaysLeft {
    /// A month.
    Thirty,
    /// A week.
    Seven,
    /// A day.
    One,
}

impl DaysLeft {
    /// Every warning, the earliest first.
    pub const ALL: [Self; 3] = [Self::Thirty, Self::Seven, Self::One];

    /// The kind of its notices in the store and in the log.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Thirty => "api_key_expiring_30",
            Self::Seven => "api_key_expiring_7",
            Self::One => "api_key_expiring_1",
        }
    }

    /// The number of days.
    pub const fn get(self) -> u8 {
        match self {
            Self::Thirty => 30,
            Self::Seven => 7,
            Self::One => 1,
        }
    }

    /// The time before the end of the key.
    pub fn span(self) -> Duration {
        Duration::days(self.get().into())
    }

    /// The moments at which the keys of this warning expire: after the first, and until the second. A key in the range of a
    /// later warning gets that one only, so a service that was away does not send three at once.
    pub fn range(self, now: Timestamp) -> (Timestamp, Timestamp) {
        let later = match self {
            Self::Thirty => Self::Seven.span(),
            Self::Seven => Self::One.span(),
            Self::One => Duration::ZERO,
        };
        (now.plus(later), now.plus(self.span()))
    }
}

/// What a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// A purchase.
    Purchase(PurchaseEvent, PurchaseReference),
    /// A gateway refuses the company's credentials.
    CredentialsRefused(Gateway),
    /// A gateway has charges of one day that no purchase stands for. The occurrence is the day.
    UnknownCharges(Gateway),
    /// A router.
    Router(RouterEvent, RouterId),
    /// The key of a router expires.
    ApiKeyExpiring(DaysLeft, RouterId, KeyId),
}

impl Occasion {
    /// The kind of the occasion in the store and in the log.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Purchase(PurchaseEvent::Paid, _) => "purchase_paid",
            Self::Purchase(PurchaseEvent::Declined, _) => "purchase_declined",
            Self::Purchase(PurchaseEvent::Refunded, _) => "purchase_refunded",
            Self::Purchase(PurchaseEvent::Manual, _) => "purchase_manual",
            Self::CredentialsRefused(_) => "gateway_credentials_refused",
            Self::UnknownCharges(_) => "gateway_unknown_charges",
            Self::Router(RouterEvent::Down, _) => "router_down",
            Self::Router(RouterEvent::Up, _) => "router_up",
            Self::ApiKeyExpiring(days, ..) => days.kind(),
        }
    }

    /// What the occasion concerns, as the store and the log name it. A key is named behind its router: `RTR_… key_…`.
    pub fn subject(&self) -> String {
        match self {
            Self::Purchase(_, reference) => reference.as_str().to_owned(),
            Self::CredentialsRefused(gateway) | Self::UnknownCharges(gateway) => gateway.name().to_owned(),
            Self::Router(_, router) => router.as_str().to_owned(),
            Self::ApiKeyExpiring(_, router, key) => format!("{router} {key}"),
        }
    }

    /// The occasion of this kind and subject.
    pub fn restore(kind: &str, subject: &str) -> Option<Self> {
        let purchase = |event| PurchaseReference::parse(subject).map(|reference| Self::Purchase(event, reference));
        let router = |event| RouterId::parse(subject).map(|router| Self::Router(event, router));
        let key = |days| {
            let (router, key) = subject.split_once(' ')?;
            Some(Self::ApiKeyExpiring(days, RouterId::parse(router)?, KeyId::parse(key)?))
        };
        match kind {
            "purchase_paid" => purchase(PurchaseEvent::Paid),
            "purchase_declined" => purchase(PurchaseEvent::Declined),
            "purchase_refunded" => purchase(PurchaseEvent::Refunded),
            "purchase_manual" => purchase(PurchaseEvent::Manual),
            "gateway_credentials_refused" => Gateway::named(subject).map(Self::CredentialsRefused),
            "gateway_unknown_charges" => Gateway::named(subject).map(Self::UnknownCharges),
            "router_down" => router(RouterEvent::Down),
            "router_up" => router(RouterEvent::Up),
            kind => DaysLeft::ALL.into_iter().find(|days| days.kind() == kind).and_then(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn occasions() -> Vec<Occasion> {
        let reference = PurchaseReference::parse(&format!("compra_{:026}", 7)).unwrap();
        let router = RouterId::parse("RTR_A1B2C3D4").unwrap();
        let key = KeyId::parse("key_a1b2c3d4e5f6g7h8").unwrap();
        let purchases = [PurchaseEvent::Paid, PurchaseEvent::Declined, PurchaseEvent::Refunded, PurchaseEvent::Manual];
        let purchases = purchases.map(|event| Occasion::Purchase(event, reference.clone()));
        let gateways = Gateway::ALL.map(|gateway| {
            [Occasion::CredentialsRefused(gateway), Occasion::UnknownCharges(gateway)] //
        });
        let gateways = gateways.into_iter().flatten();
        let routers = [RouterEvent::Down, RouterEvent::Up].map(|event| Occasion::Router(event, router.clone()));
        let keys = DaysLeft::ALL.map(|days| Occasion::ApiKeyExpiring(days, router.clone(), key.clone()));
        purchases.into_iter().chain(gateways).chain(routers).chain(keys).collect()
    }

    #[test]
    fn an_occasion_is_restored_from_its_kind_and_subject() {
        for occasion in occasions() {
            assert_eq!(Occasion::restore(occasion.kind(), &occasion.subject()), Some(occasion.clone()), "{occasion:?}");
            assert_eq!(Occasion::restore(occasion.kind(), "x"), None);
            assert_eq!(Occasion::restore("x", &occasion.subject()), None);
        }
    }

    #[test]
    fn the_ranges_of_the_warnings_follow_one_another() {
        let now = Timestamp::new(datetime!(2025-01-15 09:00 UTC));
        let [thirty, seven, one] = DaysLeft::ALL.map(|days| days.range(now));
        assert_eq!((thirty.0, seven.0, one.0), (seven.1, one.1, now));
        assert_eq!(thirty.1, now.plus(Duration::days(30)));
    }

    #[test]
    fn one_problem_after_another_is_no_news() {
        let (online, away, refused) = (Condition::Online, Condition::Unreachable, Condition::AccessRefused);
        assert_eq!(RouterEvent::between(online, away), Some(RouterEvent::Down));
        assert_eq!(RouterEvent::between(refused, online), Some(RouterEvent::Up));
        assert_eq!(RouterEvent::between(away, refused), None);
        assert_eq!(RouterEvent::between(online, online), None);
    }
}
