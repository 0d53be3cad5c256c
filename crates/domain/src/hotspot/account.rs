use std::fmt;

use super::Mac;
use crate::text::{TextError, text};

text! {
    /// The name of a hotspot user. Up to 100 characters.
    HotspotUsername, max 100
}
text! {
    /// The name of a profile on a router. Up to 200 characters.
    ProfileName, max 200
}

impl HotspotUsername {
    /// Whether it is a device's hardware address, as the users are called that a router lets in without a login.
    pub fn is_mac(&self) -> bool {
        self.as_str().parse::<Mac>().is_ok()
    }
}

/// The password of a hotspot user. A user that is its own PIN has an empty one. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct HotspotPassword(String);

impl HotspotPassword {
    /// The greatest number of characters.
    pub const MAX: usize = 100;

    /// Takes up to 100 characters as they are: a password is not trimmed.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        if raw.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter);
        }
        if raw.chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        Ok(Self(raw.to_owned()))
    }

    /// A password as a router has it.
    pub const fn new(plain: String) -> Self {
        Self(plain)
    }

    /// Whether there is nothing to know but the name.
    pub const fn is_pin(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both are the same, in a time that says nothing of where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        ours.len() == theirs.len() && ours.iter().zip(theirs).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
    }

    /// The password itself; the name is long so that its uses are easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HotspotPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HotspotPassword(…)")
    }
}

/// What a hotspot user's comment says of the attempt that made it, so that an attempt whose answer was lost finds its own
/// user again instead of making a second one (RouterOS facts, 6.4). 1 to 64 letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CreationMark(String);

impl CreationMark {
    /// What stands before a mark in a comment.
    pub const PREFIX: &'static str = "tx:";

    /// The mark in this text, if it is one.
    pub fn parse(raw: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        ((1..=64).contains(&raw.len()) && raw.bytes().all(fits)).then(|| Self(raw.to_owned()))
    }

    /// The comment with this mark at its end. Other tools read comments, so theirs stays in front.
    pub fn append_to(&self, comment: &str) -> String {
        let gap = if comment.is_empty() { "" } else { " " };
        format!("{comment}{gap}{}{}", Self::PREFIX, self.0)
    }

    /// Whether this comment has this mark.
    pub fn is_in(&self, comment: &str) -> bool {
        comment.split(' ').any(|word| word.strip_prefix(Self::PREFIX) == Some(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_an_address_is_told_apart() {
        assert!(HotspotUsername::parse("aa:bb:cc:dd:ee:01").unwrap().is_mac());
        assert!(!HotspotUsername::parse("AB3C9D").unwrap().is_mac());
    }

    #[test]
    fn a_password_is_taken_as_it_is_and_never_shown() {
        let password = HotspotPassword::parse(" =p\"a ss ").unwrap();
        assert_eq!(password.expose(), " =p\"a ss ");
        assert_eq!(format!("{password:?}"), "HotspotPassword(…)");
        assert!(HotspotPassword::parse("").unwrap().is_pin());
        assert_eq!(HotspotPassword::parse("a\nb"), Err(TextError::ControlCharacter));
        assert_eq!(HotspotPassword::parse(&"x".repeat(101)), Err(TextError::TooLong { max: 100 }));
    }

    #[test]
    fn passwords_match_letter_by_letter() {
        let password = |text: &str| HotspotPassword::parse(text).unwrap();
        assert!(password("0456").matches(&password("0456")));
        for other in ["456", "0457", "04560", "", "1456"] {
            assert!(!password("0456").matches(&password(other)), "{other:?}");
        }
    }

    #[test]
    fn a_mark_is_put_behind_a_comment_and_found_as_a_word_of_its_own() {
        let mark = CreationMark::parse("a1-B_2").unwrap();
        assert_eq!(mark.append_to(""), "tx:a1-B_2");
        assert_eq!(mark.append_to("MODE=t TL=1h"), "MODE=t TL=1h tx:a1-B_2");
        for has in ["tx:a1-B_2", "MODE=t TL=1h tx:a1-B_2", "tx:a1-B_2 portero:idle"] {
            assert!(mark.is_in(has), "{has:?}");
        }
        for has_not in ["", "a1-B_2", "tx:a1-B_22", "xtx:a1-B_2", "tx: a1-B_2"] {
            assert!(!mark.is_in(has_not), "{has_not:?}");
        }
    }

    #[test]
    fn a_mark_cannot_break_a_comment() {
        for bad in ["", "a b", "a=b", "é", &"x".repeat(65)] {
            assert_eq!(CreationMark::parse(bad), None, "{bad:?}");
        }
    }
}
