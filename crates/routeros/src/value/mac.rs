//! Hardware addresses.

use std::fmt;
use std::str::FromStr;

use super::InvalidValue;

/// A hardware address, written as routers do: `AA:BB:CC:DD:EE:01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// The address in `raw`: six pairs of hexadecimal digits, all parted by `:`, by `-` or by `.`.
    pub fn parse(raw: &[u8]) -> Result<Self, InvalidValue> {
        Self::read(raw).ok_or(InvalidValue("hardware address"))
    }

    fn read(raw: &[u8]) -> Option<Self> {
        let separator = *raw.get(2).filter(|byte| matches!(byte, b':' | b'-' | b'.'))?;
        let mut bytes = [0; 6];
        let mut pairs = raw.split(|&byte| byte == separator);
        for byte in &mut bytes {
            let pair = pairs.next().filter(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit))?;
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        pairs.next().is_none().then_some(Self(bytes))
    }
}

impl FromStr for Mac {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if place == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}
