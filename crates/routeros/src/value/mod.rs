//! The values that a router writes as text.

mod duration;
mod mac;
mod version;

pub use duration::{format_duration, parse_duration};
pub use mac::Mac;
pub use version::Version;

/// The text is not a value of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {0}")]
pub struct InvalidValue(pub(crate) &'static str);

/// A yes or no. Routers write `true` and `false`, and take `yes` and `no`.
pub fn parse_bool(raw: &[u8]) -> Result<bool, InvalidValue> {
    match raw {
        b"true" | b"yes" => Ok(true),
        b"false" | b"no" => Ok(false),
        _ => Err(InvalidValue("yes or no")),
    }
}

/// A yes or no as a router takes it.
pub const fn format_bool(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}
