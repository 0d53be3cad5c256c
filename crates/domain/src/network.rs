//! Where a router is reached.

use std::{fmt, net::IpAddr};

use crate::text::{self, TextError};

/// A host name, IPv4 or IPv6 literal. Up to 253 characters, no brackets, no port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host(String);

impl Host {
    /// The greatest number of characters (RFC 1035).
    pub const MAX: usize = 253;

    /// A regular expression that every host fits. Some texts fit it and are no hosts, such as `a..b`.
    pub const PATTERN: &'static str = "^[0-9A-Za-z:.-]{1,253}$";

    /// Trims and checks the form. A last label of digits alone is refused: it is a mistyped address.
    pub fn parse(raw: &str) -> Result<Self, TextError> {
        let text = text::tidy(raw, Self::MAX)?;
        let fits = text.parse::<IpAddr>().is_ok() || is_host_name(text);
        if fits { Ok(Self(text.to_owned())) } else { Err(TextError::Malformed) }
    }

    /// The host as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_host_name(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.split('.').all(label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// A TCP port, 1 to 65535.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Port(u16);

impl Port {
    /// MikroTik's plaintext API, the default (`R204`).
    pub const API: Self = Self(8728);
    /// MikroTik's API over TLS (`R204`).
    pub const API_TLS: Self = Self(8729);

    /// The port with this number; nothing beyond 1 to 65535.
    pub fn new(number: i64) -> Option<Self> {
        u16::try_from(number).ok().filter(|&number| number != 0).map(Self)
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// Where and how the API of a router listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its address.
    pub host: Host,
    /// Its port.
    pub port: Port,
    /// Whether it speaks TLS.
    pub tls: bool,
}

impl Endpoint {
    /// An endpoint. Without `tls`, the port decides about TLS (`R1300`).
    pub fn new(host: Host, port: Port, tls: Option<bool>) -> Self {
        Self { host, port, tls: tls.unwrap_or(port == Port::API_TLS) }
    }
}

/// SHA-256 of a router's certificate (of its DER), by which a router is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CertificateFingerprint([u8; 32]);

impl CertificateFingerprint {
    /// The regular expression that a written fingerprint fits, and nothing else.
    pub const PATTERN: &'static str = "^[0-9a-f]{64}$";

    /// The fingerprint with these bytes.
    pub const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The fingerprint in `raw`, 64 hexadecimal digits in any case, which colons may part into pairs, or nothing when it is
    /// none.
    pub fn parse(raw: &str) -> Option<Self> {
        let parted = raw.split(':').all(|pair| pair.len() == 2);
        let digits = if parted { raw.replace(':', "") } else { raw.to_owned() };
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let digit = |at: usize| pair.get(at).and_then(|&digit| char::from(digit).to_digit(16));
            *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
        }
        (digits.len() == 64).then_some(Self(digest))
    }

    /// The digest's bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CertificateFingerprint {
    /// 64 hexadecimal digits in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_hosts() {
        for good in ["192.168.88.1", "fe80::1", "::1", "router", "r-1.hotel.mx", "7f2a.sn.mynetname.net", " 10.0.0.1 "]
        {
            assert!(Host::parse(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        let long_label = "a".repeat(64);
        for bad in [
            "",
            "192.168.88.256",
            "192.168.88",
            "[::1]",
            "host:8728",
            "http://host",
            "a_b",
            "-a",
            "a-",
            "a..b",
            "a.",
            "añb",
            "a b",
            &long_label,
        ] {
            assert!(Host::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_port_is_1_to_65535() {
        assert_eq!(Port::new(65_535).map(Port::get), Some(65_535));
        for bad in [0, -1, 65_536, i64::MAX] {
            assert_eq!(Port::new(bad), None);
        }
    }

    #[test]
    fn tls_follows_the_port_unless_said() {
        let host = || Host::parse("10.0.0.1").unwrap();
        assert!(!Endpoint::new(host(), Port::API, None).tls);
        assert!(Endpoint::new(host(), Port::API_TLS, None).tls);
        assert!(!Endpoint::new(host(), Port::API_TLS, Some(false)).tls);
        assert!(Endpoint::new(host(), Port::API, Some(true)).tls);
    }

    #[test]
    fn a_fingerprint_is_64_hexadecimal_digits() {
        let text = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
        assert_eq!(CertificateFingerprint::parse(text).unwrap().to_string(), text);
        assert_eq!(CertificateFingerprint::parse(&text.to_uppercase()).unwrap().to_string(), text);
        let pairs: Vec<_> = text.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap()).collect();
        let parted = pairs.join(":");
        assert_eq!(CertificateFingerprint::parse(&parted.to_uppercase()).unwrap().to_string(), text);
        for bad in [
            "",
            &text[1..],
            &format!("{text}0"),
            &text.replace('2', "g"),
            &text.replace("2c", "é"),
            &parted[3..],
            &format!("{parted}:"),
            &format!("{parted}:00"),
            &parted.replacen(':', "", 1),
            &parted.replace(':', "-"),
            &format!("{}:{}", &text[..32], &text[32..]),
        ] {
            assert_eq!(CertificateFingerprint::parse(bad), None, "{bad:?}");
        }
    }
}
