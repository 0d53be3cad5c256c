//! The protocol without any I/O: bytes in, sentences out, and back.
//!
//! A *word* is a length prefix and that many bytes. A *sentence* is words and then an empty word. A client sends
//! sentences that begin with a command ([`Command`]); a router answers each with sentences that begin with `!` and that
//! carry the command's tag ([`Reply`]). Nothing is ever escaped: words are framed by their length, so any byte passes.

mod command;
mod decoder;
mod length;
mod login;
mod query;
mod reply;
mod rows;
mod sentence;
mod text;

pub use command::{Command, InvalidCommand, Tag};
pub use decoder::{DecodeError, Decoder, Limits};
pub use length::{ReservedPrefix, decode_length, encode_length};
pub use login::{InvalidChallenge, legacy_response};
pub use query::Query;
pub use reply::{Category, Reply, ReplyKind};
pub use rows::{Row, Rows};
pub use sentence::{Attributes, Sentence, SentenceBuf, WordError, Words};
pub use text::Charset;
