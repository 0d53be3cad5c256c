//! One job: rounds that follow one another.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use anyhow::anyhow;
use futures_util::FutureExt;
use tokio::{select, time::sleep};

use super::Stop;

/// The longest wait after failures, unless the job's own interval is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

type Round = Pin<Box<dyn Future<Output = anyhow::Result<usize>> + Send>>;

/// Work that is done again and again.
///
/// A round says how much it did. After a round that did something the next one begins at once, because there may be more.
/// After a round that did nothing the job waits for its interval. After failures it waits longer each time.
pub(crate) struct Job {
    name: &'static str,
    interval: Duration,
    round: Box<dyn Fn(Stop) -> Round + Send + Sync>,
}

impl Job {
    /// A job of this name. A round that can take long should end early when [`Stop`] says so.
    pub(crate) fn new<R, E>(
        name: &'static str,
        interval: Duration,
        round: impl Fn(Stop) -> R + Send + Sync + 'static,
    ) -> Self
    where
        R: Future<Output = Result<usize, E>> + Send + 'static,
        E: Into<anyhow::Error>,
    {
        let round = move |stop| {
            let round = round(stop);
            Box::pin(async move { round.await.map_err(Into::into) }) as Round
        };
        Self { name, interval, round: Box::new(round) }
    }

    /// Runs rounds until the process ends.
    pub(super) async fn run(self: Arc<Self>, stop: Stop) {
        let mut failures = 0;
        while !stop.is_requested() {
            let wait = match self.one_round(stop.clone()).await {
                Ok(done) => {
                    if failures > 0 {
                        tracing::info!(job = self.name, "background job works again");
                    }
                    failures = 0;
                    if done > 0 { Duration::ZERO } else { self.interval }
                }
                Err(error) => {
                    if failures == 0 {
                        tracing::error!(job = self.name, "background job fails, and is retried: {error:#}");
                    }
                    failures += 1;
                    self.wait_after(failures)
                }
            };
            select! {
                () = sleep(wait) => {}
                () = stop.clone().requested() => {}
            }
        }
    }

    /// One round. A panic in it is an error, so that it does not end the job.
    async fn one_round(&self, stop: Stop) -> anyhow::Result<usize> {
        let round = async { (self.round)(stop).await };
        let outcome = AssertUnwindSafe(round).catch_unwind().await;
        outcome.unwrap_or_else(|_| Err(anyhow!("it panicked")))
    }

    fn wait_after(&self, failures: u32) -> Duration {
        let longest = LONGEST_WAIT.max(self.interval);
        self.interval.saturating_mul(2_u32.saturating_pow(failures)).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::time::Instant;

    use super::*;

    type Outcome = anyhow::Result<usize>;

    const SECOND: Duration = Duration::from_secs(1);

    /// Runs these rounds and stops during the next. Returns how many whole seconds after the start each began.
    async fn begun(rounds: Vec<fn() -> Outcome>) -> Vec<u64> {
        let start = Instant::now();
        let (stopping, stop) = Stop::new();
        let rounds = Mutex::new(rounds.into_iter());
        let begun = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&begun);
        let job = Job::new("test", SECOND, move |_| {
            noted.lock().unwrap().push(start.elapsed().as_secs());
            let round = rounds.lock().unwrap().next();
            if round.is_none() {
                stopping.send_replace(true);
            }
            async move { round.map_or(Ok(0), |round| round()) }
        });
        Arc::new(job).run(stop).await;
        let begun = begun.lock().unwrap();
        begun.clone()
    }

    fn failing() -> Outcome {
        Err(anyhow!("no"))
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_did_something_is_followed_at_once_and_another_one_after_the_interval() {
        assert_eq!(begun(vec![|| Ok(3), || Ok(0), || Ok(0)]).await, [0, 0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_that_fail_follow_ever_later_until_one_works() {
        let rounds: Vec<fn() -> Outcome> = vec![failing; 7];
        let rounds = rounds.into_iter().chain([|| Ok(0), failing as fn() -> Outcome]).collect();
        assert_eq!(begun(rounds).await, [0, 2, 6, 14, 30, 60, 90, 120, 121, 123]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_panics_is_one_that_fails() {
        assert_eq!(begun(vec![|| panic!("a round that panics"), || Ok(0)]).await, [0, 2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_with_a_long_interval_waits_no_longer_after_failures() {
        let job = Job::new("test", Duration::from_mins(5), |_| async { failing() });
        assert_eq!(job.wait_after(3), Duration::from_mins(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_the_process_does() {
        let (stopping, stop) = Stop::new();
        let running = tokio::spawn(Arc::new(Job::new("test", SECOND, |_| async { failing() })).run(stop));
        sleep(Duration::from_secs(40)).await;
        let asked = Instant::now();
        stopping.send_replace(true);
        running.await.unwrap();
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }
}
