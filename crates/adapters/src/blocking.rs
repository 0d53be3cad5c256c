//! The one place where async meets blocking.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use thiserror::Error;
use tokio::{sync::Semaphore, task, time};

/// Runs blocking work on threads beside the runtime, only so much at once.
///
/// Actix gives each worker a runtime with up to 512 blocking threads. These permits limit all of them together. Work
/// that has begun is never cut off. It keeps its permit until it is done, even if its caller has stopped waiting. So
/// callers that stop waiting do not pile up threads.
#[derive(Clone, Debug)]
pub struct BlockingPool {
    permits: Arc<Semaphore>,
    patience: Duration,
}

/// Why there is no answer of some blocking work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// All permits were out for as long as patience lasted. The work did not begin.
    #[error("too many requests are running")]
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

    /// Runs the work and returns its result. The caller waits at most `limit` in total. The work gets the moment at
    /// which that time ends.
    pub async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(Instant) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let deadline = Instant::now() + limit;
        let waited = time::timeout(self.patience.min(limit), Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = waited else { return Err(NoAnswer::Busy) };
        // The permit is returned with the result, when the thread is about to be idle. If the work returned it, the
        // next caller could get it while the thread still counts as busy, which would start another thread.
        #[expect(clippy::disallowed_methods, reason = "this is the pool that bounds it")]
        let done = task::spawn_blocking(move || (work(deadline), permit));
        match time::timeout_at(deadline.into(), done).await {
            Ok(Ok((answer, _permit))) => Ok(answer),
            Ok(Err(_panicked)) => Err(NoAnswer::Panicked),
            Err(_elapsed) => Err(NoAnswer::TimedOut),
        }
    }
}
