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

use super::batch::{self, Verdict, alike};
use crate::{
    blocking::NoAnswer,
    postgres::{
        connection_string::{self, GATE_TIME_LIMIT},
        error::no_answer,
        executor::LIMIT,
        pool::{Manager, Pooled},
    },
};

/// How many calls may wait. At 20,000 calls a second it takes a fifth of a second to come to the end of such a queue; a
/// longer one would only turn refusals into late answers.
const QUEUE: usize = 4_096;

/// How many calls one statement takes at most, so that no batch holds its rows for long.
const BATCH: usize = 512;

/// Admits by asking the database each time, once for all who ask at that time, and keeps nothing.
///
/// There is no timer: while the database works on one batch the next collects, and a line that is free takes whoever waits, a
/// single call as well as five hundred. A call joins only a statement that begins after it came, so what was committed before
/// it came counts for it. The queue is the only state that callers share.
///
/// There is one line. A second one makes the batches smaller, and each statement has a price of its own: with two, a call
/// cost PostgreSQL half as much again.
///
/// A statement that fails fails the calls it was for, and is not sent again: it may have been committed and only its answer
/// lost, and then a second one would count twice.
pub struct PgGroupGate {
    queue: mpsc::Sender<Call>,
}

/// A call that waits to be admitted.
struct Call {
    key: PresentedKey,
    now: Timestamp,
    answer: oneshot::Sender<Result<Admission, GateError>>,
}

impl PgGroupGate {
    /// A gate to the database that this libpq connection string names, on a connection of its own. It connects with the first
    /// call, so this neither waits nor fails but for a thread that the system will not give.
    pub fn new(database_url: &str) -> std::io::Result<Self> {
        let (queue, calls) = mpsc::channel(QUEUE);
        let line = Line { manager: Manager::new(connection_string::for_gate(database_url)), open: None };
        thread::Builder::new().name("gate".to_owned()).spawn(move || line.serve(calls))?;
        Ok(Self { queue })
    }
}

#[async_trait]
impl Gate for PgGroupGate {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Call { key, now, answer }).map_err(|error| match error {
            TrySendError::Full(_) => StorageError::Busy,
            TrySendError::Closed(_) => StorageError::Failed("the gate has stopped".into()),
        })?;
        match time::timeout(LIMIT, answered).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(_dropped)) => Err(no_answer(NoAnswer::Panicked).into()),
            Err(_elapsed) => Err(no_answer(NoAnswer::TimedOut).into()),
        }
    }
}

impl fmt::Debug for PgGroupGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgGroupGate").field("room", &self.queue.capacity()).finish()
    }
}

/// A thread's way to the database: one connection, opened when it is wanted.
struct Line {
    manager: Manager,
    open: Option<Pooled>,
}

impl Line {
    /// Takes whoever waits and answers them, until there is no gate any more.
    fn serve(mut self, mut calls: mpsc::Receiver<Call>) {
        let mut batch = Vec::with_capacity(BATCH);
        while calls.blocking_recv_many(&mut batch, BATCH) > 0 {
            if catch_unwind(AssertUnwindSafe(|| self.answer(&mut batch))).is_err() {
                // Whoever has no answer yet hears of it by this.
                batch.clear();
                self.open = None;
            }
        }
    }

    /// Tells every caller of the batch what became of their call, and leaves it empty.
    fn answer(&mut self, batch: &mut Vec<Call>) {
        let verdicts = self.judge(batch);
        if let Some(error) = verdicts.as_ref().map_or_else(Some, |all| all.iter().find_map(|one| one.as_ref().err())) {
            tracing::warn!(%error, source = error.source().map(tracing::field::display), "calls got no answer");
            self.open = None;
        }
        match verdicts {
            Ok(verdicts) => {
                for (call, verdict) in batch.drain(..).zip(verdicts) {
                    let verdict = verdict.map_err(GateError::from).and_then(|verdict| verdict.map_err(GateError::from));
                    // A caller who has stopped waiting hears nothing; the admission is counted all the same.
                    let _ = call.answer.send(verdict);
                }
            }
            Err(error) => {
                for call in batch.drain(..) {
                    let _ = call.answer.send(Err(alike(&error).into()));
                }
            }
        }
    }

    fn judge(&mut self, batch: &mut Vec<Call>) -> Stored<Vec<Verdict>> {
        forget_the_gone(batch);
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let open = self.connected()?;
        // That may have taken longer than some would wait.
        forget_the_gone(batch);
        let calls: Vec<_> = batch.iter().map(|call| (&call.key, call.now)).collect();
        let begun = Instant::now();
        let verdicts = batch::judge(&mut open.connection, &calls);
        open.used();
        if begun.elapsed() < GATE_TIME_LIMIT {
            return verdicts;
        }
        Ok(verdicts.map_err(out_of_time)?.into_iter().map(|verdict| verdict.map_err(out_of_time)).collect())
    }

    /// The connection, after making sure of one that has long been idle.
    fn connected(&mut self) -> Stored<&mut Pooled> {
        let kept = self.open.take().and_then(|mut open| self.manager.is_valid(&mut open).is_ok().then_some(open));
        let open = match kept {
            Some(open) => open,
            None => self.manager.connect().map_err(|error| StorageError::Unavailable(Box::new(error)))?,
        };
        Ok(self.open.insert(open))
    }
}

/// Who has stopped waiting has been told that nothing was done.
fn forget_the_gone(batch: &mut Vec<Call>) {
    batch.retain(|call| !call.answer.is_closed());
}

/// PostgreSQL's own time limit is what fails a statement after so long. Diesel has no kind for that, and its words are in
/// whatever language the server speaks.
fn out_of_time(error: StorageError) -> StorageError {
    match error {
        StorageError::Failed(cause) => StorageError::Unavailable(cause),
        other => other,
    }
}
