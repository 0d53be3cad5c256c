//! How a command ends.

use std::io;

use crate::failure::{Class, Trap};
use crate::proto::{DecodeError, InvalidCommand, Rows};

/// The result of a command that the router executed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The rows, all of them.
    pub rows: Rows,
    /// `=ret=`: the id of what was added, or a count.
    pub ret: Option<Vec<u8>>,
}

/// Why there is no [`Answer`], sorted by what is known about the command's effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The router rejected the command. Nothing was done.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The command was not sent. Nothing was done, and it may be sent again.
    #[error("the command was not sent: {0}")]
    NotSent(#[from] NotSent),
    /// The command may have been executed. A read may be repeated. Before you repeat a write, check what is on the
    /// router.
    #[error("it is unknown whether the command was executed: {0}")]
    Unknown(#[from] Unknown),
}

/// The errors of a rejected command, in the router's order.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the router refused: {first}")]
pub struct Rejection {
    /// The first error, which is the one that matters.
    pub first: Trap,
    /// The others. Mostly there are none.
    pub others: Vec<Trap>,
}

/// Why a command never left.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The protocol cannot express it.
    #[error(transparent)]
    Invalid(#[from] InvalidCommand),
    /// Too many commands wait for this router.
    #[error("too many commands wait for this router")]
    Busy,
    /// Its deadline passed while it waited.
    #[error("its deadline passed while it waited")]
    Deadline,
    /// The connection is closed.
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Why the result of a sent command is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// No answer came in time.
    #[error("no reply came in time")]
    Deadline,
    /// The reply has more rows or bytes than the limit.
    #[error("the reply is larger than the limit")]
    TooLarge,
    /// The connection was closed before the reply.
    #[error(transparent)]
    Closed(#[from] Closed),
}

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The router closed it.
    #[error("the router closed the connection")]
    EndOfStream,
    /// The router closed it in the middle of a sentence.
    #[error("the router closed the connection in the middle of a sentence")]
    Truncated,
    /// The router ended the session with a reason.
    #[error("the router ended the session: {}", .0.escape_ascii())]
    Fatal(Box<[u8]>),
    /// What the router sent is not the protocol.
    #[error("the router broke the protocol: {0}")]
    Malformed(#[from] DecodeError),
    /// The network failed.
    #[error("the network failed: {0}")]
    Network(io::ErrorKind),
    /// The router did not accept the bytes that were sent.
    #[error("the router does not read the bytes that were sent")]
    Stalled,
    /// The router did not reply to a command and did not end it after the cancellation.
    #[error("the router did not end a cancelled command")]
    CancelIgnored,
    /// This side closed it.
    #[error("the connection was closed on this side")]
    Here,
}

impl Closed {
    /// What it means: [`Class::ProtocolMisuse`] when the router said so, otherwise [`Class::Disconnected`].
    pub fn class(&self) -> Class {
        match self {
            Self::Fatal(reason) if Class::of(reason) == Class::ProtocolMisuse => Class::ProtocolMisuse,
            _ => Class::Disconnected,
        }
    }
}
