//! Versions of RouterOS.

use std::fmt;

use super::InvalidValue;

/// A version of RouterOS. What is said of a beta or a candidate is left out: `7.1beta4` is 7.1.0 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// 6 or 7.
    pub major: u16,
    /// The number after the first dot.
    pub minor: u16,
    /// The number after the second dot, or zero.
    pub patch: u16,
}

impl Version {
    /// The version in `raw`, such as `7.18.2 (stable)` in `/system/resource`.
    pub fn parse(raw: &[u8]) -> Result<Self, InvalidValue> {
        Self::read(raw).ok_or(InvalidValue("version"))
    }

    fn read(raw: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(raw).ok()?.split_ascii_whitespace().next()?;
        let mut parts = text.splitn(3, '.');
        let major = parts.next()?.parse().ok()?;
        let (minor, is_whole) = leading_number(parts.next()?)?;
        let patch = match parts.next() {
            Some(part) if is_whole => leading_number(part)?.0,
            Some(_) => return None,
            None => 0,
        };
        Some(Self { major, minor, patch })
    }
}

/// The number that `text` begins with, and whether it is all of it.
fn leading_number(text: &str) -> Option<(u16, bool)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, end == text.len()))
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
