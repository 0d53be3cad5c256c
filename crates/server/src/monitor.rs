//! Looks at the routers in the background, for as long as the process serves.

use std::{io, time::Duration};

use actix_web::web::Data;
use portero_application::{Application, health::LookError};
use tokio::{
    select,
    signal::unix::{SignalKind, signal},
    sync::watch::{self, Receiver},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// How long to wait once nothing is due.
const IDLE: Duration = Duration::from_secs(1);

/// How long to wait at most when looking fails again and again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long the looks under way may take to end, which is longer than a router has to answer.
const DRAIN: Duration = Duration::from_secs(15);

/// The task that looks at the routers.
pub(crate) struct Monitor {
    task: JoinHandle<()>,
    stop: Receiver<bool>,
}

impl Monitor {
    /// Begins to look at routers. From SIGTERM on it begins no look more.
    pub(crate) fn start(application: Data<Application>) -> io::Result<Self> {
        let mut terminated = signal(SignalKind::terminate())?;
        let (stopping, stop) = watch::channel(false);
        tokio::spawn(async move {
            terminated.recv().await;
            stopping.send_replace(true);
        });
        let rounds_stop = stop.clone();
        let round = move || {
            let (application, stop) = (Data::clone(&application), rounds_stop.clone());
            async move { application.health.check_routers.execute(stopped(stop)).await }
        };
        let task = tokio::spawn(watch(round, stop.clone()));
        Ok(Self { task, stop })
    }

    /// Ends it when the process does: after SIGTERM once the looks under way have ended, after anything else at once.
    pub(crate) async fn end(mut self) {
        let drained = *self.stop.borrow() && timeout(DRAIN, &mut self.task).await.is_ok();
        if !drained {
            self.task.abort();
        }
    }
}

async fn stopped(mut stop: Receiver<bool>) {
    // Nobody who could say so is left when the process ends, which is as good.
    let _ = stop.wait_for(|&stop| stop).await;
}

/// One round after another. A round has a task of its own, so that not even a panic ends them.
async fn watch<R>(round: impl Fn() -> R, stop: Receiver<bool>)
where
    R: Future<Output = Result<usize, LookError>> + Send + 'static,
{
    let mut failures = 0;
    while !*stop.borrow() {
        let failure = match tokio::spawn(round()).await {
            Ok(Ok(_)) => None,
            Ok(Err(error)) => Some(anyhow::Error::from(error)),
            Err(panic) => Some(panic.into()),
        };
        match &failure {
            Some(error) if failures == 0 => tracing::error!("looking at routers fails: {error:#}"),
            None if failures > 0 => tracing::info!("looking at routers works again"),
            _ => {}
        }
        failures = if failure.is_some() { failures + 1 } else { 0 };
        select! {
            () = sleep(wait_after(failures)) => {}
            () = stopped(stop.clone()) => {}
        }
    }
}

/// How long to wait after so many failures in a row.
fn wait_after(failures: u32) -> Duration {
    IDLE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use portero_domain::ports::StorageError;
    use tokio::time::Instant;

    use super::*;

    type Round = Result<usize, LookError>;

    /// Runs these rounds and stops in the midst of the next. Answers how many whole seconds after the start each began.
    async fn begun(rounds: Vec<fn() -> Round>) -> Vec<u64> {
        let start = Instant::now();
        let (stopping, stop) = watch::channel(false);
        let rounds = Arc::new(Mutex::new(rounds.into_iter()));
        let begun = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&begun);
        let round = move || {
            noted.lock().unwrap().push(start.elapsed().as_secs());
            let round = rounds.lock().unwrap().next();
            if round.is_none() {
                stopping.send_replace(true);
            }
            async move { round.map_or(Ok(0), |round| round()) }
        };
        watch(round, stop).await;
        let begun = begun.lock().unwrap();
        begun.clone()
    }

    fn failing() -> Round {
        Err(StorageError::Busy.into())
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_follows_a_second_after_the_last() {
        assert_eq!(begun(vec![|| Ok(3), || Ok(0)]).await, [0, 1, 2]);
    }

    #[tokio::test(start_paused = true)]
    async fn rounds_that_fail_follow_ever_later_until_one_works() {
        let rounds: Vec<fn() -> Round> = vec![failing; 7];
        let rounds = rounds.into_iter().chain([|| Ok(1), failing as fn() -> Round]).collect();
        assert_eq!(begun(rounds).await, [0, 2, 6, 14, 30, 60, 90, 120, 121, 123]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_that_panics_is_one_that_fails() {
        assert_eq!(begun(vec![|| panic!("a round that panics"), || Ok(1)]).await, [0, 2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_the_process_does() {
        let (stopping, stop) = watch::channel(false);
        let watching = tokio::spawn(watch(failing_for_ever, stop));
        sleep(Duration::from_secs(40)).await;
        let asked = Instant::now();
        stopping.send_replace(true);
        watching.await.unwrap();
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }

    async fn failing_for_ever() -> Round {
        failing()
    }
}
