//! Identities: parsed once at the edge, never a bare text or number again.

/// Defines an identity that is a fixed prefix and a tail of a known alphabet.
macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, prefix $prefix:literal, tail $least:literal to $most:literal,
     of $alphabet:expr, $class:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// What every such id begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The regular expression that an id fits, and nothing else.
            pub const PATTERN: &'static str = concat!("^", $prefix, $class, "{", $least, ",", $most, "}$");

            /// The id in `raw`, or nothing when `raw` cannot be one.
            pub fn parse(raw: &str) -> Option<Self> {
                let tail = raw.strip_prefix(Self::PREFIX)?;
                let fits = ($least..=$most).contains(&tail.len()) && tail.bytes().all($alphabet);
                fits.then(|| Self(raw.to_owned()))
            }

            /// The id as it is written everywhere, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Defines an identity that the store counts.
macro_rules! counted_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// The identity with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number in `raw`, or nothing when `raw` is not a positive whole number. A number has one spelling: `01`
            /// is no id, or two texts would name one thing.
            pub fn parse(raw: &str) -> Option<Self> {
                let is_canonical = !raw.starts_with('0') && raw.bytes().all(|byte| byte.is_ascii_digit());
                raw.parse().ok().filter(|&number| is_canonical && number > 0).map(Self)
            }

            /// The number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }
    };
}

fn upper_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'F')
}

fn lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn lower_alphanumeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'z')
}

prefixed_id! {
    /// A company: `EMP_` and 10 upper hexadecimal digits.
    CompanyId, prefix "EMP_", tail 10 to 10, of upper_hex, "[0-9A-F]"
}
prefixed_id! {
    /// A router: `RTR_` and 8 upper hexadecimal digits. That is 32 bits, so a new id may be taken and is drawn again.
    RouterId, prefix "RTR_", tail 8 to 8, of upper_hex, "[0-9A-F]"
}
prefixed_id! {
    /// An API key's public id: `key_` and 16 letters and digits. The documented examples have 14, so any length is
    /// accepted (`R5`).
    KeyId, prefix "key_", tail 1 to 32, of lower_alphanumeric, "[0-9a-z]"
}
prefixed_id! {
    /// A session: `ses_` and 26 letters and digits, 134 bits of chance.
    SessionId, prefix "ses_", tail 26 to 26, of lower_alphanumeric, "[0-9a-z]"
}
prefixed_id! {
    /// The reference of a purchase that gateways and routers keep: `compra_` and 26 letters and digits, 134 bits of chance.
    PurchaseReference, prefix "compra_", tail 26 to 26, of lower_alphanumeric, "[0-9a-z]"
}
prefixed_id! {
    /// The part of a webhook's address that tells the company: 32 letters and digits. One a company. Only the company and its
    /// gateway know it.
    WebhookToken, prefix "", tail 32 to 32, of lower_alphanumeric, "[0-9a-z]"
}
prefixed_id! {
    /// The part of a logo's file name that changes with each upload: 6 lower hexadecimal digits.
    LogoTag, prefix "", tail 6 to 6, of lower_hex, "[0-9a-f]"
}
counted_id! {
    /// A user who logs in.
    UserId
}
counted_id! {
    /// A product of a catalogue.
    ProductId
}
counted_id! {
    /// A row of the purchases.
    PurchaseId
}

/// A process that works on the store: a random number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProcessId(i64);

impl ProcessId {
    /// The process with this number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_the_page_are_ids() {
        assert!(CompanyId::parse("EMP_3A9F1C0B2D").is_some());
        assert!(RouterId::parse("RTR_A1B2C3D4").is_some());
        assert!(KeyId::parse("key_a1b2c3d4e5f6g7h8").is_some());
        assert!(KeyId::parse("key_newkeyid123456").is_some());
    }

    #[test]
    fn what_is_no_id_is_nothing() {
        for bad in [
            "",
            "RTR_",
            "RTR_A1B2C3D",
            "RTR_A1B2C3D45",
            "RTR_a1b2c3d4",
            "rtr_A1B2C3D4",
            "RTR_A1B2C3G4",
            "RTR_A1B2C3D\0",
        ] {
            assert_eq!(RouterId::parse(bad), None, "{bad:?}");
        }
        for bad in ["key_", "key_A", "key_é", "KEY_a", "key_a b"] {
            assert_eq!(KeyId::parse(bad), None, "{bad:?}");
        }
        for bad in ["", "0", "-1", "+1", "01", "１", "1.0", "9223372036854775808", " 1"] {
            assert_eq!(ProductId::parse(bad), None, "{bad:?}");
        }
    }
}
