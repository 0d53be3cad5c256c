//! `/user`: who may use the API, from where, and for what.

use std::{
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use crate::value::Value;

/// An account of the router itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name to log in with.
    pub name: Value,
    /// Its password.
    pub password: Value,
    /// What its group may do.
    pub policies: Policies,
    /// From where it may log in; empty is from anywhere.
    pub addresses: Vec<Network>,
}

impl Account {
    /// An account that may do everything.
    pub fn full(name: impl Into<Value>, password: impl Into<Value>) -> Self {
        let policies = Policies { api: true, read: true, write: true, sensitive: true };
        Self { name: name.into(), password: password.into(), policies, addresses: Vec::new() }
    }
}

/// What the group of an account may do, as far as the API asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a policy of its own")]
pub struct Policies {
    /// Log in through the API.
    pub api: bool,
    /// Print.
    pub read: bool,
    /// Add, set, remove.
    pub write: bool,
    /// See passwords.
    pub sensitive: bool,
}

/// A range of IPv4 addresses such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: Ipv4Addr,
    bits: u32,
}

/// The text is no address and no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an IPv4 address or range such as 10.0.0.0/8")]
pub struct NotANetwork;

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
        let bits = bits.parse().ok().filter(|bits| *bits <= 32).ok_or(NotANetwork)?;
        Ok(Self { address: address.parse().map_err(|_| NotANetwork)?, bits })
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        let IpAddr::V4(address) = address.to_canonical() else { return false };
        let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
        address.to_bits() & mask == self.address.to_bits() & mask
    }

    /// Whether the list permits that address. An empty list permits every address.
    pub(crate) fn admit(list: &[Self], address: IpAddr) -> bool {
        list.is_empty() || list.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_list_admits_its_ranges_and_an_empty_one_everybody() {
        let list: Vec<Network> = ["10.0.0.0/8", "192.0.2.7"].iter().map(|text| text.parse().unwrap()).collect();
        let admits = |address: &str| Network::admit(&list, address.parse().unwrap());
        assert!(admits("10.200.3.4") && admits("192.0.2.7") && admits("::ffff:10.0.0.1"));
        assert!(!admits("11.0.0.1") && !admits("192.0.2.8") && !admits("::1"));
        assert!(Network::admit(&[], "::1".parse().unwrap()));
        assert!(Network::admit(&["0.0.0.0/0".parse().unwrap()], "8.8.8.8".parse().unwrap()));
        assert!("10.0.0.0/33".parse::<Network>().is_err() && "ten".parse::<Network>().is_err());
    }
}
