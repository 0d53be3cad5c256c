use std::net::{IpAddr, Ipv6Addr};

/// The origin of a request, for the limits. Only the first 64 bits of an IPv6 address count, because one household owns
/// all addresses behind them (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Visitor(IpAddr);

impl From<IpAddr> for Visitor {
    fn from(address: IpAddr) -> Self {
        Self(match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_visitor_is_its_first_64_bits() {
        let visitor = |address: &str| Visitor::from(address.parse::<IpAddr>().unwrap());
        assert_eq!(visitor("2001:db8:1:2::1"), visitor("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(visitor("2001:db8:1:2::1"), visitor("2001:db8:1:3::1"));
        assert_ne!(visitor("198.51.100.1"), visitor("198.51.100.2"));
    }
}
