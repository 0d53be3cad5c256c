//! The moment, as Portero measures it.

use time::{Duration, OffsetDateTime, UtcOffset};

/// A moment in UTC, whole to the microsecond.
///
/// PostgreSQL keeps microseconds; cutting the rest when the value is made lets an answer equal what
/// is later read back (decisions, "Times").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The given moment, moved to UTC and cut to the microsecond.
    pub fn new(moment: OffsetDateTime) -> Self {
        let moment = moment.to_offset(UtcOffset::UTC);
        let excess = i64::from(moment.nanosecond() % 1_000);
        Self(moment - Duration::nanoseconds(excess))
    }

    /// The moment as the `time` crate knows it, in UTC.
    pub const fn get(self) -> OffsetDateTime {
        self.0
    }

    /// The same moment cut to the second, the grain of a JWT's `iat` and `exp`.
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0 - Duration::microseconds(i64::from(self.0.microsecond())))
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn unix_seconds(self) -> i64 {
        self.0.unix_timestamp()
    }

    /// The moment this much later; the end of time where that would lie beyond it.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let end = OffsetDateTime::new_utc(time::Date::MAX, time::Time::MIDNIGHT);
        Self::new(self.0.checked_add(span).unwrap_or(end))
    }

    /// How long after `earlier` this is; negative when it is before.
    pub fn since(self, earlier: Self) -> Duration {
        self.0 - earlier.0
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_moment_is_cut_to_the_microsecond_and_moved_to_utc() {
        let moment = Timestamp::new(datetime!(2025-01-15 10:00:00.123_456_999 +1));
        assert_eq!(moment.get(), datetime!(2025-01-15 9:00:00.123_456 UTC));
        assert_eq!(moment.whole_second().get(), datetime!(2025-01-15 9:00:00 UTC));
    }

    #[test]
    fn a_moment_before_the_epoch_is_cut_too() {
        let moment = Timestamp::new(datetime!(1969-12-31 23:59:59.999_999_999 UTC));
        assert_eq!(moment.get(), datetime!(1969-12-31 23:59:59.999_999 UTC));
        assert_eq!(moment.unix_seconds(), -1);
    }

    #[test]
    fn time_ends_rather_than_overflows() {
        let moment = Timestamp::new(datetime!(2025-01-15 9:00 UTC));
        assert!(moment.plus(Duration::MAX) > moment);
    }
}
