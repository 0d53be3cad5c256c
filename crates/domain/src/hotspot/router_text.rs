use std::{borrow::Cow, fmt};

use encoding_rs::WINDOWS_1252;

/// A text on a router: a name, a comment, a password. The bytes are what the router has.
///
/// A router stores bytes and does not say what they mean. Newer tools write UTF-8, `WinBox` 3 wrote the code page of the
/// computer that it ran on. So a text keeps its bytes, is compared by them and goes back as it came. It is decoded for
/// showing only.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouterText(Vec<u8>);

impl RouterText {
    /// The text with these bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, as the router has them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// True when there is no byte.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text for showing: UTF-8 where the bytes are that, else windows-1252, in which every byte is a character.
    pub fn shown(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(&self.0).0,
        }
    }

    /// The bytes that a router may have for this text, the likelier ones first: UTF-8, then windows-1252 where the text
    /// has other bytes in it.
    pub fn spellings(text: &str) -> Vec<Self> {
        let utf8 = Self::from(text);
        let (bytes, _, has_unmapped) = WINDOWS_1252.encode(text);
        let other = Self(bytes.into_owned());
        if has_unmapped || other == utf8 { vec![utf8] } else { vec![utf8, other] }
    }
}

impl From<&str> for RouterText {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl AsRef<[u8]> for RouterText {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The text for showing.
impl fmt::Display for RouterText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for RouterText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_kept_and_has_a_character() {
        let all: Vec<u8> = (0..=255).collect();
        let text = RouterText::new(all.clone());
        assert_eq!(text.as_bytes(), all);
        assert_eq!(text.shown().chars().count(), 256);
    }

    #[test]
    fn a_text_is_shown_as_the_tool_that_wrote_it_would() {
        assert_eq!(RouterText::from("1 Día").to_string(), "1 Día");
        assert_eq!(RouterText::new(b"1 D\xeda \x80".to_vec()).to_string(), "1 Día €");
    }

    #[test]
    fn a_text_with_accents_has_two_spellings_and_others_have_one() {
        let accents = [RouterText::from("señor"), RouterText::new(b"se\xf1or".to_vec())];
        assert_eq!(RouterText::spellings("señor"), accents);
        for only in ["AB3C9D", "", "日本", "ñ😀"] {
            assert_eq!(RouterText::spellings(only), [RouterText::from(only)], "{only}");
        }
    }
}
