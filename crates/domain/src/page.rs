//! A part of a list.

use std::marker::PhantomData;

use crate::Timestamp;

/// The largest number of rows of a page (`R11`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// The greatest limit a caller may ask for.
    pub const MAX: u16 = 500;

    /// So many rows: 1 to [`Limit::MAX`], or nothing.
    pub const fn new(rows: u16) -> Option<Self> {
        if rows >= 1 && rows <= Self::MAX { Some(Self(rows)) } else { None }
    }

    /// How many rows.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// Which part of a list of `T` is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// How many at most; everything when nothing is said.
    pub limit: Option<Limit>,
    /// Where it begins.
    pub start: Start<T>,
}

/// The whole list.
impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { limit: None, start: Start::Offset(0) }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start<T> {
    /// Behind so many rows, with the whole list counted. Both read what they pass: the longer the list, the slower.
    Offset(u32),
    /// At the first row, to go on by cursors. It costs the same in a list of any length.
    Beginning,
    /// Behind the row of this cursor, at the cost of the first page.
    After(Cursor<T>),
}

/// Where a row stands in a list of `T`: a position and no more, so it stays good when that row is gone.
///
/// Every list goes by a moment. Rows of one moment go by a number that grows as they are added, so no two rows of a list
/// share a cursor. The type holds the cursors of different lists apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Cursor<T> {
    at: Timestamp,
    number: i64,
    list: PhantomData<fn() -> T>,
}

impl<T> Cursor<T> {
    /// The position of the row of this moment and number.
    pub const fn new(at: Timestamp, number: i64) -> Self {
        Self { at, number, list: PhantomData }
    }

    /// The moment that the list goes by.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What tells rows of one moment apart.
    pub const fn number(&self) -> i64 {
        self.number
    }
}

// By hand, because the derived ones would ask the same of `T`.
impl<T> Clone for Cursor<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Cursor<T> {}

/// The part that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The rows of the part that keep the rules of their type, in the list's own order.
    pub items: Vec<T>,
    /// The other rows of the part, in the same order.
    pub damaged: Vec<DamagedRow>,
    /// The length of the whole list, if the page began by an offset.
    pub total: Option<u64>,
    /// The cursor of the last item, if the page has a limit and more rows follow.
    pub next: Option<Cursor<T>>,
}

/// A row of a list whose stored values break the rules of its type. It counts as a row of its page, and the other rows are
/// not affected by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedRow {
    /// Its place among all rows of the page, from 0.
    pub place: usize,
    /// What is known of it.
    pub label: RowLabel,
}

/// What tells a row apart from others, as the store has it. Nothing in it is parsed: it is for showing only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowLabel {
    /// Its identity.
    pub id: RowId,
    /// Its name, if such rows have one.
    pub name: Option<String>,
    /// Whether it is active, if such rows can be.
    pub active: Option<bool>,
}

/// The identity of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowId {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

impl<T> Listing<T> {
    /// All rows in their order: each is whole, or damaged.
    pub fn rows(self) -> impl Iterator<Item = Result<T, RowLabel>> {
        let length = self.items.len() + self.damaged.len();
        let (mut items, mut damaged) = (self.items.into_iter(), self.damaged.into_iter().peekable());
        (0..length).filter_map(move |place| match damaged.next_if(|row| row.place == place) {
            Some(row) => Some(Err(row.label)),
            None => items.next().map(Ok),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_rows_keep_their_places() {
        let label = |id| RowLabel { id: RowId::Number(id), name: None, active: None };
        let damaged = |place| DamagedRow { place, label: label(i64::try_from(place).unwrap()) };
        let rows = |items: &[&'static str], places: &[usize]| {
            let damaged = places.iter().copied().map(damaged).collect();
            Listing { items: items.to_vec(), damaged, total: None, next: None }.rows().collect::<Vec<_>>()
        };
        assert_eq!(rows(&["a", "b"], &[]), [Ok("a"), Ok("b")]);
        assert_eq!(rows(&["a", "b"], &[0, 2, 4]), [Err(label(0)), Ok("a"), Err(label(2)), Ok("b"), Err(label(4))]);
        assert_eq!(rows(&[], &[0, 1]), [Err(label(0)), Err(label(1))]);
    }

    #[test]
    fn a_limit_is_one_to_five_hundred() {
        for (rows, good) in [(0, false), (1, true), (500, true), (501, false), (u16::MAX, false)] {
            assert_eq!(Limit::new(rows).map(Limit::get), good.then_some(rows));
        }
    }
}
