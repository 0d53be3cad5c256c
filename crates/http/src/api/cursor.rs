//! Cursors as text. They are opaque to callers. A list accepts only its own cursors.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portero_domain::{
    Timestamp, api_key::ApiKey, company::Company, health::FleetRouter, page::Cursor, product::Product,
    purchase::Purchase, router::Router, user::User,
};

/// The version of the format. A later format gets another number.
const VERSION: u8 = 1;

/// A type whose lists have cursors.
pub trait Paged {
    /// The mark in the cursors of these lists. It prevents the use of a cursor in another list.
    const MARK: u8;
}

impl Paged for Company {
    const MARK: u8 = b'c';
}

impl Paged for Router {
    const MARK: u8 = b'r';
}

impl Paged for FleetRouter {
    const MARK: u8 = b'f';
}

impl Paged for ApiKey {
    const MARK: u8 = b'k';
}

impl Paged for User {
    const MARK: u8 = b'u';
}

impl Paged for Product {
    const MARK: u8 = b'p';
}

impl Paged for Purchase {
    const MARK: u8 = b't';
}

/// The cursor as text, which needs no escaping in a URL.
pub fn text<T: Paged>(cursor: &Cursor<T>) -> String {
    let mut bytes = vec![VERSION, T::MARK];
    bytes.extend(cursor.at().unix_micros().to_be_bytes());
    bytes.extend(cursor.number().to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The cursor in a text, or nothing if no list of `T` returns such a text.
pub fn parse<T: Paged>(text: &str) -> Option<Cursor<T>> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[version, mark], rest) = bytes.split_first_chunk()?;
    let (&at, rest) = rest.split_first_chunk()?;
    let at = Timestamp::from_unix_micros(i64::from_be_bytes(at))?;
    let number = i64::from_be_bytes(rest.try_into().ok()?);
    // The years are those that ISO 8601 writes with four digits. PostgreSQL accepts more times than our own type.
    let given = version == VERSION && mark == T::MARK && number > 0 && (1..=9_999).contains(&at.get().year());
    given.then(|| Cursor::new(at, number))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::datetime;

    use super::*;

    const TEXT: &str = "AXQABiu65wZGQAAAAAAAAAAH";

    fn cursor() -> Cursor<Purchase> {
        Cursor::new(Timestamp::new(datetime!(2025-01-15 9:00:00.123_456 UTC)), 7)
    }

    fn written(version: u8, mark: u8, micros: i64, number: i64) -> String {
        let bytes = [&[version, mark], &micros.to_be_bytes()[..], &number.to_be_bytes()].concat();
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn a_cursor_is_written_and_read_back() {
        assert_eq!(text(&cursor()), TEXT);
        assert_eq!(parse(TEXT), Some(cursor()));
        for at in [datetime!(0001-01-01 0:00 UTC), datetime!(9999-12-31 23:59:59.999_999 UTC)] {
            let cursor = Cursor::<Router>::new(Timestamp::new(at), i64::MAX);
            assert_eq!(parse(&text(&cursor)), Some(cursor));
        }
    }

    #[test]
    fn what_is_no_cursor_is_nothing() {
        let micros = cursor().at().unix_micros();
        assert_eq!(written(1, b't', micros, 7), TEXT);
        let all = [
            String::new(),
            TEXT[..23].to_owned(),
            TEXT[..20].to_owned(),
            format!("{TEXT}A"),
            format!("{TEXT}AAAA"),
            format!("{TEXT}="),
            format!(" {TEXT}"),
            TEXT.replace('A', "+"),
            TEXT.replace('A', "ñ"),
            written(0, b't', micros, 7),
            written(2, b't', micros, 7),
            written(1, b'r', micros, 7),
            written(1, b't', micros, 0),
            written(1, b't', micros, -7),
            written(1, b't', -62_135_596_800_000_001, 7),
            written(1, b't', 253_402_300_800_000_000, 7),
            written(1, b't', i64::MIN, 7),
            written(1, b't', i64::MAX, 7),
        ];
        for no_cursor in all {
            assert_eq!(parse::<Purchase>(&no_cursor), None, "{no_cursor:?}");
        }
    }

    #[test]
    fn no_two_lists_share_a_mark() {
        let marks =
            [Company::MARK, Router::MARK, FleetRouter::MARK, ApiKey::MARK, User::MARK, Product::MARK, Purchase::MARK];
        assert_eq!(BTreeSet::from(marks).len(), marks.len());
    }
}
