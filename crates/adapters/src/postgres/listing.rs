//! A part of a list, and how long the whole is.

use diesel::QueryResult;
use portero_domain::{
    page::{Listing, Page},
    ports::{StorageError, Stored},
};

use super::error::storage;

/// Makes a listing of the rows of a page. The whole is counted only where the rows themselves do not tell.
pub(super) fn listing<Row, T>(
    page: Page,
    rows: QueryResult<Vec<Row>>,
    count: impl FnOnce() -> QueryResult<i64>,
) -> Stored<Listing<T>>
where
    T: TryFrom<Row, Error = StorageError>,
{
    let items = parsed(rows)?;
    let total = match page {
        Page { limit: None, offset: 0 } => items.len() as u64,
        _ => counted(count())?,
    };
    Ok(Listing { items, total })
}

/// Parses rows.
pub(super) fn parsed<Row, T>(rows: QueryResult<Vec<Row>>) -> Stored<Vec<T>>
where
    T: TryFrom<Row, Error = StorageError>,
{
    rows.map_err(storage)?.into_iter().map(T::try_from).collect()
}

/// Parses a row, if there is one.
pub(super) fn parsed_one<Row, T>(row: QueryResult<Option<Row>>) -> Stored<Option<T>>
where
    T: TryFrom<Row, Error = StorageError>,
{
    row.map_err(storage)?.map(T::try_from).transpose()
}

/// A count as the domain has it.
pub(super) fn counted(count: QueryResult<i64>) -> Stored<u64> {
    u64::try_from(count.map_err(storage)?).map_err(|error| StorageError::Failed(Box::new(error)))
}

/// LIMIT as PostgreSQL has it. Nothing said is everything: as much as leaves room for adding any OFFSET.
pub(super) fn limit(page: Page) -> i64 {
    page.limit.map_or(i64::MAX - i64::from(u32::MAX), i64::from)
}
