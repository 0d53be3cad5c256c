//! The origins of a browser's pages.

use std::str::FromStr;

use super::value::list;

/// Origins, or `*` alone.
#[derive(Clone, Debug, Default)]
pub(super) struct CorsOrigins(Vec<String>);

impl From<CorsOrigins> for Vec<String> {
    fn from(origins: CorsOrigins) -> Self {
        origins.0
    }
}

impl FromStr for CorsOrigins {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if list(text).eq(["*"]) {
            return Ok(Self(vec!["*".to_owned()]));
        }
        let origins = list(text).map(origin).collect::<Option<_>>();
        origins.map(Self).ok_or("must be * or origins such as https://panel.example, without a path, a query or a user")
    }
}

/// The origin as a browser writes it: in lower case, without a final slash.
fn origin(text: &str) -> Option<String> {
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let name = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_fits = name.map_or_else(
        || !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
        |address| address.parse::<std::net::Ipv6Addr>().is_ok(),
    );
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok());
    (host_fits && port_fits).then_some(text)
}
