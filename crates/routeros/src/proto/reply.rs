//! The replies of a router.

use super::rows::Row;
use super::sentence::Sentence;

/// The kind of a reply, by its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyKind<'a> {
    /// `!re`: one row.
    Row,
    /// `!done`: the command has ended. The last reply to it, also after a trap.
    Done,
    /// `!trap`: an error. More may follow, and `!done` always does.
    Trap,
    /// `!empty`: there are no rows (RouterOS 7.18 and later). `!done` follows.
    Empty,
    /// `!fatal`: the connection is about to be closed. Never tagged; its reason is a bare word.
    Fatal,
    /// A word that this crate does not know. Not final.
    Other(&'a [u8]),
}

/// One sentence of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply<'a> {
    kind: ReplyKind<'a>,
    sentence: Sentence<'a>,
}

impl<'a> Reply<'a> {
    /// The sentence as a reply. Any sentence is one: what is not known is [`ReplyKind::Other`].
    pub fn parse(sentence: Sentence<'a>) -> Self {
        let kind = match sentence.first() {
            b"!re" => ReplyKind::Row,
            b"!done" => ReplyKind::Done,
            b"!trap" => ReplyKind::Trap,
            b"!empty" => ReplyKind::Empty,
            b"!fatal" => ReplyKind::Fatal,
            other => ReplyKind::Other(other),
        };
        Self { kind, sentence }
    }

    /// What it says.
    pub const fn kind(self) -> ReplyKind<'a> {
        self.kind
    }

    /// The tag of the command it answers, wherever in the sentence it is.
    pub fn tag(self) -> Option<&'a [u8]> {
        self.sentence.tag()
    }

    /// The row, whatever the kind: the attributes of the sentence.
    pub const fn row(self) -> Row<'a> {
        Row::new(self.sentence)
    }

    /// `=ret=` of a `!done`: the id of what was added, a count, or a challenge.
    pub fn ret(self) -> Option<&'a [u8]> {
        self.sentence.attribute("ret")
    }

    /// The text of an error: `=message=`, or the bare word after `!fatal`. Empty when there is none.
    pub fn message(self) -> &'a [u8] {
        let bare = || self.sentence.words().nth(1).filter(|word| !word.starts_with(b".tag="));
        match self.kind {
            ReplyKind::Fatal => self.sentence.attribute("message").or_else(bare),
            _ => self.sentence.attribute("message"),
        }
        .unwrap_or_default()
    }

    /// `=category=` of a trap, which is often missing.
    pub fn category(self) -> Option<Category> {
        self.sentence.attribute("category").and_then(Category::parse)
    }
}

/// The kind of error a trap is, as the router sorts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// 0: an item or command is missing.
    Missing,
    /// 1: the value of an argument is wrong.
    Argument,
    /// 2: the command was interrupted.
    Interrupted,
    /// 3: a script failed.
    Script,
    /// 4: a failure of another kind.
    General,
    /// 5: a failure of the API.
    Api,
    /// 6: a failure of the terminal.
    Terminal,
    /// 7: a value made by `:return`.
    Return,
}

impl Category {
    /// The category with this number.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        Some(match raw {
            b"0" => Self::Missing,
            b"1" => Self::Argument,
            b"2" => Self::Interrupted,
            b"3" => Self::Script,
            b"4" => Self::General,
            b"5" => Self::Api,
            b"6" => Self::Terminal,
            b"7" => Self::Return,
            _ => return None,
        })
    }
}
