//! Bytes as text. A router stores bytes and does not say what they mean.

use std::borrow::Cow;

/// How to read the bytes of names and comments on one router.
///
/// Newer tools write UTF-8, while `WinBox` 3 wrote the code page of the computer it ran on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and nothing else is text.
    Utf8,
    /// UTF-8 where the bytes are that, otherwise windows-1252.
    #[default]
    Utf8OrWindows1252,
}

impl Charset {
    /// The text, or nothing when the bytes are none in this charset.
    pub fn read(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match (std::str::from_utf8(bytes), self) {
            (Ok(text), _) => Some(Cow::Borrowed(text)),
            (Err(_), Self::Utf8) => None,
            (Err(_), Self::Utf8OrWindows1252) => Some(bytes.iter().map(|&byte| windows_1252(byte)).collect()),
        }
    }
}

/// The character of a byte, as browsers read it: the five bytes without one are control characters.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
