//! Values that must not be seen.

use std::fmt;

use crate::text::TextError;

/// A secret in plain form: a router's password, a gateway's private key. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The greatest number of characters of a secret that Portero keeps for someone.
    pub const MAX: usize = 256;

    /// Takes 1 to 256 characters as they are: a password is not trimmed (`R9`).
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        if raw.is_empty() {
            return Err(TextError::Empty);
        }
        if raw.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter);
        }
        if raw.chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        Ok(Self(raw.to_owned()))
    }

    /// A secret that some other part has made or opened.
    pub const fn new(plain: String) -> Self {
        Self(plain)
    }

    /// The secret itself; the name is long so that its uses are easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A secret sealed for rest: useless without the sealing key, safe in a dump of the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// A sealed text as a vault made it or the store kept it.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The sealed text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of an API key's token without its prefix: all that the store keeps of it.
///
/// A plain hash is enough because the token's signature is 256 bits of chance to anyone without the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint with these bytes.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest's bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

macro_rules! hidden_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

hidden_debug!(Secret, Sealed, Fingerprint);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_as_it_is_and_never_shown() {
        let secret = Secret::parse("  pass word  ").unwrap();
        assert_eq!(secret.expose(), "  pass word  ");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(format!("{:?}", Sealed::new("abc".into())), "Sealed(…)");
        assert_eq!(format!("{:?}", Fingerprint::new([7; 32])), "Fingerprint(…)");
    }

    #[test]
    fn a_secret_has_1_to_256_characters_and_no_controls() {
        assert!(Secret::parse(&"ñ".repeat(256)).is_ok());
        assert_eq!(Secret::parse(&"x".repeat(257)), Err(TextError::TooLong { max: 256 }));
        assert_eq!(Secret::parse(""), Err(TextError::Empty));
        assert_eq!(Secret::parse("a\0b"), Err(TextError::ControlCharacter));
    }
}
