//! Values as RouterOS takes and shows them: everything is text, normalised on the way in.

use std::{net::Ipv4Addr, time::Duration};

/// The bytes of one value. RouterOS keeps what it was given, in whatever encoding.
pub type Value = Vec<u8>;

/// `yes`, `true`, `no` or `false`; `None` is no boolean.
pub(crate) fn boolean(text: &[u8]) -> Option<bool> {
    match text {
        b"yes" | b"true" => Some(true),
        b"no" | b"false" => Some(false),
        _ => None,
    }
}

/// How a boolean is shown.
pub(crate) fn shown_boolean(value: bool) -> &'static [u8] {
    if value { b"true" } else { b"false" }
}

/// A duration in any of the accepted forms: `3600`, `1h`, `1w2d3h4m5s`, `500ms`, `01:22:53`, `1d00:30:00`, `none`.
///
/// `none` and the empty text are no time at all. `None` is no duration.
pub(crate) fn duration(text: &[u8]) -> Option<Duration> {
    let mut rest = std::str::from_utf8(text).ok()?;
    if rest.is_empty() || rest == "none" {
        return Some(Duration::ZERO);
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().ok()?;
        let after = &rest[digits..];
        if after.starts_with(':') {
            return Some(Duration::from_millis(total.checked_add(clock_face(rest)?.checked_mul(1000)?)?));
        }
        let (unit, next) = after.split_at(after.bytes().take_while(u8::is_ascii_alphabetic).count());
        let millis = match unit {
            "w" => 604_800_000,
            "d" => 86_400_000,
            "h" => 3_600_000,
            "m" => 60_000,
            "ms" => 1,
            "s" => 1000,
            "" if next.is_empty() => 1000,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(millis)?)?;
        rest = next;
    }
    Some(Duration::from_millis(total))
}

/// `HH:MM:SS` or `HH:MM` in seconds.
fn clock_face(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts[..] {
        [hours, minutes] if minutes < 60 => hours.checked_mul(3600)?.checked_add(minutes * 60),
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 => {
            hours.checked_mul(3600)?.checked_add(minutes * 60 + seconds)
        }
        _ => None,
    }
}

/// How a duration is shown: `1w2d3h4m5s`, without the parts that are nought; `0s` when all are.
pub(crate) fn shown_duration(value: Duration) -> Value {
    let mut seconds = value.as_secs();
    let mut shown = String::new();
    for (unit, length) in [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            shown.push_str(&(seconds / length).to_string());
            shown.push_str(unit);
            seconds %= length;
        }
    }
    if shown.is_empty() {
        shown.push_str("0s");
    }
    shown.into_bytes()
}

/// A MAC address, upper case with colons; `:`, `-` and `.` are accepted between its bytes.
pub(crate) fn mac(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let parts: Vec<&str> = text.split([':', '-', '.']).collect();
    let is_byte = |part: &&str| part.len() == 2 && part.bytes().all(|digit| digit.is_ascii_hexdigit());
    (parts.len() == 6 && parts.iter().all(is_byte)).then(|| parts.join(":").to_ascii_uppercase())
}

/// An IPv4 address.
pub(crate) fn address(text: &[u8]) -> Option<Ipv4Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A count of bytes, plain or with one of the suffixes `k`, `M`, `G`.
pub(crate) fn count(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let (digits, unit) = match text.as_bytes().last()? {
        b'k' | b'K' => (&text[..text.len() - 1], 1 << 10),
        b'M' => (&text[..text.len() - 1], 1 << 20),
        b'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_in_every_form_and_shown_in_one() {
        for (text, shown) in [
            ("0s", "0s"),
            ("3600", "1h"),
            ("1h2m3s", "1h2m3s"),
            ("1d2h3m4s", "1d2h3m4s"),
            ("4w2d", "4w2d"),
            ("01:22:53", "1h22m53s"),
            ("1d00:30:00", "1d30m"),
            ("1w2d03:04:05", "1w2d3h4m5s"),
            ("500ms", "0s"),
            ("90m", "1h30m"),
            ("none", "0s"),
            ("", "0s"),
        ] {
            let read = duration(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(shown_duration(read), shown.as_bytes(), "{text}");
        }
        for text in ["h", "1x", "-1", "1h:2", "99:99", "99999999999999999999w", "1 h", "é"] {
            assert_eq!(duration(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_mac_is_shown_in_capitals_with_colons() {
        for text in ["aa-bb-cc-dd-ee-01", "aa:bb:cc:dd:ee:01", "AA.BB.CC.DD.EE.01"] {
            assert_eq!(mac(text.as_bytes()).as_deref(), Some("AA:BB:CC:DD:EE:01"));
        }
        for text in ["", "aa:bb:cc:dd:ee", "aa:bb:cc:dd:ee:0g", "aabbccddee01"] {
            assert_eq!(mac(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_count_takes_a_suffix() {
        assert_eq!(count(b"10"), Some(10));
        assert_eq!(count(b"2M"), Some(2 << 20));
        assert_eq!(count(b"M"), None);
        assert_eq!(count(b"99999999999999999999"), None);
    }
}
