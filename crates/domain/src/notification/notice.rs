//! A notice that is due until it is sent.

use time::Duration;

use crate::{
    Timestamp,
    gateway::Gateway,
    ids::{CompanyId, KeyId, PurchaseReference, RouterId},
};

/// The number of a notice in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoticeId(i64);

impl NoticeId {
    /// The notice with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

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

/// How many days before a key expires its company is told.
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

    /// The time before the end of the key.
    pub const fn span(self) -> Duration {
        Duration::days(match self {
            Self::Thirty => 30,
            Self::Seven => 7,
            Self::One => 1,
        })
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
            Self::Router(RouterEvent::Down, _) => "router_down",
            Self::Router(RouterEvent::Up, _) => "router_up",
            Self::ApiKeyExpiring(DaysLeft::Thirty, ..) => "api_key_expiring_30",
            Self::ApiKeyExpiring(DaysLeft::Seven, ..) => "api_key_expiring_7",
            Self::ApiKeyExpiring(DaysLeft::One, ..) => "api_key_expiring_1",
        }
    }

    /// What the occasion concerns, as the store and the log name it. A key is named behind its router: `RTR_… key_…`.
    pub fn subject(&self) -> String {
        match self {
            Self::Purchase(_, reference) => reference.as_str().to_owned(),
            Self::CredentialsRefused(gateway) => gateway.name().to_owned(),
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
            "router_down" => router(RouterEvent::Down),
            "router_up" => router(RouterEvent::Up),
            "api_key_expiring_30" => key(DaysLeft::Thirty),
            "api_key_expiring_7" => key(DaysLeft::Seven),
            "api_key_expiring_1" => key(DaysLeft::One),
            _ => None,
        }
    }
}

/// A notice to store. The store keeps one of each company, occasion and occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The company that is told.
    pub company: CompanyId,
    /// What it is told of.
    pub occasion: Occasion,
    /// Tells occasions of the same kind and subject apart.
    pub occurrence: i64,
}

impl NewNotice {
    /// A notice of what happens once to its subject, such as the payment of a purchase.
    pub const fn once(company: CompanyId, occasion: Occasion) -> Self {
        Self { company, occasion, occurrence: 0 }
    }

    /// The `number`th notice of this occasion, such as the second refund of a purchase.
    pub fn numbered(company: CompanyId, occasion: Occasion, number: u32) -> Self {
        Self { company, occasion, occurrence: number.into() }
    }

    /// A notice of what happened at this moment and may happen again at another one.
    pub const fn at(company: CompanyId, occasion: Occasion, moment: Timestamp) -> Self {
        Self { company, occasion, occurrence: moment.unix_micros() }
    }

    /// A notice of what is said at most once a day (UTC), such as that a gateway refuses the credentials.
    pub const fn daily(company: CompanyId, occasion: Occasion, moment: Timestamp) -> Self {
        Self { company, occasion, occurrence: moment.unix_seconds().div_euclid(86_400) }
    }
}

/// A notice that a process has claimed to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: NoticeId,
    /// The company that is told.
    pub company: CompanyId,
    /// What it is told of.
    pub occasion: Occasion,
    /// See [`NewNotice::occurrence`].
    pub occurrence: i64,
    /// Which try this is, from 1.
    pub tries: u16,
}

impl Notice {
    /// How often a notice is tried at most.
    pub const MAX_TRIES: u16 = 8;

    /// How long the next try waits after this one failed. `None` after the last try.
    pub fn wait(&self) -> Option<Duration> {
        const SECONDS: [i64; Notice::MAX_TRIES as usize - 1] = [10, 60, 300, 900, 3_600, 10_800, 21_600];
        let failed = usize::from(self.tries).saturating_sub(1);
        SECONDS.get(failed).map(|&seconds| Duration::seconds(seconds))
    }

    /// The moment of a notice that was made by [`NewNotice::at`].
    pub fn moment(&self) -> Option<Timestamp> {
        Timestamp::from_unix_micros(self.occurrence)
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
        let gateways = Gateway::ALL.map(Occasion::CredentialsRefused);
        let routers = [RouterEvent::Down, RouterEvent::Up].map(|event| Occasion::Router(event, router.clone()));
        let keys = DaysLeft::ALL.map(|days| Occasion::ApiKeyExpiring(days, router.clone(), key.clone()));
        purchases.into_iter().chain(gateways).chain(routers).chain(keys).collect()
    }

    fn company() -> CompanyId {
        CompanyId::parse("EMP_3A9F1C0B2D").unwrap()
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
    fn each_moment_and_each_day_has_its_own_notice() {
        let at = |hour: u8| Timestamp::new(datetime!(2025-01-15 00:00 UTC)).plus(Duration::hours(hour.into()));
        let occasion = Occasion::CredentialsRefused(Gateway::Conekta);
        let daily = |hour| NewNotice::daily(company(), occasion.clone(), at(hour));
        assert_eq!(daily(0), daily(23));
        assert_ne!(daily(23), daily(24));
        let moment = |hour| NewNotice::at(company(), occasion.clone(), at(hour));
        assert_ne!(moment(1), moment(2));
        let NewNotice { company, occasion, occurrence } = moment(3);
        let notice = Notice { id: NoticeId::new(1), company, occasion, occurrence, tries: 1 };
        assert_eq!(notice.moment(), Some(at(3)));
    }

    #[test]
    fn eight_tries_wait_longer_each_time() {
        let wait = |tries| {
            let occasion = Occasion::CredentialsRefused(Gateway::Conekta);
            Notice { id: NoticeId::new(1), company: company(), occasion, occurrence: 0, tries }.wait()
        };
        let waits: Vec<_> = (1..=Notice::MAX_TRIES).map(wait).collect();
        assert!(waits[..7].is_sorted() && waits[..7].iter().all(Option::is_some));
        assert_eq!((waits[7], wait(9)), (None, None));
    }

    #[test]
    fn the_ranges_of_the_warnings_follow_one_another() {
        let now = Timestamp::new(datetime!(2025-01-15 09:00 UTC));
        let [thirty, seven, one] = DaysLeft::ALL.map(|days| days.range(now));
        assert_eq!((thirty.0, seven.0, one.0), (seven.1, one.1, now));
        assert_eq!(thirty.1, now.plus(Duration::days(30)));
    }
}
