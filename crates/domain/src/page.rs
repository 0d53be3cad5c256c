//! A part of a list.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Page {
    /// How many at most; everything when nothing is said.
    pub limit: Option<u16>,
    /// How many to leave out at the start.
    pub offset: u32,
}

impl Page {
    /// The greatest `limit` a caller may ask for (decisions, "Lists").
    pub const MAX_LIMIT: u16 = 500;
}

/// The part that was asked for, and how long the whole is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The part, in the list's own order.
    pub items: Vec<T>,
    /// The length of the whole list.
    pub total: u64,
}
