//! A notice that is due until it is sent.

use time::Duration;

use super::Occasion;
use crate::{Timestamp, ids::CompanyId};

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

/// A notice to store. The store keeps one of each company, occasion and occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The company that gets it.
    pub company: CompanyId,
    /// What it is about.
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
    /// The company that gets it.
    pub company: CompanyId,
    /// What it is about.
    pub occasion: Occasion,
    /// See [`NewNotice::occurrence`].
    pub occurrence: i64,
    /// Which try this is, from 1.
    pub tries: u16,
}

/// How a notice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeOutcome {
    /// The messenger has it.
    Sent,
    /// The company wants no notices, or what the notice is about is gone.
    Unwanted,
    /// The messenger refused it for good, or no try succeeded.
    GivenUp,
}

impl Notice {
    /// How many notices of one company are sent at once by one process.
    pub const AT_ONCE: u16 = 2;

    /// How long a claim lasts. A try takes less.
    pub const LEASE: Duration = Duration::minutes(1);

    /// How long a notice is kept after its end. A scan finds each expiring key for less than
    /// that, so it stores no notice a second time.
    pub const KEPT: Duration = Duration::days(90);

    /// How often a notice is tried at most.
    pub const MAX_TRIES: u16 = 8;

    /// How long the next try waits after this one failed. `None` after the last try.
    pub fn wait(&self) -> Option<Duration> {
        const SECONDS: [i64; Notice::MAX_TRIES as usize - 1] = [10, 60, 300, 900, 3_600, 10_800, 21_600];
        let failed = usize::from(self.tries).saturating_sub(1);
        SECONDS.get(failed).map(|&seconds| Duration::seconds(seconds))
    }

    /// The start of the day (UTC) of a notice that was made by [`NewNotice::daily`].
    pub fn day(&self) -> Option<Timestamp> {
        self.occurrence.checked_mul(86_400_000_000).and_then(Timestamp::from_unix_micros)
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
    use crate::gateway::Gateway;

    fn company() -> CompanyId {
        CompanyId::parse("EMP_3A9F1C0B2D").unwrap()
    }

    #[test]
    fn each_moment_and_each_day_has_its_own_notice() {
        let at = |hour: u8| Timestamp::new(datetime!(2025-01-15 00:00 UTC)).plus(Duration::hours(hour.into()));
        let occasion = Occasion::CredentialsRefused(Gateway::Conekta);
        let daily = |hour| NewNotice::daily(company(), occasion.clone(), at(hour));
        assert_eq!(daily(0), daily(23));
        assert_ne!(daily(23), daily(24));
        let NewNotice { company: owner, occasion: what, occurrence } = daily(23);
        let notice = Notice { id: NoticeId::new(1), company: owner, occasion: what, occurrence, tries: 1 };
        assert_eq!(notice.day(), Some(at(0)));
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
}
