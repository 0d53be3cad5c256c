//! The keys that encrypt stored secrets, which `Debug` never shows.

use std::{fmt, str::FromStr};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::value::{list, unquoted};

/// The keys that encrypt and decrypt stored secrets.
pub(crate) struct EncryptionKeys {
    pub(crate) current: [u8; 32],
    pub(crate) old: Vec<[u8; 32]>,
}

impl fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKeys(…)")
    }
}

/// A key: 32 bytes in base64, of either alphabet, padded or not.
#[derive(Clone)]
pub(super) struct EncryptionKey(pub(super) [u8; 32]);

impl FromStr for EncryptionKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        [alphabet::STANDARD, alphabet::URL_SAFE]
            .iter()
            .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(unquoted(text)).ok())
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or("must be base64 of 32 bytes")
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncryptionKey(…)")
    }
}

/// Keys that only decrypt.
#[derive(Clone, Default)]
pub(super) struct OldEncryptionKeys(pub(super) Vec<[u8; 32]>);

impl FromStr for OldEncryptionKeys {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        list(unquoted(text)).map(|key| key.parse().map(|EncryptionKey(key)| key)).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Debug for OldEncryptionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OldEncryptionKeys(…)")
    }
}
