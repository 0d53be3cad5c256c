//! Work in the background: one runner and one shutdown for all jobs.
//!
//! [`jobs`](crate::jobs) lists the jobs. Each has a task of its own, so no job waits for another one.

mod job;

use std::{io, sync::Arc, time::Duration};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

pub(crate) use self::job::Job;

/// How long the rounds that run at SIGTERM may take to end. A router has less time for its response.
const DRAIN: Duration = Duration::from_secs(15);

/// Jobs that run.
pub(crate) struct Background {
    tasks: JoinSet<()>,
    stop: Stop,
}

impl Background {
    /// Starts these jobs. No round begins after SIGTERM.
    pub(crate) fn start(jobs: Vec<Job>) -> io::Result<Self> {
        let mut terminated = signal(SignalKind::terminate())?;
        let (stopping, stop) = Stop::new();
        tokio::spawn(async move {
            terminated.recv().await;
            stopping.send_replace(true);
        });
        Ok(Self { tasks: jobs.into_iter().map(|job| Arc::new(job).run(stop.clone())).collect(), stop })
    }

    /// Ends the jobs with the process. After SIGTERM the rounds that run may end, within limits. After anything else they
    /// are cut off.
    pub(crate) async fn end(mut self) {
        if self.stop.is_requested() {
            let drained = timeout(DRAIN, async { while self.tasks.join_next().await.is_some() {} }).await;
            if drained.is_err() {
                tracing::warn!(jobs = self.tasks.len(), "background jobs did not end in time and were cut off");
            }
        }
        self.tasks.shutdown().await;
    }
}

/// Whether the process is about to end.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether the process ends.
    pub(crate) fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the process ends.
    pub(crate) async fn requested(mut self) {
        // An error means that the sender is gone, which also happens only when the process ends.
        let _ = self.0.wait_for(|&stop| stop).await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    fn background(jobs: Vec<Job>) -> (watch::Sender<bool>, Background) {
        let (stopping, stop) = Stop::new();
        let tasks = jobs.into_iter().map(|job| Arc::new(job).run(stop.clone())).collect();
        (stopping, Background { tasks, stop })
    }

    /// A job whose rounds take this long.
    fn taking(span: Duration) -> Job {
        Job::new("test", Duration::from_secs(1), move |_| async move {
            sleep(span).await;
            anyhow::Ok(0)
        })
    }

    /// How long the end takes, in seconds.
    async fn end(jobs: Vec<Job>, terminated: bool) -> u64 {
        let (stopping, background) = background(jobs);
        sleep(Duration::from_millis(500)).await;
        if terminated {
            stopping.send_replace(true);
        }
        let begun = Instant::now();
        background.end().await;
        begun.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn after_sigterm_the_rounds_that_run_may_end_within_limits() {
        let seconds = |seconds| taking(Duration::from_secs(seconds));
        assert_eq!(end(vec![seconds(3), seconds(9)], true).await, 8);
        assert_eq!(end(vec![seconds(3), seconds(900)], true).await, 15);
        assert_eq!(end(Vec::new(), true).await, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn after_anything_else_they_are_cut_off() {
        assert_eq!(end(vec![taking(Duration::from_secs(9))], false).await, 0);
    }
}
