//! A part of a list, and how long the whole is.

use diesel::{
    ExpressionMethods, QueryResult,
    expression::AsExpression,
    helper_types::{Asc, Desc},
    infix_operator,
    pg::Pg,
    query_dsl::methods::{FilterDsl, LimitDsl, OffsetDsl, OrderDsl},
    sql_types::{BigInt, Record, Timestamptz},
};
use portero_domain::{
    Timestamp,
    filter::SearchText,
    page::{Cursor, DamagedRow, Listing, Page, RowLabel, Start},
    ports::{StorageError, Stored},
};
use time::OffsetDateTime;

use super::error::storage;

// Rows are compared as a whole, because then PostgreSQL finds the cursor in the index and begins there. With AND and
// OR, it would check the condition on every row of the list.
infix_operator!(Later, " > ", backend: Pg);
infix_operator!(Earlier, " < ", backend: Pg);

/// What a list goes by: the columns of a moment and of the number that breaks ties.
type Key = Record<(Timestamptz, BigInt)>;
type Columns<At, Number> = <(At, Number) as AsExpression<Key>>::Expression;
type Values = <(OffsetDateTime, i64) as AsExpression<Key>>::Expression;

fn values<T>(cursor: Cursor<T>) -> Values {
    <(OffsetDateTime, i64) as AsExpression<Key>>::as_expression((cursor.at().get(), cursor.number()))
}

/// The page's rows of a list that goes from the oldest to the newest, and one more where more follow.
pub(super) fn oldest_first<T, Rows, At, Number>(rows: Rows, key: (At, Number), page: &Page<T>) -> Rows
where
    At: ExpressionMethods + Copy,
    Number: ExpressionMethods + Copy,
    (At, Number): AsExpression<Key>,
    Rows: OrderDsl<(Asc<At>, Asc<Number>), Output = Rows>
        + FilterDsl<Later<Columns<At, Number>, Values>, Output = Rows>
        + LimitDsl<Output = Rows>
        + OffsetDsl<Output = Rows>,
{
    let rows = rows.order((key.0.asc(), key.1.asc()));
    part(rows, page, |rows, cursor| rows.filter(Later::new(key.as_expression(), values(cursor))))
}

/// The same of a list that goes from the newest to the oldest.
pub(super) fn newest_first<T, Rows, At, Number>(rows: Rows, key: (At, Number), page: &Page<T>) -> Rows
where
    At: ExpressionMethods + Copy,
    Number: ExpressionMethods + Copy,
    (At, Number): AsExpression<Key>,
    Rows: OrderDsl<(Desc<At>, Desc<Number>), Output = Rows>
        + FilterDsl<Earlier<Columns<At, Number>, Values>, Output = Rows>
        + LimitDsl<Output = Rows>
        + OffsetDsl<Output = Rows>,
{
    let rows = rows.order((key.0.desc(), key.1.desc()));
    part(rows, page, |rows, cursor| rows.filter(Earlier::new(key.as_expression(), values(cursor))))
}

fn part<T, Rows>(rows: Rows, page: &Page<T>, behind: impl FnOnce(Rows, Cursor<T>) -> Rows) -> Rows
where
    Rows: LimitDsl<Output = Rows> + OffsetDsl<Output = Rows>,
{
    let rows = match page.limit {
        Some(limit) => rows.limit(i64::from(limit.get()) + 1),
        None => rows,
    };
    match page.start {
        Start::Beginning | Start::Offset(0) => rows,
        Start::Offset(offset) => rows.offset(offset.into()),
        Start::After(cursor) => behind(rows, cursor),
    }
}

/// A stored row that tells what it is, whatever else is wrong with it.
pub(super) trait Labelled {
    /// What tells the row apart.
    fn label(&self) -> RowLabel;
}

/// Makes a listing of a page's rows, each with its key. The whole is counted only where it is asked for and the rows
/// themselves do not tell.
pub(super) fn listing<Row, T>(
    page: &Page<T>,
    rows: QueryResult<Vec<(Row, (OffsetDateTime, i64))>>,
    count: impl FnOnce() -> QueryResult<i64>,
) -> Stored<Listing<T>>
where
    Row: Labelled,
    T: TryFrom<Row, Error = StorageError>,
{
    let mut rows = rows.map_err(storage)?;
    let limit = page.limit.map_or(usize::MAX, |limit| limit.get().into());
    let more = rows.len() > limit;
    rows.truncate(limit);
    let total = match page.start {
        Start::Beginning | Start::After(_) => None,
        Start::Offset(offset) if !more && (offset == 0 || !rows.is_empty()) => {
            Some(u64::from(offset) + rows.len() as u64)
        }
        Start::Offset(_) => Some(counted(count())?),
    };
    let next = rows.last().filter(|_| more).map(|(_, (at, number))| Cursor::new(Timestamp::new(*at), *number));
    let (mut items, mut damaged) = (Vec::with_capacity(rows.len()), Vec::new());
    for (place, (row, _)) in rows.into_iter().enumerate() {
        let label = row.label();
        match T::try_from(row) {
            Ok(item) => items.push(item),
            Err(error) => {
                report(&label, &error);
                damaged.push(DamagedRow { place, label });
            }
        }
    }
    Ok(Listing { items, damaged, total, next })
}

fn report(label: &RowLabel, error: &StorageError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::warn!(id = ?label.id, cause, "damaged row in a list: correct it in the database");
}

/// Parses the rows that keep the rules of their type, and leaves out the others.
pub(super) fn whole<Row, T>(rows: QueryResult<Vec<Row>>) -> Stored<Vec<T>>
where
    T: TryFrom<Row, Error = StorageError>,
{
    Ok(rows.map_err(storage)?.into_iter().filter_map(|row| T::try_from(row).ok()).collect())
}

/// A pattern of LIKE for the texts that contain this text. `%`, `_` and `\\` in it stand for themselves.
pub(super) fn containing(text: &SearchText) -> String {
    let mut pattern = String::from("%");
    for letter in text.as_str().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
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
