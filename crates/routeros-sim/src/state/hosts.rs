//! `/ip/hotspot/host`: the devices that the hotspot sees.

use std::{borrow::Cow, net::Ipv4Addr, time::Duration};

use super::{
    Record, View,
    record::{id_text, owned},
};
use crate::value::{Value, shown_boolean, shown_duration};

/// A device in the hotspot's network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Upper case, with colons.
    pub mac: String,
    /// The address it uses.
    pub address: Ipv4Addr,
    /// The hotspot server that sees it.
    pub server: Value,
    /// When it came.
    pub since: Duration,
    /// Whether it is logged in.
    pub authorized: bool,
}

impl Record for Host {
    const PROPERTIES: &'static [&'static str] = &[
        ".id",
        "mac-address",
        "address",
        "to-address",
        "server",
        "uptime",
        "idle-time",
        "found-by",
        "authorized",
        "bypassed",
        "dynamic",
        "DHCP",
        "static",
    ];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            ".id" => owned(id_text(id)),
            "mac-address" => Some(Cow::Borrowed(self.mac.as_bytes())),
            "address" | "to-address" => owned(self.address.to_string()),
            "server" => Some(Cow::Borrowed(&self.server)),
            "uptime" => owned(shown_duration(view.now.saturating_sub(self.since))),
            "idle-time" => Some(Cow::Borrowed(b"0s")),
            "found-by" => Some(Cow::Borrowed(b"UDP :0 -> 8.8.8.8:53")),
            "authorized" => Some(Cow::Borrowed(shown_boolean(self.authorized))),
            "dynamic" | "DHCP" => Some(Cow::Borrowed(b"true")),
            "bypassed" | "static" => Some(Cow::Borrowed(b"false")),
            _ => None,
        }
    }
}
