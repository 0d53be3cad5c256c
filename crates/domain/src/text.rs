//! Text that people type: trimmed, never empty, bounded, free of control characters.

use thiserror::Error;

/// Why a text is not acceptable (`R8`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing is left after trimming.
    #[error("the text is empty")]
    Empty,
    /// Longer than the field allows.
    #[error("the text has more than {max} characters")]
    TooLong {
        /// The greatest number of characters allowed.
        max: usize,
    },
    /// A control character, such as NUL or a line break.
    #[error("the text has control characters")]
    ControlCharacter,
    /// Bounded and printable, but not of the form that the field has.
    #[error("the text does not have the required form")]
    Malformed,
}

/// Trims `raw` and holds it against the rules that every text field shares. `max` counts characters.
pub(crate) fn tidy(raw: &str, max: usize) -> Result<&str, TextError> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    if text.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    Ok(text)
}

/// Defines a text type: `parse` trims and checks, `as_str` reads.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, max $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// The greatest number of characters.
            pub const MAX: usize = $max;

            /// Trims the text; refuses it when empty, too long or holding control characters.
            pub fn parse(raw: &str) -> Result<Self, $crate::text::TextError> {
                $crate::text::tidy(raw, Self::MAX).map(|text| Self(text.to_owned()))
            }

            /// The text, trimmed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

pub(crate) use text;

text! {
    /// A name for show: of a router, a company or a person. Up to 100 characters.
    Name, max 100
}
text! {
    /// A telephone number as its owner writes it. Up to 30 characters.
    Phone, max 30
}
impl Phone {
    /// A number for a gateway that demands one, where none is known.
    pub fn unknown() -> Self {
        Self("0000000000".to_owned())
    }
}

text! {
    /// A sentence or two about a product. Up to 1,000 characters.
    Description, max 1_000
}
text! {
    /// An identifier that another system gave: a gateway's public key, a chat, a RouterOS profile. Up to 200
    /// characters.
    ForeignId, max 200
}

/// What an admin notes about something, with line breaks. Up to 1,000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notes(String);

impl Notes {
    /// The greatest number of characters.
    pub const MAX: usize = 1_000;

    /// Trims the text and writes each line break as `\n`. Rejects an empty or too long text, and other control characters.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = raw.trim().replace("\r\n", "\n").replace('\r', "\n");
        if text.is_empty() {
            return Err(TextError::Empty);
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n') {
            return Err(TextError::ControlCharacter);
        }
        if text.chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        Ok(Self(text))
    }

    /// The text, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An e-mail address in lower case, so that one person has one spelling. Up to 254 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// The greatest number of characters (RFC 5321, less the angle brackets).
    pub const MAX: usize = 254;

    /// Trims, folds to lower case and checks the form. The domain needs a dot: a bare host is a typing error.
    ///
    /// The folded text is what is checked, because it is what the store keeps and parses again. Lower case can be longer
    /// than upper case, and can have characters that no address may have: `İ` becomes `i` and a combining dot.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let folded = raw.to_lowercase();
        let text = tidy(&folded, Self::MAX)?;
        let options =
            email_address::Options::default().with_required_tld().without_display_text().without_domain_literal();
        match email_address::EmailAddress::parse_with_options(text, options) {
            Ok(_) if text.to_lowercase() == text => Ok(Self(text.to_owned())),
            _ => Err(TextError::Malformed),
        }
    }

    /// The address, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address of something to show, such as a logo: of the web, or relative to the page that shows it. Up to 500
/// characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link(String);

impl Link {
    /// The greatest number of characters.
    pub const MAX: usize = 500;

    /// Trims and checks. Any other scheme than the web's is refused: pages put links in, and some schemes are scripts.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = tidy(raw, Self::MAX)?;
        let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| !scheme.contains(['/', '?', '#']));
        match scheme {
            Some(scheme) if !["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) => {
                Err(TextError::Malformed)
            }
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The path of a file that this service shows itself.
    pub(crate) const fn to_own_file(path: String) -> Self {
        Self(path)
    }

    /// The address, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_keep_their_line_breaks_and_no_other_control_characters() {
        assert_eq!(Notes::parse(" uno\r\ndos\rtres \n").unwrap().as_str(), "uno\ndos\ntres");
        for bad in ["a\tb", "a\0", "a\u{85}b"] {
            assert_eq!(Notes::parse(bad), Err(TextError::ControlCharacter), "{bad:?}");
        }
        assert_eq!(Notes::parse(" \n "), Err(TextError::Empty));
        assert_eq!(Notes::parse(&"ñ".repeat(1_001)), Err(TextError::TooLong { max: 1_000 }));
        assert!(Notes::parse(&"ñ".repeat(1_000)).is_ok());
    }

    #[test]
    fn a_link_is_of_the_web_or_relative() {
        for good in [
            "https://hotelcentral.mx/logo.png",
            "HTTP://hotelcentral.mx:8080/a:b",
            "/img/1hora.png",
            "img/1hora.png?t=10:30",
            "//cdn.example/x.png",
            "#a:b",
        ] {
            assert_eq!(Link::parse(good).map(|link| link.as_str().to_owned()), Ok(good.to_owned()));
        }
        for bad in
            ["javascript:alert(1)", " JavaScript:alert(1)", "data:image/svg+xml,<svg>", "file:///etc", "x y:z", ":"]
        {
            assert_eq!(Link::parse(bad), Err(TextError::Malformed), "{bad:?}");
        }
    }

    #[test]
    fn text_is_trimmed_and_counted_in_characters() {
        assert_eq!(Name::parse("  Café \u{3000}").unwrap().as_str(), "Café");
        assert_eq!(Name::parse(&"ñ".repeat(100)).unwrap().as_str().chars().count(), 100);
        assert_eq!(Name::parse(&"ñ".repeat(101)), Err(TextError::TooLong { max: 100 }));
    }

    #[test]
    fn text_of_nothing_or_with_controls_is_refused() {
        assert_eq!(Name::parse(" \t\n "), Err(TextError::Empty));
        for bad in ["a\0b", "a\nb", "a\u{7f}b", "a\u{85}b"] {
            assert_eq!(Name::parse(bad), Err(TextError::ControlCharacter), "{bad:?}");
        }
    }

    #[test]
    fn an_email_has_one_spelling() {
        assert_eq!(Email::parse(" Ana@Hotel.MX ").unwrap().as_str(), "ana@hotel.mx");
        assert_eq!(Email::parse("ÑANDÚ@Hotel.MX").unwrap().as_str(), "ñandú@hotel.mx");
        for bad in
            ["", "ana", "ana@", "@hotel.mx", "ana@localhost", "Ana <ana@hotel.mx>", "ana@[127.0.0.1]", "a b@c.mx"]
        {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_email_is_judged_in_lower_case() {
        for bad in ["x@İ.mx", "İ@hotel.mx", "x@hotel.İmx"] {
            assert_eq!(Email::parse(bad), Err(TextError::Malformed), "{bad:?}");
        }
        let longer_in_lower_case = format!("\"{}\"@hotel.mx", "İ".repeat(21));
        assert_eq!(Email::parse(&longer_in_lower_case), Err(TextError::Malformed));
    }
}
