//! Rows under ids that are never used twice.

use std::{collections::BTreeMap, ops::Bound};

#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, T>,
    next: u64,
}

impl<T> Table<T> {
    pub(crate) fn starting_at(first: u64) -> Self {
        Self { rows: BTreeMap::new(), next: first }
    }

    pub(crate) fn insert(&mut self, row: T) -> u64 {
        let id = self.next;
        self.next += 1;
        self.rows.insert(id, row);
        id
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<T> {
        self.rows.remove(&id)
    }

    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    /// The first row behind that one, in the order of their ids.
    pub(crate) fn after(&self, id: Option<u64>) -> Option<(u64, &T)> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.rows.range((from, Bound::Unbounded)).next().map(|(id, row)| (*id, row))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut T)> {
        self.rows.iter_mut().map(|(id, row)| (*id, row))
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}
