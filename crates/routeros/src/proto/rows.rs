//! Rows, kept as they came.

use std::fmt;

use super::sentence::{Attributes, Sentence};

/// One row of a reply: properties and their values, as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    sentence: Sentence<'a>,
}

impl<'a> Row<'a> {
    pub(super) const fn new(sentence: Sentence<'a>) -> Self {
        Self { sentence }
    }

    /// The value of a property. A router may leave out what is empty: absent and empty mean the same.
    pub fn get(self, name: &str) -> Option<&'a [u8]> {
        self.sentence.attribute(name)
    }

    /// All properties with their values.
    pub fn iter(self) -> Attributes<'a> {
        self.sentence.attributes()
    }
}

impl<'a> IntoIterator for Row<'a> {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = Attributes<'a>;

    fn into_iter(self) -> Attributes<'a> {
        self.iter()
    }
}

/// The rows of a reply, together in one piece of memory.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rows {
    raw: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, row: Row<'_>) {
        self.raw.extend_from_slice(row.sentence.raw());
        self.ends.push(self.raw.len());
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes they take on the wire.
    pub fn bytes(&self) -> usize {
        self.raw.len()
    }

    /// The row at this place, counted from zero.
    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(Row::new(Sentence::trusted(&self.raw[start..end])))
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.get(0)
    }

    /// The rows, in the order in which the router sent them.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = self.ends.iter().zip(starts);
        spans.map(|(&end, start)| Row::new(Sentence::trusted(&self.raw[start..end])))
    }
}

/// As [`Sentence`]: without secrets.
impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
