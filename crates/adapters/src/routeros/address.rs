//! Which addresses Portero connects to (`R225`). Tenants choose the hosts, and must not reach this machine through
//! Portero.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use nix::ifaddrs::getifaddrs;
use portero_domain::ports::{HotspotError, HotspotResult};
use thiserror::Error;

/// Where clouds tell a machine its secrets, beside the link-local address that most of them use.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

/// The blocks of addresses that routers are in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouterNetworks(Vec<IpNet>);

/// The text is no address and no block of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the text is not an address or a block of addresses")]
pub struct NoNetwork;

impl RouterNetworks {
    /// Parses each text as an address or as a block such as `10.0.0.0/8`.
    pub fn parse<'a>(texts: impl Iterator<Item = &'a str>) -> Result<Self, NoNetwork> {
        let network = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        texts.map(|text| network(text).map_err(|_| NoNetwork)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether packets to this address reach one of the blocks, also by an IPv6 address that stands for an IPv4 one.
    fn has(&self, address: IpAddr) -> bool {
        let inner = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => embedded(address).map(IpAddr::V4),
        };
        self.0.iter().any(|network| network.contains(&address) || inner.is_some_and(|inner| network.contains(&inner)))
    }
}

/// What may be connected to.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressPolicy {
    /// Whether routers may be on this machine, for demos and tests.
    pub(super) allow_loopback: bool,
    /// Where routers are; anywhere if nothing is said.
    pub(super) networks: Option<RouterNetworks>,
}

impl AddressPolicy {
    /// Those of a host's addresses that may be connected to, in their order. An error when there is none.
    pub(super) fn permitted(&self, found: impl IntoIterator<Item = SocketAddr>) -> HotspotResult<Vec<SocketAddr>> {
        let own = if self.allow_loopback { Vec::new() } else { own_addresses()? };
        let permits = |address: IpAddr| self.is_in_networks(address) && self.permits(address, &own);
        let (good, bad): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| permits(address.ip()));
        match (good.is_empty(), bad.is_empty()) {
            (false, _) => Ok(good),
            (true, false) => Err(HotspotError::AddressRefused),
            (true, true) => Err(HotspotError::Unreachable("its host has no address".to_owned())),
        }
    }

    fn is_in_networks(&self, address: IpAddr) -> bool {
        self.networks.as_ref().is_none_or(|networks| networks.has(address))
    }

    fn permits(&self, address: IpAddr, own: &[IpAddr]) -> bool {
        if METADATA.contains(&address) || own.contains(&address) {
            return false;
        }
        match address {
            IpAddr::V4(address) => self.permits_v4(address),
            IpAddr::V6(address) => self.permits_v6(address, own),
        }
    }

    /// Private networks are fine: routers live there.
    fn permits_v4(&self, address: Ipv4Addr) -> bool {
        let [first, ..] = address.octets();
        match first {
            127 => self.allow_loopback,
            // "This network", then multicast, reserved and broadcast.
            0 | 224.. => false,
            _ => !address.is_link_local(),
        }
    }

    fn permits_v6(&self, address: Ipv6Addr, own: &[IpAddr]) -> bool {
        if address.is_loopback() {
            return self.allow_loopback;
        }
        if let Some(inner) = embedded(address) {
            return self.permits(IpAddr::V4(inner), own);
        }
        !(address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local())
    }
}

/// The addresses of this machine, which is reached at each of them and not at loopback alone.
fn own_addresses() -> HotspotResult<Vec<IpAddr>> {
    let interfaces = getifaddrs().map_err(|error| HotspotError::Unreachable(format!("no interfaces: {error}")))?;
    let ip = |address: nix::sys::socket::SockaddrStorage| {
        let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
        v4.or_else(|| address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip())))
    };
    Ok(interfaces.filter_map(|interface| interface.address.and_then(ip)).collect())
}

