//! The commands of a connection, from the request to their `!done`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::outcome::{Answer, Closed, Failure, NotSent, Rejection, Unknown};
use crate::failure::Trap;
use crate::proto::{Decoder, Reply, ReplyKind, Rows, Tag};

pub(super) type Outcome = Result<Answer, Failure>;
type Caller = oneshot::Sender<Outcome>;

/// The fixed cost of each error in the byte limit, so that errors without text are limited too.
const TRAP_BYTES: usize = 64;

/// The state that the handles and the two tasks of a connection share.
#[derive(Debug)]
pub(super) struct Table {
    state: Mutex<State>,
    tags: AtomicU64,
    closed: watch::Sender<bool>,
    cancels: mpsc::UnboundedSender<Tag>,
    max_rows: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    closed: Option<Closed>,
    commands: HashMap<Tag, Entry>,
}

#[derive(Debug)]
enum Entry {
    /// It waits. Nothing of it was written.
    Queued(Caller),
    /// It was written, perhaps.
    Sent(Sent),
    /// It was written, and its caller has left. It keeps its place in flight until it has ended.
    Cancelled { _place: OwnedSemaphorePermit },
}

#[derive(Debug)]
struct Sent {
    caller: Caller,
    place: OwnedSemaphorePermit,
    rows: Rows,
    traps: Vec<Trap>,
    trap_bytes: usize,
}

/// The state of a command at the moment when its caller left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abandoned {
    Queued,
    Sent,
    /// Its outcome was given before.
    Over,
}

impl Table {
    /// A table, and the receiver of the commands to cancel.
    pub(super) fn new(max_rows: usize, max_bytes: usize) -> (Self, mpsc::UnboundedReceiver<Tag>) {
        let (cancels, cancelled) = mpsc::unbounded_channel();
        let table = Self {
            state: Mutex::default(),
            tags: AtomicU64::new(1),
            closed: watch::Sender::new(false),
            cancels,
            max_rows,
            max_bytes,
        };
        (table, cancelled)
    }

    /// A tag that was never used on this connection.
    pub(super) fn fresh_tag(&self) -> Tag {
        Tag(self.tags.fetch_add(1, Ordering::Relaxed))
    }

    /// Enters a command, which is not written yet.
    pub(super) fn enter(&self, tag: Tag, caller: Caller) -> Result<(), NotSent> {
        let mut state = self.lock();
        if let Some(closed) = &state.closed {
            return Err(NotSent::Closed(closed.clone()));
        }
        state.commands.insert(tag, Entry::Queued(caller));
        Ok(())
    }

    /// Marks a command as written, and says whether it still is to be.
    pub(super) fn start(&self, tag: Tag, place: OwnedSemaphorePermit) -> bool {
        let mut state = self.lock();
        match state.commands.remove(&tag) {
            Some(Entry::Queued(caller)) => {
                let sent = Sent { caller, place, rows: Rows::default(), traps: Vec::new(), trap_bytes: 0 };
                state.commands.insert(tag, Entry::Sent(sent));
                true
            }
            _ => false,
        }
    }

    /// Ends the wait for a command, and has it cancelled if it was written.
    pub(super) fn abandon(&self, tag: Tag) -> Abandoned {
        let mut state = self.lock();
        match state.commands.remove(&tag) {
            Some(Entry::Queued(_)) => Abandoned::Queued,
            Some(Entry::Sent(sent)) => {
                self.cancel(&mut state, tag, sent.place);
                Abandoned::Sent
            }
            Some(entry @ Entry::Cancelled { .. }) => {
                state.commands.insert(tag, entry);
                Abandoned::Over
            }
            None => Abandoned::Over,
        }
    }

    fn cancel(&self, state: &mut State, tag: Tag, place: OwnedSemaphorePermit) {
        state.commands.insert(tag, Entry::Cancelled { _place: place });
        // The receiver is gone only while the connection is closing.
        self.cancels.send(tag).ok();
    }

