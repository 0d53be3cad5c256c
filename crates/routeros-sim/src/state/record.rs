//! How a row shows its properties.

use std::{borrow::Cow, time::Duration};

use crate::{Assumptions, assumptions::Point};

/// What a row needs to know to be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) now: Duration,
    pub(crate) assumptions: &'a Assumptions,
    pub(crate) secrets: Secrets,
}

/// What becomes of passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    Shown,
    /// The account lacks the policy `sensitive`.
    Starred,
    /// The print did not ask for them.
    LeftOut,
}

/// A row of a table. Its properties are made up only when a command reads them.
pub(crate) trait Record {
    /// In the order in which they are printed, `.id` first.
    const PROPERTIES: &'static [&'static str];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>>;
}

/// `*1F`.
pub(crate) fn id_text(id: u64) -> String {
    format!("*{id:X}")
}

pub(crate) fn parse_id(text: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(text.strip_prefix(b"*")?).ok()?;
    u64::from_str_radix(digits, 16).ok()
}

#[expect(clippy::unnecessary_wraps, reason = "it is one arm among those of properties that may be absent")]
pub(super) fn owned<'a>(value: impl Into<Vec<u8>>) -> Option<Cow<'a, [u8]>> {
    Some(Cow::Owned(value.into()))
}

/// A property that need not have a value.
pub(super) fn optional<'a>(value: &'a [u8], view: View<'_>) -> Option<Cow<'a, [u8]>> {
    (!value.is_empty() || view.assumptions.hold(Point::EmptyPropertiesShown)).then_some(Cow::Borrowed(value))
}

/// A number that is shown when it limits something.
pub(super) fn limit<'a>(value: u64) -> Option<Cow<'a, [u8]>> {
    if value == 0 { None } else { owned(value.to_string()) }
}

/// A duration that is shown when there is one.
pub(super) fn some_time<'a>(value: Duration) -> Option<Cow<'a, [u8]>> {
    if value.is_zero() { None } else { owned(crate::value::shown_duration(value)) }
}