/// The IPv4 address that packets to this one go to: mapped, compatible, by NAT64 or by 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let inner = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => None,
        // The last is a network's own NAT64 (RFC 8215), as it is used with a prefix of 96 bits.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        | [0x2002, high, low, ..] => inner(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [&str; 12] = [
        "192.168.88.1",
        "10.0.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "8.8.8.8",
        "223.255.255.255",
        "169.253.0.1",
        "2001:db8::1",
        "fd00::1",
        "::ffff:192.168.88.1",
        "64:ff9b::8.8.8.8",
        "2002:c0a8:5801::1",
    ];
    const LOOPBACK: [&str; 9] = [
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::127.0.0.1",
        "64:ff9b:1:a:b:c:127.0.0.1",
        "2002:7f00:1::",
    ];
    const BAD: [&str; 24] = [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "::",
        "fe80::1",
        "febf::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::ffff:100.100.100.200",
        "::169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::",
        "2002:e000:1::",
    ];

    fn permitted(allow_loopback: bool, address: &str) -> HotspotResult<Vec<SocketAddr>> {
        let address = SocketAddr::new(address.parse().unwrap(), 8728);
        AddressPolicy { allow_loopback, networks: None }.permitted([address])
    }

    #[test]
    fn routers_are_reached_where_they_are_and_nothing_of_this_machine() {
        for allow_loopback in [false, true] {
            for address in GOOD {
                assert!(permitted(allow_loopback, address).is_ok(), "{address}");
            }
            for address in BAD {
                assert_eq!(permitted(allow_loopback, address), Err(HotspotError::AddressRefused), "{address}");
            }
            for address in LOOPBACK {
                assert_eq!(permitted(allow_loopback, address).is_ok(), allow_loopback, "{address}");
            }
        }
    }

    #[test]
    fn no_address_of_this_machine_is_connected_to_in_any_spelling() {
        let own: Vec<_> = own_addresses().unwrap().into_iter().filter(|own| !own.is_loopback()).collect();
        for address in own {
            assert_eq!(permitted(false, &address.to_string()), Err(HotspotError::AddressRefused), "{address}");
            if let IpAddr::V4(address) = address {
                for spelling in [format!("::ffff:{address}"), format!("64:ff9b::{address}")] {
                    assert_eq!(permitted(false, &spelling), Err(HotspotError::AddressRefused), "{spelling}");
                }
                assert!(permitted(true, &address.to_string()).is_ok(), "{address}");
            }
        }
        let own = ["192.0.2.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
        let permits = |address: &str| AddressPolicy::default().permits(address.parse().unwrap(), &own);
        for address in ["192.0.2.7", "::ffff:192.0.2.7", "2002:c000:207::1", "2001:db8::7"] {
            assert!(!permits(address), "{address}");
        }
        assert!(permits("192.0.2.8") && permits("2001:db8::8"));
    }

    #[test]
    fn of_many_addresses_only_good_ones_are_used_in_their_order() {
        let all =
            ["10.0.0.2", "127.0.0.1", "10.0.0.1", "fe80::1"].map(|text| SocketAddr::new(text.parse().unwrap(), 1));
        let policy = AddressPolicy::default();
        assert_eq!(policy.permitted(all), Ok(vec![all[0], all[2]]));
        assert_eq!(policy.permitted([all[1], all[3]]), Err(HotspotError::AddressRefused));
        assert!(matches!(policy.permitted([]), Err(HotspotError::Unreachable(_))));
    }

    #[test]
    fn configured_networks_bound_what_is_connected_to_in_any_spelling() {
        let networks = RouterNetworks::parse(["10.8.0.0/16", "192.0.2.7", "2001:db8::/32"].into_iter()).unwrap();
        let policy = AddressPolicy { allow_loopback: true, networks: Some(networks) };
        let permitted = |address: &str| policy.permitted([SocketAddr::new(address.parse().unwrap(), 8728)]).is_ok();
        for address in ["10.8.0.1", "10.8.255.255", "192.0.2.7", "2001:db8::1", "::ffff:10.8.0.1", "64:ff9b::10.8.0.1"]
        {
            assert!(permitted(address), "{address}");
        }
        for address in ["10.9.0.1", "192.0.2.8", "8.8.8.8", "2001:db9::1", "::ffff:10.9.0.1", "127.0.0.1", "::1"] {
            assert!(!permitted(address), "{address}");
        }
        let everywhere = RouterNetworks::parse(["0.0.0.0/0", "::/0"].into_iter()).unwrap();
        let policy = AddressPolicy { networks: Some(everywhere), ..AddressPolicy::default() };
        let metadata = SocketAddr::new("169.254.169.254".parse().unwrap(), 80);
        assert_eq!(policy.permitted([metadata]), Err(HotspotError::AddressRefused), "the other rules hold as well");
        assert_eq!(RouterNetworks::parse(["10.0.0.0/33"].into_iter()), Err(NoNetwork));
    }
}
