//! The task that writes.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, sleep_until, timeout};

use super::connection::Submission;
use super::options::Options;
use super::outcome::Closed;
use super::reader::ClosesOnExit;
use super::table::Table;
use crate::proto::{Command, Tag};

/// The largest number of bytes in one write.
const BATCH: usize = 32 * 1024;

/// Writes commands until the connection is closed, or until the last handle is dropped.
pub(super) async fn run<W: AsyncWrite + Unpin>(
    table: Arc<Table>,
    stream: W,
    queue: mpsc::Receiver<Submission>,
    cancels: mpsc::UnboundedReceiver<Tag>,
    options: Options,
) {
    let table = ClosesOnExit(table);
    let places = Arc::new(Semaphore::new(options.in_flight.max(1)));
    let mut writer = Writer {
        table: &table.0,
        stream,
        options,
        places,
        queue,
        cancels,
        next: None,
        batch: Vec::new(),
        cancelled: VecDeque::new(),
    };
    let reason = tokio::select! {
        () = table.0.until_closed() => Closed::Here,
        reason = writer.write() => reason,
    };
    table.0.close(reason);
    // The router may be gone. That does not matter, because the socket is closed in any case.
    timeout(writer.options.stall, writer.stream.shutdown()).await.ok();
}

struct Writer<'a, W> {
    table: &'a Table,
    stream: W,
    options: Options,
    /// The places in flight. A command holds one from just before the write until it has ended.
    places: Arc<Semaphore>,
    queue: mpsc::Receiver<Submission>,
    cancels: mpsc::UnboundedReceiver<Tag>,
    /// The command that waits for a place.
    next: Option<Submission>,
    batch: Vec<u8>,
    /// Cancelled commands with their deadlines, ordered by deadline.
    cancelled: VecDeque<(Instant, Tag)>,
}

impl<W: AsyncWrite + Unpin> Writer<'_, W> {
    async fn write(&mut self) -> Closed {
        loop {
            let overdue = self.cancelled.front().map(|&(at, _)| at);
            tokio::select! {
                biased;
                // Cancellations do not wait for a place, because they free places.
                Some(tag) = self.cancels.recv() => self.add_cancel(tag),
                () = sleep_until(overdue.unwrap_or_else(Instant::now)), if overdue.is_some() => {
                    if self.cancelled.pop_front().is_some_and(|(_, tag)| self.table.is_live(tag)) {
                        return Closed::CancelIgnored;
                    }
                }
                Ok(place) = Arc::clone(&self.places).acquire_owned(), if self.next.is_some() => self.add_next(place),
                submission = self.queue.recv(), if self.next.is_none() => match submission {
                    Some(submission) => self.next = Some(submission),
                    None => return Closed::Here,
                },
            }
            self.add_ready();
            if let Err(reason) = self.flush().await {
                return reason;
            }
        }
    }

    /// Adds what can be sent without waiting.
    fn add_ready(&mut self) {
        while self.batch.len() < BATCH {
            if self.next.is_none() {
                self.next = self.queue.try_recv().ok();
            }
            if self.next.is_none() {
                return;
            }
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return };
            self.add_next(place);
        }
    }

    fn add_next(&mut self, place: OwnedSemaphorePermit) {
        if let Some(submission) = self.next.take_if(|submission| self.table.start(submission.tag, place)) {
            self.batch.extend_from_slice(&submission.bytes);
        }
        // The caller of a command that could not be started has left.
        self.next = None;
    }

    fn add_cancel(&mut self, tag: Tag) {
        let cancel = Command::new("/cancel").attribute("tag", tag.to_string());
        // Its reply has no information, so its tag is not kept.
        if cancel.encode(Some(self.table.fresh_tag()), &mut self.batch).is_ok() {
            self.cancelled.push_back((Instant::now() + self.options.cancel, tag));
        }
    }

    async fn flush(&mut self) -> Result<(), Closed> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let written = timeout(self.options.stall, async {
            self.stream.write_all(&self.batch).await?;
            self.stream.flush().await
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(Closed::Network(error.kind())),
            Err(_) => return Err(Closed::Stalled),
        }
        self.batch.clear();
        Ok(())
    }
}
