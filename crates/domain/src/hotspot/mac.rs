use std::{fmt, str::FromStr};

use thiserror::Error;

/// A hardware address, written as routers do: `AA:BB:CC:DD:EE:01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mac([u8; 6]);

/// A text that is no hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is not a hardware address")]
pub struct InvalidMac;

impl Mac {
    /// The regular expression that a written address fits, and nothing else.
    pub const PATTERN: &'static str = "^[0-9A-F]{2}(:[0-9A-F]{2}){5}$";

    /// The address with these bytes.
    pub const fn new(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }

    /// Whether it stands for any device: a user bound to it is bound to none (RouterOS's default).
    pub fn is_any(self) -> bool {
        self.0 == [0; 6]
    }
}

impl FromStr for Mac {
    type Err = InvalidMac;

    /// Six pairs of hexadecimal digits in any case, all parted by `:`, by `-` or by `.`.
    fn from_str(text: &str) -> Result<Self, InvalidMac> {
        let separator = text.chars().nth(2).filter(|part| matches!(part, ':' | '-' | '.')).ok_or(InvalidMac)?;
        let mut pairs = text.split(separator);
        let mut bytes = [0; 6];
        for byte in &mut bytes {
            let pair =
                pairs.next().filter(|pair| pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
            *byte = u8::from_str_radix(pair.ok_or(InvalidMac)?, 16).map_err(|_| InvalidMac)?;
        }
        if pairs.next().is_some() { Err(InvalidMac) } else { Ok(Self(bytes)) }
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        for byte in self.0 {
            write!(f, "{gap}{byte:02X}")?;
            gap = ":";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_written_the_same_way() {
        for spelling in ["aa:bb:cc:dd:ee:01", "AA-BB-CC-DD-EE-01", "aA.bB.cC.dD.eE.01"] {
            assert_eq!(spelling.parse::<Mac>().unwrap().to_string(), "AA:BB:CC:DD:EE:01");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "AA:BB:CC:DD:EE",
            "AA:BB:CC:DD:EE:01:02",
            "AA:BB-CC:DD:EE:01",
            "+A:BB:CC:DD:EE:01",
            "AABBCCDDEE01",
            "ñA:BB:CC:DD:EE:1",
        ] {
            assert_eq!(bad.parse::<Mac>(), Err(InvalidMac), "{bad:?}");
        }
    }
}
