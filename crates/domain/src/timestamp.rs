//! The moment, as Portero measures it.

use time::{Duration, OffsetDateTime, UtcOffset};

/// A moment in UTC, whole to the microsecond.
///
/// PostgreSQL keeps microseconds. The rest is cut when the value is made, so that a response equals a later read (`R3`).
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

    /// Microseconds since 1970-01-01T00:00:00Z: the moment as one number.
    pub const fn unix_micros(self) -> i64 {
        self.0.unix_timestamp() * 1_000_000 + self.0.microsecond() as i64
    }

    /// The moment so many microseconds after 1970-01-01T00:00:00Z, unless it lies beyond the end of time.
    pub fn from_unix_micros(micros: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok().map(Self)
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
    fn a_moment_is_one_number_and_back() {
        for (moment, micros) in [
            (datetime!(1970-01-01 0:00 UTC), 0),
            (datetime!(2025-01-15 9:00:00.123_456 UTC), 1_736_931_600_123_456),
            (datetime!(1969-12-31 23:59:59.999_999 UTC), -1),
            (datetime!(-9999-01-01 0:00 UTC), -377_705_116_800_000_000),
            (datetime!(9999-12-31 23:59:59.999_999 UTC), 253_402_300_799_999_999),
        ] {
            assert_eq!(Timestamp::new(moment).unix_micros(), micros);
            assert_eq!(Timestamp::from_unix_micros(micros), Some(Timestamp::new(moment)));
        }
        for beyond in [253_402_300_800_000_000, -377_705_116_800_000_001, i64::MAX, i64::MIN] {
            assert_eq!(Timestamp::from_unix_micros(beyond), None);
        }
    }

    #[test]
    fn time_ends_rather_than_overflows() {
        let moment = Timestamp::new(datetime!(2025-01-15 9:00 UTC));
        assert!(moment.plus(Duration::MAX) > moment);
    }
}
