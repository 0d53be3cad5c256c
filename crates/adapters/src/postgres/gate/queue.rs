use std::{
    error::Error,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Instant,
};

use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    ports::{Admission, Gate, GateError, PresentedKey, StorageError, Stored},
};
use r2d2::ManageConnection;
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time,
};

use super::batch::{self, Verdict, same_error};
use crate::{
    blocking::NoAnswer,
    postgres::{
        connection_string::{self, GATE_TIME_LIMIT},
        error::no_answer,
        executor::LIMIT,
        pool::{Manager, Pooled},
    },
};

/// The largest number of requests that wait. At 20,000 requests a second such a queue is worked off in a fifth of a second.
/// A longer queue would only delay the errors.
const QUEUE: usize = 4_096;

/// The largest number of requests in one statement, so that no batch holds its rows for long.
const BATCH: usize = 512;

/// Admits requests in batches: one statement for all that wait at the same time. It keeps no memory of keys.
///
/// There is no timer. While the database works on one batch, the next batch collects. When the thread is free it takes all
/// that wait, one request as well as 512. A request joins only a statement that begins after the request arrived, so it sees
/// everything that was committed before.
///
/// There is one thread with one connection. A second one makes the batches smaller, and each statement has a fixed cost:
/// with two, a request cost PostgreSQL half as much again.
///
/// A statement that fails is not sent again. It may have been committed before its response was lost, and a second one would
/// count twice.
pub struct PgGate {
    queue: mpsc::Sender<Request>,
}

/// A request that waits.
struct Request {
    key: PresentedKey,
    now: Timestamp,
    respond: oneshot::Sender<Result<Admission, GateError>>,
}

impl PgGate {
    /// A gate with a thread and a connection of its own. It connects when the first request arrives. This fails only if the
    /// system gives no thread.
    pub fn new(database_url: &str) -> std::io::Result<Self> {
        let (queue, requests) = mpsc::channel(QUEUE);
        let worker = Worker { manager: Manager::new(connection_string::for_gate(database_url)), open: None };
        thread::Builder::new().name("gate".to_owned()).spawn(move || worker.run(requests))?;
        Ok(Self { queue })
    }
}

#[async_trait]
impl Gate for PgGate {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let (respond, response) = oneshot::channel();
        self.queue.try_send(Request { key, now, respond }).map_err(|error| match error {
            TrySendError::Full(_) => StorageError::Busy,
            TrySendError::Closed(_) => StorageError::Failed("the gate has stopped".into()),
        })?;
        match time::timeout(LIMIT, response).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(_dropped)) => Err(no_answer(NoAnswer::Panicked).into()),
            Err(_elapsed) => Err(no_answer(NoAnswer::TimedOut).into()),
        }
    }
}

impl fmt::Debug for PgGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgGate").field("room", &self.queue.capacity()).finish()
    }
}

/// The gate's thread. It opens its connection when it needs one.
struct Worker {
    manager: Manager,
    open: Option<Pooled>,
}

impl Worker {
    /// Takes all requests that wait and responds to them, until the gate is dropped.
    fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut batch = Vec::with_capacity(BATCH);
        while requests.blocking_recv_many(&mut batch, BATCH) > 0 {
            if catch_unwind(AssertUnwindSafe(|| self.respond(&mut batch))).is_err() {
                // Dropping a request tells its caller that it failed.
                batch.clear();
                self.open = None;
            }
        }
    }

    /// Responds to every request of the batch and leaves the batch empty.
    fn respond(&mut self, batch: &mut Vec<Request>) {
        let verdicts = self.admit(batch);
        if let Some(error) = verdicts.as_ref().map_or_else(Some, |all| all.iter().find_map(|one| one.as_ref().err())) {
            let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
            tracing::warn!(outage = "gate", cause = format!("{error}{source}"), "portal requests failed");
            self.open = None;
        }
        match verdicts {
            Ok(verdicts) => {
                for (request, verdict) in batch.drain(..).zip(verdicts) {
                    let verdict = verdict.map_err(GateError::from).and_then(|verdict| verdict.map_err(GateError::from));
                    // The caller may have stopped waiting. The admission is counted all the same.
                    let _ = request.respond.send(verdict);
                }
            }
            Err(error) => {
                for request in batch.drain(..) {
                    let _ = request.respond.send(Err(same_error(&error).into()));
                }
            }
        }
    }

    fn admit(&mut self, batch: &mut Vec<Request>) -> Stored<Vec<Verdict>> {
        forget_abandoned(batch);
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let open = self.connected()?;
        // Connecting may have taken longer than some callers wait.
        forget_abandoned(batch);
        let requests: Vec<_> = batch.iter().map(|request| (&request.key, request.now)).collect();
        let begun = Instant::now();
        let verdicts = batch::admit(&mut open.connection, &requests);
        open.used();
        if begun.elapsed() < GATE_TIME_LIMIT {
            return verdicts;
        }
        Ok(verdicts.map_err(timed_out)?.into_iter().map(|verdict| verdict.map_err(timed_out)).collect())
    }

    /// The connection. One that was idle for long is checked first.
    fn connected(&mut self) -> Stored<&mut Pooled> {
        let kept = self.open.take().and_then(|mut open| self.manager.is_valid(&mut open).is_ok().then_some(open));
        let open = match kept {
            Some(open) => open,
            None => self.manager.connect().map_err(|error| StorageError::Unavailable(Box::new(error)))?,
        };
        Ok(self.open.insert(open))
    }
}

/// Drops the requests whose callers stopped waiting: they were told that nothing was done.
fn forget_abandoned(batch: &mut Vec<Request>) {
    batch.retain(|request| !request.respond.is_closed());
}

/// A statement that fails after this long hit PostgreSQL's time limit. Diesel has no error kind for it, and the text is in the
/// server's language.
fn timed_out(error: StorageError) -> StorageError {
    match error {
        StorageError::Failed(cause) => StorageError::Unavailable(cause),
        other => other,
    }
}
