//! The one place where async meets blocking.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::{sync::Semaphore, task, time};

/// Runs blocking work on threads beside the runtime, only so much at once.
///
/// Actix gives each of its workers a runtime with blocking threads of its own, up to 512 each; these permits are what
/// bounds them all together. Work that has begun is never cut off: it keeps its permit until it is done, also when its
/// caller has stopped waiting, so that callers who give up do not pile up threads.
#[derive(Clone, Debug)]
pub struct BlockingPool {
    permits: Arc<Semaphore>,
    patience: Duration,
}

/// Why there is no answer of some blocking work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// All permits were out for as long as patience lasted. The work did not begin.
    #[error("too much is being done already")]
    Busy,
    /// The work did not end in time. It may yet.
    #[error("it did not end in time")]
    TimedOut,
    /// The work panicked.
    #[error("it panicked")]
    Panicked,
}

impl BlockingPool {
    /// A pool that does `permits` pieces of work at once, and lets a caller wait for a permit for as long as `patience`.
    pub fn new(permits: usize, patience: Duration) -> Self {
        Self { permits: Arc::new(Semaphore::new(permits)), patience }
    }

    /// Runs the work and answers what it answered. The caller waits for `limit` at most, all in all; the work is told
    /// when that will be over.
    pub async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(Instant) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let deadline = Instant::now() + limit;
        let waited = time::timeout(self.patience.min(limit), Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = waited else { return Err(NoAnswer::Busy) };
        // The permit comes back with the answer, when the thread is about to be idle again: given back by the work itself, it
        // would reach the next caller while the thread still counts as busy, and cost a further thread.
        #[expect(clippy::disallowed_methods, reason = "this is the pool that bounds it")]
        let done = task::spawn_blocking(move || (work(deadline), permit));
        match time::timeout_at(deadline.into(), done).await {
            Ok(Ok((answer, _permit))) => Ok(answer),
            Ok(Err(_panicked)) => Err(NoAnswer::Panicked),
            Err(_elapsed) => Err(NoAnswer::TimedOut),
        }
    }
}
