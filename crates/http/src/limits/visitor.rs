use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use actix_web::http::header::HeaderValue;
use ipnet::IpNet;
use thiserror::Error;

/// An address, or a block of them such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is no address and no block of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is no address and no block of addresses")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let text = text.trim();
        let block = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical())));
        block.map(Self).map_err(|_| NoNetwork)
    }
}

/// Where a call comes from, as far as limits go. IPv6 addresses are told apart by their first 64 bits only, because a
/// household has all the rest to itself (RFC 6177).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Visitor(IpAddr);

impl From<IpAddr> for Visitor {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        })
    }
}

/// Who is calling: the peer, unless that is a trusted proxy. A proxy appends to `X-Forwarded-For` whom it calls for, so
/// the list is read from its end for as long as who wrote an entry is trusted; all before that may be made up. Where the
/// list ends early or has no address, whoever passed it on is the visitor.
pub(super) fn visitor<'a>(
    peer: Option<IpAddr>,
    forwarded: impl DoubleEndedIterator<Item = &'a HeaderValue>,
    trusted: &[Network],
) -> Visitor {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.0.contains(&address));
    let mut address = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).to_canonical();
    let mut hops = forwarded.rev().flat_map(|value| value.as_bytes().rsplit(|&byte| byte == b','));
    while is_trusted(address) {
        let Some(hop) = hops.next().and_then(address_in) else { break };
        address = hop;
    }
    address.into()
}

/// The address in an entry, which may have brackets around it and a port behind it.
fn address_in(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who calls, when this peer passes these headers on and everything in `10.0.0.0/8` and `fd00::/8` is trusted.
    fn visitor_of(peer: &str, forwarded: &[&[u8]]) -> String {
        let trusted: Vec<_> = ["10.0.0.0/8", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect();
        let forwarded: Vec<_> = forwarded.iter().map(|value| HeaderValue::from_bytes(value).unwrap()).collect();
        visitor(peer.parse().ok(), forwarded.iter(), &trusted).0.to_string()
    }

    #[test]
    fn a_peer_that_is_not_trusted_is_the_visitor_whatever_it_says() {
        assert_eq!(visitor_of("203.0.113.9", &[b"198.51.100.1"]), "203.0.113.9");
        assert_eq!(visitor_of("203.0.113.9", &[b"10.0.0.1"]), "203.0.113.9");
        assert_eq!(visitor_of("203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_tells_whom_it_calls_for() {
        assert_eq!(visitor_of("10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(visitor_of("::ffff:10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(visitor_of("fd00::1", &[b"198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(visitor_of("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        assert_eq!(visitor_of("10.0.0.1", &[b"192.0.2.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(visitor_of("10.0.0.1", &[b"192.0.2.1", b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(visitor_of("10.0.0.1", &[b"10.0.0.7, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
    }

    #[test]
    fn several_trusted_hops_are_passed_up_to_the_first_other() {
        assert_eq!(visitor_of("10.0.0.1", &[b"198.51.100.1,10.0.0.3", b"fd00::2 , 10.0.0.2"]), "198.51.100.1");
        assert_eq!(visitor_of("10.0.0.1", &[b"10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn garbage_ends_the_list_at_who_passed_it_on() {
        for garbage in [
            &b""[..],
            b" ",
            b",",
            b"unknown",
            b"_hidden",
            b"198.51.100",
            b"198.51.100.1.2",
            b"[",
            b"[]",
            b"]:[",
            b"\xff\xfe",
            b"fe80::1%eth0",
            b"198.51.100.1:99999",
            b"198.51.100.1,",
            b"999.1.1.1",
            b"198.51.100.1;",
            b":",
        ] {
            assert_eq!(visitor_of("10.0.0.1", &[garbage]), "10.0.0.1", "{garbage:?}");
            assert_eq!(visitor_of("10.0.0.1", &[garbage, b"10.0.0.2"]), "10.0.0.2", "{garbage:?}");
        }
        assert_eq!(visitor_of("10.0.0.1", &[",".repeat(8_000).as_bytes()]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_visitor_is_its_first_64_bits() {
        let one = "2001:db8:1:2::";
        for same in ["2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"] {
            assert_eq!(visitor_of(same, &[]), one);
            for written in [same.to_owned(), format!("[{same}]"), format!("[{same}]:443")] {
                assert_eq!(visitor_of("10.0.0.1", &[written.as_bytes()]), one, "{written}");
            }
        }
        assert_eq!(visitor_of("2001:db8:1:3::1", &[]), "2001:db8:1:3::");
        assert_eq!(visitor_of("::ffff:198.51.100.1", &[]), "198.51.100.1");
    }

    #[test]
    fn a_network_is_an_address_or_a_block() {
        for good in ["10.0.0.1", " 10.0.0.0/8 ", "10.1.2.3/8", "::1", "fd00::/8", "0.0.0.0/0"] {
            assert!(good.parse::<Network>().is_ok(), "{good}");
        }
        for bad in ["", "10.0.0", "10.0.0.0/33", "proxy.example", "10.0.0.1:80", "10.0.0.0/", "*"] {
            assert_eq!(bad.parse::<Network>(), Err(NoNetwork), "{bad}");
        }
    }
}
