//! The address of the caller: the peer, or the address that a trusted proxy reports.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    str::FromStr,
};

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderValue},
    web::Data,
};
use ipnet::IpNet;
use thiserror::Error;

/// An address, or a block of them such as `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is no address and no block of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is not an address or a block of addresses")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let text = text.trim();
        let block = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address.to_canonical())));
        block.map(Self).map_err(|_| NoNetwork)
    }
}

/// The proxies whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl FromIterator<Network> for TrustedProxies {
    fn from_iter<T: IntoIterator<Item = Network>>(networks: T) -> Self {
        Self(networks.into_iter().collect())
    }
}

impl TrustedProxies {
    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.0.contains(&address))
    }

    /// The address of the caller: the peer, unless the peer is a trusted proxy. Each proxy appends the address of its
    /// client to `X-Forwarded-For`. So the list is read from its end, as long as the writer of an entry is trusted. The
    /// entries before that may be forged. If an entry is missing or is no address, the last trusted proxy is the
    /// caller.
    fn caller<'a>(&self, peer: Option<IpAddr>, forwarded: impl DoubleEndedIterator<Item = &'a HeaderValue>) -> IpAddr {
        let mut address = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into()).to_canonical();
        let mut hops = forwarded.rev().flat_map(|value| value.as_bytes().rsplit(|&byte| byte == b','));
        while self.has(address) {
            let Some(hop) = hops.next().and_then(address_in) else { break };
            address = hop;
        }
        address
    }
}

/// The address of the caller of this request.
pub(crate) fn address(request: &HttpRequest) -> IpAddr {
    let nobody = TrustedProxies::default();
    let trusted = request.app_data::<Data<TrustedProxies>>().map_or(&nobody, |trusted| &**trusted);
    let peer = request.peer_addr().map(|peer| peer.ip());
    trusted.caller(peer, request.headers().get_all(header::X_FORWARDED_FOR))
}

/// Whether a trusted proxy says that the caller used HTTPS: all `X-Forwarded-Proto` headers must say `https`.
pub(crate) fn is_https(request: &HttpRequest) -> bool {
    let Some(trusted) = request.app_data::<Data<TrustedProxies>>() else { return false };
    let mut told = request.headers().get_all(header::X_FORWARDED_PROTO).peekable();
    request.peer_addr().is_some_and(|peer| trusted.has(peer.ip().to_canonical()))
        && told.peek().is_some()
        && told.all(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"https"))
}

/// The address in an entry. It may have brackets and a port.
fn address_in(entry: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(entry).ok()?.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The caller, if this peer sends these headers and `10.0.0.0/8` and `fd00::/8` are trusted.
    fn caller(peer: &str, forwarded: &[&[u8]]) -> String {
        let trusted: TrustedProxies = ["10.0.0.0/8", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect();
        let forwarded: Vec<_> = forwarded.iter().map(|value| HeaderValue::from_bytes(value).unwrap()).collect();
        trusted.caller(peer.parse().ok(), forwarded.iter()).to_string()
    }

    #[test]
    fn a_peer_that_is_not_trusted_is_the_caller_whatever_it_says() {
        assert_eq!(caller("203.0.113.9", &[b"198.51.100.1"]), "203.0.113.9");
        assert_eq!(caller("203.0.113.9", &[b"10.0.0.1"]), "203.0.113.9");
        assert_eq!(caller("203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn a_trusted_proxy_tells_whom_it_calls_for() {
        assert_eq!(caller("10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(caller("::ffff:10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(caller("fd00::1", &[b"198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(caller("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_a_client_wrote_itself_is_not_believed() {
        assert_eq!(caller("10.0.0.1", &[b"192.0.2.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(caller("10.0.0.1", &[b"192.0.2.1", b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(caller("10.0.0.1", &[b"10.0.0.7, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
    }

    #[test]
    fn several_trusted_hops_are_passed_up_to_the_first_other() {
        assert_eq!(caller("10.0.0.1", &[b"198.51.100.1,10.0.0.3", b"fd00::2 , 10.0.0.2"]), "198.51.100.1");
        assert_eq!(caller("10.0.0.1", &[b"10.0.0.3, 10.0.0.2"]), "10.0.0.3");
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
            assert_eq!(caller("10.0.0.1", &[garbage]), "10.0.0.1", "{garbage:?}");
            assert_eq!(caller("10.0.0.1", &[garbage, b"10.0.0.2"]), "10.0.0.2", "{garbage:?}");
        }
        assert_eq!(caller("10.0.0.1", &[",".repeat(8_000).as_bytes()]), "10.0.0.1");
    }

    #[test]
    fn an_ipv6_caller_may_be_written_in_many_ways() {
        let one = "2001:db8:1:2::1";
        for written in [one.to_owned(), format!("[{one}]"), format!("[{one}]:443")] {
            assert_eq!(caller("10.0.0.1", &[written.as_bytes()]), one, "{written}");
        }
        assert_eq!(caller("::ffff:198.51.100.1", &[]), "198.51.100.1");
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
