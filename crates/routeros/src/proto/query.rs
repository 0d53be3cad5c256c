//! Conditions on the items of a `print`, as the router evaluates them: on a stack.

use super::command::{InvalidCommand, is_name};
use super::sentence::SentenceBuf;

/// A condition on an item, built from smaller ones.
///
/// Values may be any bytes; they are never read as operators. Regular expressions do not exist in the API.
///
/// ```
/// use portero_routeros::proto::Query;
///
/// let mine = Query::equals("user", "PT-AB12C").or(Query::equals("mac-address", "AA:BB:CC:DD:EE:01"));
/// ```
#[derive(Clone, Debug)]
pub struct Query {
    pub(super) words: SentenceBuf,
    pub(super) flaw: Option<InvalidCommand>,
}

impl Query {
    /// The property has this value.
    pub fn equals(name: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(name, &[b"?", name.as_bytes(), b"=", value.as_ref()])
    }

    /// The property is less than this value.
    pub fn less(name: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(name, &[b"?<", name.as_bytes(), b"=", value.as_ref()])
    }

    /// The property is greater than this value.
    pub fn greater(name: &str, value: impl AsRef<[u8]>) -> Self {
        Self::word(name, &[b"?>", name.as_bytes(), b"=", value.as_ref()])
    }

    /// The item has the property.
    pub fn has(name: &str) -> Self {
        Self::word(name, &[b"?", name.as_bytes()])
    }

    /// The item lacks the property.
    pub fn lacks(name: &str) -> Self {
        Self::word(name, &[b"?-", name.as_bytes()])
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.joined(other, b"?#&")
    }

    /// At least one holds.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.joined(other, b"?#|")
    }

    fn word(name: &str, parts: &[&[u8]]) -> Self {
        let mut words = SentenceBuf::new();
        let flaw = if is_name(name) {
            words.push_parts(parts).err().map(InvalidCommand::Word)
        } else {
            Some(InvalidCommand::Name(name.to_owned()))
        };
        Self { words, flaw }
    }

    fn joined(mut self, other: Self, operator: &[u8]) -> Self {
        self.words.append(&other.words);
        self.operated(operator).with_flaw(other.flaw)
    }

    fn operated(mut self, operator: &[u8]) -> Self {
        let flaw = self.words.push(operator).err().map(InvalidCommand::Word);
        self.with_flaw(flaw)
    }

    fn with_flaw(mut self, flaw: Option<InvalidCommand>) -> Self {
        self.flaw = self.flaw.or(flaw);
        self
    }
}

impl std::ops::Not for Query {
    type Output = Self;

    /// It does not hold.
    fn not(self) -> Self {
        self.operated(b"?#!")
    }
}
