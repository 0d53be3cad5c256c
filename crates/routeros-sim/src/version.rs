//! Which RouterOS this router says it runs, and what follows from it.

use std::{fmt, str::FromStr};

/// A RouterOS version such as `7.18`, `6.49.19 (long-term)` or `7.24rc1 (testing)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    numbers: [u16; 3],
    text: String,
}

/// The text is no RouterOS version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a RouterOS version: expected something like 7.18 or 6.49.19")]
pub struct NotAVersion;

impl Version {
    /// 7.18, the first that says `!empty`.
    pub(crate) fn seven_eighteen() -> Self {
        Self { numbers: [7, 18, 0], text: "7.18 (stable)".to_owned() }
    }

    /// Whether this version is that one or a later one.
    pub fn at_least(&self, major: u16, minor: u16, patch: u16) -> bool {
        self.numbers >= [major, minor, patch]
    }

    /// Since 6.43 the password is sent as it is.
    pub fn knows_plain_login(&self) -> bool {
        self.at_least(6, 43, 0)
    }

    /// Until 6.45.1 the login by an MD5 of a challenge works.
    pub fn knows_legacy_login(&self) -> bool {
        !self.at_least(6, 45, 1)
    }

    /// Since 7.18 a print without rows says `!empty` before its `!done`.
    pub fn says_empty(&self) -> bool {
        self.at_least(7, 18, 0)
    }

    /// Since 7.0 some messages end in the number of their error, as `no such item (4)`.
    pub fn numbers_errors(&self) -> bool {
        self.at_least(7, 0, 0)
    }

    /// Since 7.21 secrets are printed only on `show-sensitive`, it is said.
    pub fn has_show_sensitive(&self) -> bool {
        self.at_least(7, 21, 0)
    }
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let number = text.split_whitespace().next().ok_or(NotAVersion)?;
        let mut numbers = [0; 3];
        let mut parts = number.split('.');
        for slot in &mut numbers {
            let Some(part) = parts.next() else { break };
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            *slot = part[..digits].parse().map_err(|_| NotAVersion)?;
        }
        if numbers[0] == 0 || parts.next().is_some() {
            return Err(NotAVersion);
        }
        let text = if text.contains('(') { text.to_owned() } else { format!("{number} (stable)") };
        Ok(Self { numbers, text })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_the_vectors_is_read() {
        for (text, numbers) in [
            ("6.42.12 (long-term)", [6, 42, 12]),
            ("6.49.19 (long-term)", [6, 49, 19]),
            ("7.1beta4 (development)", [7, 1, 0]),
            ("7.18.2 (stable)", [7, 18, 2]),
            ("7.24rc1 (testing)", [7, 24, 0]),
        ] {
            let version: Version = text.parse().unwrap();
            assert_eq!(version.numbers, numbers);
            assert_eq!(version.to_string(), text);
        }
        for text in ["", "seven", "7.x", "0.9", "7.1.2.3"] {
            assert_eq!(text.parse::<Version>(), Err(NotAVersion), "{text}");
        }
    }

    #[test]
    fn each_change_of_the_protocol_has_its_version() {
        let is = |text: &str| text.parse::<Version>().unwrap();
        assert!(!is("6.42").knows_plain_login() && is("6.43").knows_plain_login());
        assert!(is("6.45").knows_legacy_login() && !is("6.45.1").knows_legacy_login());
        assert!(!is("7.17.2").says_empty() && is("7.18").says_empty());
        assert!(!is("7.20").has_show_sensitive() && is("7.21").has_show_sensitive());
    }
}
