//! The gateways' clock: real time, or time that a test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// The time at a gateway. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    standing_at: Option<OffsetDateTime>,
    moved: Arc<AtomicU64>,
}

impl Clock {
    /// A clock that runs by itself. A test can also move it forward.
    pub fn running() -> Self {
        Self { standing_at: None, moved: Arc::default() }
    }

    /// A clock that moves only by [`Clock::advance`].
    pub fn standing(at: OffsetDateTime) -> Self {
        Self { standing_at: Some(at), moved: Arc::default() }
    }

    /// The time in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the rest of the simulator reads")]
    pub fn now(&self) -> OffsetDateTime {
        let start = self.standing_at.unwrap_or_else(OffsetDateTime::now_utc);
        start + Duration::from_millis(self.moved.load(Ordering::SeqCst))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.moved.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn unix(&self) -> i64 {
        self.now().unix_timestamp()
    }

    pub(crate) fn millis(&self) -> i64 {
        self.unix() * 1000 + i64::from(self.now().millisecond())
    }
}

/// The moment as RFC 3339 with milliseconds, the form that Mercado Pago writes.
pub(crate) fn rfc3339(moment: OffsetDateTime) -> String {
    let whole = moment.replace_millisecond(moment.millisecond()).unwrap_or(moment);
    let text = whole.format(&Rfc3339).unwrap_or_default();
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}.{:03}Z", moment.millisecond()),
        None => format!("{}.000Z", text.trim_end_matches('Z')),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_advanced() {
        let clock = Clock::standing(datetime!(2026-11-28 10:00 UTC));
        assert_eq!(rfc3339(clock.now()), "2026-11-28T10:00:00.000Z");
        clock.clone().advance(Duration::from_millis(1_250));
        assert_eq!(rfc3339(clock.now()), "2026-11-28T10:00:01.250Z");
        assert_eq!(clock.millis() - clock.unix() * 1000, 250);
    }
}