    /// Whether the command is not over.
    pub(super) fn is_live(&self, tag: Tag) -> bool {
        self.lock().commands.contains_key(&tag)
    }

    /// Takes in all sentences that the decoder has.
    pub(super) fn receive(&self, decoder: &mut Decoder) -> Result<(), Closed> {
        let mut state = self.lock();
        while let Some(sentence) = decoder.next_sentence()? {
            self.take(&mut state, Reply::parse(sentence))?;
        }
        Ok(())
    }

    fn take(&self, state: &mut State, reply: Reply<'_>) -> Result<(), Closed> {
        if reply.kind() == ReplyKind::Fatal {
            return Err(Closed::Fatal(reply.message().into()));
        }
        // A reply to no command of ours: a cancellation, or a router that is confused.
        let Some(tag) = reply.tag().and_then(Tag::parse) else { return Ok(()) };
        if reply.kind() == ReplyKind::Done {
            // A `!done` for a command that was not written yet is ignored.
            if let Some(Entry::Queued(_)) = state.commands.get(&tag) {
                return Ok(());
            }
            if let Some(Entry::Sent(sent)) = state.commands.remove(&tag) {
                sent.finish(reply.ret());
            }
            return Ok(());
        }
        let Some(Entry::Sent(sent)) = state.commands.get_mut(&tag) else { return Ok(()) };
        match reply.kind() {
            ReplyKind::Row => sent.rows.push(reply.row()),
            ReplyKind::Trap => {
                sent.trap_bytes += reply.message().len() + TRAP_BYTES;
                sent.traps.push(Trap::of(reply));
            }
            ReplyKind::Other(word) => tracing::debug!(word = %word.escape_ascii(), "a reply of an unknown kind"),
            ReplyKind::Empty | ReplyKind::Done | ReplyKind::Fatal => {}
        }
        if sent.rows.len() > self.max_rows || sent.rows.bytes() + sent.trap_bytes > self.max_bytes {
            self.give_up(state, tag);
        }
        Ok(())
    }

    /// Ends a command whose answer is too large.
    fn give_up(&self, state: &mut State, tag: Tag) {
        if let Some(Entry::Sent(sent)) = state.commands.remove(&tag) {
            sent.caller.send(Err(Unknown::TooLarge.into())).ok();
            self.cancel(state, tag, sent.place);
        }
    }

    /// Closes the connection and ends all commands. The first reason stays.
    pub(super) fn close(&self, reason: Closed) {
        let mut state = self.lock();
        if state.closed.is_some() {
            return;
        }
        for (_, entry) in state.commands.drain() {
            // A caller that has just left does not need the outcome.
            match entry {
                Entry::Queued(caller) => drop(caller.send(Err(NotSent::Closed(reason.clone()).into()))),
                Entry::Sent(sent) => drop(sent.caller.send(Err(Unknown::Closed(reason.clone()).into()))),
                Entry::Cancelled { .. } => {}
            }
        }
        state.closed = Some(reason);
        drop(state);
        self.closed.send_replace(true);
    }

    /// Why the connection is closed, if it is.
    pub(super) fn closed(&self) -> Option<Closed> {
        self.lock().closed.clone()
    }

    /// Waits until the connection is closed.
    pub(super) async fn until_closed(&self) {
        // The sender is here as well, so this cannot fail.
        self.closed.subscribe().wait_for(|closed| *closed).await.ok();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sent {
    /// Sends the outcome to the caller.
    fn finish(self, ret: Option<&[u8]>) {
        let mut traps = self.traps.into_iter();
        let outcome = match traps.next() {
            Some(first) => Err(Rejection { first, others: traps.collect() }.into()),
            None => Ok(Answer { rows: self.rows, ret: ret.map(<[u8]>::to_vec) }),
        };
        self.caller.send(outcome).ok();
    }
}
