use portero_domain::page::{Cursor, Listing, Page, Start};

/// Sorts rows, oldest first, and cuts the page out of them.
pub(crate) fn oldest_first<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = &'a T>,
    cursor: impl Fn(&T) -> Cursor<T>,
    page: &Page<T>,
) -> Listing<T> {
    let mut rows = placed(rows, cursor);
    rows.sort_by_key(|(at, _)| key(at));
    cut(&rows, page, |at, cursor| key(at) > key(cursor))
}

/// The same, newest first: of two rows of one moment the later addition.
pub(crate) fn newest_first<'a, T: Clone + 'a>(
    rows: impl Iterator<Item = &'a T>,
    cursor: impl Fn(&T) -> Cursor<T>,
    page: &Page<T>,
) -> Listing<T> {
    let mut rows = placed(rows, cursor);
    rows.sort_by_key(|(at, _)| std::cmp::Reverse(key(at)));
    cut(&rows, page, |at, cursor| key(at) < key(cursor))
}

type Placed<'a, T> = (Cursor<T>, &'a T);

fn placed<'a, T: 'a>(rows: impl Iterator<Item = &'a T>, cursor: impl Fn(&T) -> Cursor<T>) -> Vec<Placed<'a, T>> {
    rows.map(|row| (cursor(row), row)).collect()
}

fn key<T>(cursor: &Cursor<T>) -> impl Ord + use<T> {
    (cursor.at(), cursor.number())
}

fn cut<T: Clone>(
    rows: &[Placed<'_, T>],
    page: &Page<T>,
    follows: impl Fn(&Cursor<T>, &Cursor<T>) -> bool,
) -> Listing<T> {
    let (passed, total) = match &page.start {
        Start::Offset(offset) => (usize::try_from(*offset).unwrap_or(usize::MAX), Some(rows.len() as u64)),
        Start::Beginning => (0, None),
        Start::After(cursor) => (rows.iter().take_while(|(at, _)| !follows(at, cursor)).count(), None),
    };
    let rest = rows.get(passed..).unwrap_or_default();
    let length = page.limit.map_or(rest.len(), |limit| rest.len().min(limit.get().into()));
    let (part, behind) = rest.split_at(length);
    let next = part.last().filter(|_| !behind.is_empty()).map(|(at, _)| *at);
    Listing { items: part.iter().map(|(_, row)| (*row).clone()).collect(), damaged: Vec::new(), total, next }
}
