//! Commands under way on one connection.

use std::collections::VecDeque;

use tokio::time::Instant;

use crate::{
    Trap,
    command::Outcome,
    listing::{Listing, Subscription},
    lock,
    shared::Shared,
    value::Value,
};

#[derive(Debug)]
pub(super) struct Running {
    pub(super) tag: Option<Value>,
    /// It says nothing before.
    pub(super) ready_at: Option<Instant>,
    pub(super) work: Work,
}

#[derive(Debug)]
pub(super) enum Work {
    Sentences(VecDeque<Vec<Value>>),
    Rows(Listing),
    Changes(Subscription),
    Endless(u64),
}

impl From<Result<Outcome, Vec<Trap>>> for Work {
    fn from(outcome: Result<Outcome, Vec<Trap>>) -> Self {
        match outcome {
            Ok(Outcome::Done(ret)) => Self::Sentences(replies(&[], ret)),
            Ok(Outcome::Rows(listing)) => Self::Rows(listing),
            Ok(Outcome::Changes(subscription)) => Self::Changes(subscription),
            Err(traps) => Self::Sentences(replies(&traps, None)),
        }
    }
}

/// The traps, then `!done`.
pub(super) fn replies(traps: &[Trap], ret: Option<Value>) -> VecDeque<Vec<Value>> {
    let mut replies: VecDeque<_> = traps.iter().map(Trap::words).collect();
    let mut done = vec![b"!done".to_vec()];
    done.extend(ret.map(|ret| [b"=ret=", &ret[..]].concat()));
    replies.push_back(done);
    replies
}

impl Work {
    /// The next sentence, without its tag. Nothing when there is none yet; `!done` is the last.
    pub(super) fn next(&mut self, shared: &Shared) -> Option<Vec<Value>> {
        let row = |mut words: Vec<Value>| {
            words.insert(0, b"!re".to_vec());
            words
        };
        match self {
            Self::Sentences(sentences) => sentences.pop_front(),
            Self::Changes(subscription) => subscription.next_change(&lock(&shared.router)).map(row),
            Self::Endless(count) => {
                *count += 1;
                Some(row(vec![format!("=.id=*{count:X}").into_bytes(), b"=name=endless".to_vec()]))
            }
            Self::Rows(listing) => {
                let router = lock(&shared.router);
                if let Some(words) = listing.next_row(&router) {
                    return Some(row(words));
                }
                let mut rest = replies(&[], None);
                if !listing.any() && router.version.says_empty() {
                    rest.push_front(vec![b"!empty".to_vec()]);
                }
                let first = rest.pop_front();
                *self = Self::Sentences(rest);
                first
            }
        }
    }
}
