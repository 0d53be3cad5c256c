//! The latest changes, for `listen`.

use std::collections::VecDeque;

use tokio::sync::watch;

use crate::command::Menu;

/// A row that came, changed or went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) menu: Menu,
    pub(crate) id: u64,
    pub(crate) dead: bool,
}

#[derive(Debug, Default)]
pub(super) struct Journal {
    changes: VecDeque<Change>,
    last: watch::Sender<u64>,
}

impl Journal {
    /// A listener that falls further behind loses the oldest changes, so that memory stays bounded.
    const KEPT: usize = 4096;

    pub(super) fn push(&mut self, menu: Menu, id: u64, dead: bool) {
        if self.changes.len() == Self::KEPT {
            self.changes.pop_front();
        }
        let number = self.last() + 1;
        self.changes.push_back(Change { number, menu, id, dead });
        self.last.send_replace(number);
    }

    pub(super) fn last(&self) -> u64 {
        *self.last.borrow()
    }

    pub(super) fn after(&self, seen: u64) -> impl Iterator<Item = &Change> {
        let known = self.changes.partition_point(|change| change.number <= seen);
        self.changes.iter().skip(known)
    }

    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }
}
