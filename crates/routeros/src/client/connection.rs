//! A connection: many commands at once over one socket.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};

use super::options::Options;
use super::outcome::{Answer, Closed, Failure, NotSent, Unknown};
use super::table::{Abandoned, Outcome, Table};
use super::{reader, writer};
use crate::proto::{Command, Tag};

/// A session with a router. Clones share it; it ends when the last one is dropped.
///
/// Commands are pipelined: each has a tag, one task writes and one reads, and replies may come in any order. A command
/// after its deadline, or with a dropped future, is cancelled on the router. If the router does not end it then, the
/// connection is closed. A closed connection stays closed: open another one.
#[derive(Clone, Debug)]
pub struct Connection {
    table: Arc<Table>,
    queue: mpsc::Sender<Submission>,
    /// Its senders are with the two tasks.
    over: watch::Receiver<()>,
}

/// A command on its way to the writer.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) tag: Tag,
    pub(super) bytes: Vec<u8>,
}

impl Connection {
    /// A connection over an open stream, before the login.
    ///
    /// Must be called inside of a tokio runtime.
    pub fn over<S>(stream: S, options: &Options) -> Self
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (table, cancels) = Table::new(options.rows, options.reply_bytes);
        let table = Arc::new(table);
        let (queue, submissions) = mpsc::channel(options.queue.max(1));
        let (read, write) = tokio::io::split(stream);
        let (running, over) = watch::channel(());
        let reads = reader::run(Arc::clone(&table), read, *options);
        let writes = writer::run(Arc::clone(&table), write, submissions, cancels, *options);
        let reading = running.clone();
        tokio::spawn(async move {
            reads.await;
            drop(reading);
        });
        tokio::spawn(async move {
            writes.await;
            drop(running);
        });
        Self { table, queue, over }
    }

    /// Executes a command on the router. `deadline` is the timeout, queueing included.
    pub async fn execute(&self, command: &Command, deadline: Duration) -> Result<Answer, Failure> {
        let tag = self.table.fresh_tag();
        let mut bytes = Vec::new();
        command.encode(Some(tag), &mut bytes).map_err(NotSent::Invalid)?;
        let (caller, mut outcome) = oneshot::channel();
        self.table.enter(tag, caller)?;
        let ticket = Ticket { table: &self.table, tag };
        match self.queue.try_send(Submission { tag, bytes }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(NotSent::Busy.into()),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(NotSent::Closed(self.reason()).into()),
        }
        if let Ok(received) = tokio::time::timeout(deadline, &mut outcome).await {
            return received.unwrap_or_else(|_| self.lost());
        }
        match ticket.table.abandon(tag) {
            Abandoned::Queued => Err(NotSent::Deadline.into()),
            Abandoned::Sent => Err(Unknown::Deadline.into()),
            // The reply came at the same moment.
            Abandoned::Over => outcome.try_recv().unwrap_or_else(|_| self.lost()),
        }
    }

    /// Why the connection is closed, or nothing while it is open.
    pub fn closed(&self) -> Option<Closed> {
        self.table.closed()
    }

    /// Waits until the connection is closed, by either side.
    pub async fn until_closed(&self) {
        self.table.until_closed().await;
    }

    /// Waits until both sides have closed the connection, so that it no longer counts as a session of the router. The
    /// wait ends [`Options::linger`] after the last byte was written at the latest.
    pub async fn until_over(&self) {
        // Nothing is ever sent on this channel. It fails when both tasks have ended, and this code waits for that.
        self.over.clone().changed().await.ok();
    }

    /// Closes the connection. Running commands end with [`Unknown::Closed`].
    pub fn close(&self) {
        self.table.close(Closed::Here);
    }

    fn reason(&self) -> Closed {
        self.closed().unwrap_or(Closed::Here)
    }

    /// The outcome of a command whose runtime was shut down.
    fn lost(&self) -> Outcome {
        Err(Unknown::Closed(self.reason()).into())
    }
}

/// Cancels the command when its future is dropped, unless the command has ended.
struct Ticket<'a> {
    table: &'a Table,
    tag: Tag,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.table.abandon(self.tag);
    }
}
