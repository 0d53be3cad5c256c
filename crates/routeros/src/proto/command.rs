//! Commands. A value in a command always stays a value.

use std::fmt;

use super::query::Query;
use super::sentence::{Sentence, SentenceBuf, WordError};

/// Identifies the replies to one command on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u64);

impl Tag {
    /// The tag in a reply, when it can be one of ours.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        let digits = raw.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(raw).ok().filter(|_| digits)?.parse().ok().map(Self)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a command cannot be encoded. A value is never the reason, unless it is longer than a word can be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCommand {
    /// The path is not `/` and then lower-case letters, digits, `-` and more `/`.
    #[error("{0:?} is not the path of a command")]
    Path(String),
    /// The name is not letters, digits, `.`, `_` and `-`, or begins with `-`.
    #[error("{0:?} is not the name of a property")]
    Name(String),
    /// A word cannot be framed.
    #[error(transparent)]
    Word(#[from] WordError),
}

/// A command with its attributes and, for a `print`, its conditions.
///
/// Each word has its length in front and begins with a mark (`=`, `?`). So a value cannot end its word or look like
/// another word. Paths and names are checked. A fault is stored and reported when the command is encoded.
///
/// ```
/// use portero_routeros::proto::{Command, Query, Tag};
///
/// let print = Command::new("/ip/hotspot/user/print")
///     .proplist(&[".id", "name", "profile", "comment"])
///     .matching(Query::equals("name", "PT-AB12C"));
/// let mut bytes = Vec::new();
/// print.encode(Some(Tag(2)), &mut bytes)?;
/// # Ok::<(), portero_routeros::proto::InvalidCommand>(())
/// ```
#[derive(Clone, Debug)]
pub struct Command {
    words: SentenceBuf,
    flaw: Option<InvalidCommand>,
}

impl Command {
    /// The command at this path, such as `/ip/hotspot/user/print`.
    pub fn new(path: &str) -> Self {
        let mut words = SentenceBuf::new();
        let flaw = if is_path(path) {
            words.push(path.as_bytes()).err().map(InvalidCommand::Word)
        } else {
            Some(InvalidCommand::Path(path.to_owned()))
        };
        Self { words, flaw }
    }

    /// With this attribute. The value may be empty, and may be any bytes.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let flaw = if is_name(name) {
            self.words.push_parts(&[b"=", name.as_bytes(), b"=", value.as_ref()]).err().map(InvalidCommand::Word)
        } else {
            Some(InvalidCommand::Name(name.to_owned()))
        };
        self.flaw = self.flaw.or(flaw);
        self
    }

    /// Requests these properties only. Without it, a router also computes the slow ones.
    #[must_use]
    pub fn proplist(self, names: &[&str]) -> Self {
        match names.iter().find(|name| !is_name(name)) {
            Some(name) => self.attribute(name, ""),
            None => self.attribute(".proplist", names.join(",")),
        }
    }

    /// Requests the items that match. If there are several conditions, all must hold.
    #[must_use]
    pub fn matching(mut self, query: Query) -> Self {
        self.words.append(&query.words);
        self.flaw = self.flaw.or(query.flaw);
        self
    }

    /// The command's words, without a tag.
    pub fn sentence(&self) -> Result<Sentence<'_>, InvalidCommand> {
        match &self.flaw {
            Some(flaw) => Err(flaw.clone()),
            None => Ok(self.words.as_sentence()),
        }
    }

    /// Appends the command as it goes over the wire. On an error nothing is appended.
    pub fn encode(&self, tag: Option<Tag>, out: &mut Vec<u8>) -> Result<(), InvalidCommand> {
        out.extend_from_slice(self.sentence()?.raw());
        if let Some(tag) = tag {
            let mut word = SentenceBuf::new();
            word.push(format!(".tag={tag}").as_bytes())?;
            out.extend_from_slice(word.as_sentence().raw());
        }
        out.push(0);
        Ok(())
    }
}

fn is_path(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'/');
    path.len() > 1 && path.starts_with('/') && path.bytes().all(allowed)
}

/// Whether `name` can name a property in an attribute, a query and a list of properties alike.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(allowed)
}
