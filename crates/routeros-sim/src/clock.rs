//! The router's clock: real time, or time that a test moves.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

/// The time since the router started. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    started: Option<Instant>,
    moved: Arc<AtomicU64>,
    ticks: watch::Sender<()>,
}

impl Clock {
    /// A clock that runs by itself, and can be moved forward too.
    pub fn running() -> Self {
        Self { started: Some(Instant::now()), moved: Arc::default(), ticks: watch::Sender::default() }
    }

    /// A clock that moves only by [`Clock::advance`].
    pub fn standing() -> Self {
        Self { started: None, moved: Arc::default(), ticks: watch::Sender::default() }
    }

    /// Time since the start.
    pub fn now(&self) -> Duration {
        let ran = self.started.map_or(Duration::ZERO, |started| started.elapsed());
        ran + Duration::from_nanos(self.moved.load(Ordering::SeqCst))
    }

    /// Moves the clock forward: authorisations end, limits are reached, cookies expire.
    pub fn advance(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.moved.fetch_add(nanos, Ordering::SeqCst);
        self.ticks.send_replace(());
    }

    /// Whether it runs by itself.
    pub fn runs(&self) -> bool {
        self.started.is_some()
    }

    /// Wakes whenever the clock was moved by hand.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.ticks.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_told_and_for_every_clone() {
        let clock = Clock::standing();
        let other = clock.clone();
        assert_eq!(clock.now(), Duration::ZERO);
        other.advance(Duration::from_secs(90));
        assert_eq!(clock.now(), Duration::from_secs(90));
    }
}
