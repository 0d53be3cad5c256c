//! Durations, in the two forms that routers write.

use std::time::Duration;

use super::InvalidValue;

const SECOND: u64 = 1_000_000_000;

/// Units from large to small, in nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// The duration in `raw`, or nothing for `none` and for an empty text.
///
/// Both `1w2d3h4m5s` (each unit at most once, from large to small, down to `ns`) and `1w2d03:04:05` are read; a number
/// alone is seconds. The longest span is some 584 years, more than routers have.
pub fn parse_duration(raw: &[u8]) -> Result<Option<Duration>, InvalidValue> {
    if matches!(raw, b"" | b"none") {
        return Ok(None);
    }
    let text = std::str::from_utf8(raw).map_err(|_| InvalidValue("duration"))?;
    nanoseconds(text).map(|total| Some(Duration::from_nanos(total))).ok_or(InvalidValue("duration"))
}

fn nanoseconds(text: &str) -> Option<u64> {
    let after_units = text.rfind(|letter: char| letter.is_ascii_alphabetic()).map_or(0, |last| last + 1);
    let (units, tail) = text.split_at(after_units);
    let tail = match tail {
        "" => 0,
        tail if tail.contains(':') => clock(tail)?,
        tail if units.is_empty() => whole(tail)?.checked_mul(SECOND)?,
        _ => return None,
    };
    in_units(units)?.checked_add(tail)
}

/// Numbers, each with a unit smaller than the one before.
fn in_units(text: &str) -> Option<u64> {
    let (mut rest, mut total, mut units) = (text, 0_u64, UNITS.iter());
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|letter: char| !letter.is_ascii_digit())?);
        let end = after.find(|letter: char| letter.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        let (_, size) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(whole(number)?.checked_mul(*size)?)?;
        rest = next;
    }
    Some(total)
}

/// `HH:MM:SS`, perhaps with a fraction.
fn clock(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (seconds, fraction) = seconds.split_once('.').map_or((seconds, None), |(whole, part)| (whole, Some(part)));
    let below_sixty = |part: &str| whole(part).filter(|&number| part.len() == 2 && number < 60);
    let total = whole(hours)?
        .checked_mul(60)?
        .checked_add(below_sixty(minutes)?)?
        .checked_mul(60)?
        .checked_add(below_sixty(seconds)?)?
        .checked_mul(SECOND)?;
    let fraction = match fraction {
        Some(part) if (1..=9).contains(&part.len()) => whole(&format!("{part:0<9}"))?,
        Some(_) => return None,
        None => 0,
    };
    parts.next().is_none().then(|| total.checked_add(fraction))?
}

/// Digits and nothing else, not even a sign.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// A duration as routers write it: `1w2d3h4m5s`, and `0s` for zero. A longer one than 584 years becomes 584 years.
pub fn format_duration(span: Duration) -> String {
    let mut rest = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            text += &(rest / size).to_string();
            text += unit;
            rest %= size;
        }
    }
    if text.is_empty() { String::from("0s") } else { text }
}
