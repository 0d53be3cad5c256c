use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use portero_domain::{Timestamp, ports::Clock};
use time::Duration;

use crate::builders::start;

/// A clock that moves only when a test moves it. Its clones show the same time.
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<Mutex<Timestamp>>);

impl FixedClock {
    /// A clock that shows this time.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// Sets the time.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves the time on, or back by a negative span. Answers the new time.
    pub fn advance(&self, span: Duration) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.plus(span);
        *now
    }
}

/// Shows the moment at which wire.md's examples begin, [`start`].
impl Default for FixedClock {
    fn default() -> Self {
        Self::at(start())
    }
}

#[async_trait]
impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the time on.
    async fn sleep(&self, span: Duration) {
        self.advance(span);
    }
}
