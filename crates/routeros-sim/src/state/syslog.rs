//! `/log`: where every login leaves its line.

use std::{borrow::Cow, collections::VecDeque, time::Duration};

use super::{
    Record, View,
    record::{id_text, owned},
};
use crate::value::shown_duration;

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Since the router started.
    pub at: Duration,
    /// Such as `system,info,account`.
    pub topics: &'static str,
    /// What happened.
    pub message: String,
}

impl Record for LogLine {
    const PROPERTIES: &'static [&'static str] = &[".id", "time", "topics", "message"];

    fn property(&self, id: u64, name: &str, _view: View<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            ".id" => owned(id_text(id)),
            "time" => owned(shown_duration(self.at)),
            "topics" => Some(Cow::Borrowed(self.topics.as_bytes())),
            "message" => Some(Cow::Borrowed(self.message.as_bytes())),
            _ => None,
        }
    }
}

/// The newest thousand lines, as a router keeps in memory.
#[derive(Debug, Default)]
pub(crate) struct Syslog {
    lines: VecDeque<LogLine>,
    gone: u64,
}

impl Syslog {
    const KEPT: usize = 1000;

    pub(super) fn push(&mut self, line: LogLine) {
        if self.lines.len() == Self::KEPT {
            self.lines.pop_front();
            self.gone += 1;
        }
        self.lines.push_back(line);
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.lines.iter()
    }

    pub(super) fn last_id(&self) -> u64 {
        (self.gone + self.lines.len() as u64).saturating_sub(1)
    }

    /// The first line behind the one of that id.
    pub(crate) fn after(&self, id: Option<u64>) -> Option<(u64, &LogLine)> {
        let next = id.map_or(self.gone, |id| (id + 1).max(self.gone));
        Some((next, self.get(next)?))
    }

    pub(crate) fn get(&self, id: u64) -> Option<&LogLine> {
        self.lines.get(usize::try_from(id.checked_sub(self.gone)?).ok()?)
    }
}
