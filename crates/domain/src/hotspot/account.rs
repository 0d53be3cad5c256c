use std::fmt;

use super::{Mac, RouterText};
use crate::text::{TextError, text};

text! {
    /// The name of a hotspot user, as a portal or Portero writes it. Up to 100 characters.
    HotspotUsername, max 100
}
text! {
    /// The name of a profile, as an admin writes it. Up to 200 characters.
    ProfileName, max 200
}

impl HotspotUsername {
    /// Whether it is a hardware address. A router logs such users in by their device alone.
    pub fn is_mac(&self) -> bool {
        self.as_str().parse::<Mac>().is_ok()
    }

    /// The name without the invisible characters that come along when a guest pastes it from a chat.
    #[must_use]
    pub fn visible(&self) -> Self {
        let visible: String = self.as_str().chars().filter(|&letter| !is_invisible(letter)).collect();
        Self::parse(&visible).unwrap_or_else(|_| self.clone())
    }
}

/// Characters without a shape: soft hyphen, zero width, direction marks, joiners, byte order mark.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// The password of a hotspot user. A user that is its own PIN has an empty one. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct HotspotPassword(RouterText);

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
        Ok(Self(RouterText::from(raw)))
    }

    /// A password as a router has it.
    pub const fn new(text: RouterText) -> Self {
        Self(text)
    }

    /// No password: the name is all there is to know.
    pub fn none() -> Self {
        Self(RouterText::default())
    }

    /// Whether there is nothing to know but the name.
    pub const fn is_pin(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a guest's password is this one, in either spelling that a router may have for it. Takes a time that says
    /// nothing of where the two differ.
    pub fn accepts(&self, given: &Self) -> bool {
        RouterText::spellings(&given.0.shown()).iter().fold(false, |fits, spelling| fits | same(&self.0, spelling))
    }

    /// The password itself. The name is long so that its uses are easy to find.
    pub const fn expose(&self) -> &RouterText {
        &self.0
    }
}

fn same(ours: &RouterText, theirs: &RouterText) -> bool {
    let (ours, theirs) = (ours.as_bytes(), theirs.as_bytes());
    ours.len() == theirs.len() && ours.iter().zip(theirs).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

impl fmt::Debug for HotspotPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HotspotPassword(…)")
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
    fn a_pasted_name_loses_what_nobody_sees() {
        for pasted in ["ZW1\u{200B}", "\u{FEFF}ZW1", "\u{202A}ZW1\u{202C}", "Z\u{AD}W\u{2060}1"] {
            assert_eq!(HotspotUsername::parse(pasted).unwrap().visible().as_str(), "ZW1", "{pasted:?}");
        }
        let nothing_else = HotspotUsername::parse("\u{200B}").unwrap();
        assert_eq!(nothing_else.visible(), nothing_else);
    }

    #[test]
    fn a_password_is_taken_as_it_is_and_never_shown() {
        let password = HotspotPassword::parse(" =p\"a ss ").unwrap();
        assert_eq!(password.expose().as_bytes(), b" =p\"a ss ");
        assert_eq!(format!("{password:?}"), "HotspotPassword(…)");
        assert!(HotspotPassword::parse("").unwrap().is_pin());
        assert_eq!(HotspotPassword::parse("a\nb"), Err(TextError::ControlCharacter));
        assert_eq!(HotspotPassword::parse(&"x".repeat(101)), Err(TextError::TooLong { max: 100 }));
    }

    #[test]
    fn passwords_match_letter_by_letter_in_either_spelling() {
        let given = |text: &str| HotspotPassword::parse(text).unwrap();
        let stored = |bytes: &[u8]| HotspotPassword::new(RouterText::new(bytes.to_vec()));
        assert!(stored(b"0456").accepts(&given("0456")));
        assert!(stored("niño".as_bytes()).accepts(&given("niño")));
        assert!(stored(b"ni\xf1o").accepts(&given("niño")));
        for other in ["456", "0457", "04560", "", "1456", "nino"] {
            assert!(!stored(b"0456").accepts(&given(other)), "{other:?}");
            assert!(!stored(b"ni\xf1o").accepts(&given(other)), "{other:?}");
        }
    }
}
