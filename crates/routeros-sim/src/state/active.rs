//! `/ip/hotspot/active` and `/ip/hotspot/cookie`: the sessions, and the devices that may reconnect without a password.

use std::{borrow::Cow, net::Ipv4Addr, time::Duration};

use super::{
    Record, View,
    record::{id_text, limit, optional, owned},
};
use crate::value::{Value, shown_boolean, shown_duration};

/// A guest's session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are RouterOS's own")]
pub struct Active {
    pub server: Value,
    pub user: Value,
    pub domain: Value,
    pub address: Ipv4Addr,
    pub mac: String,
    /// How the guest logged in: `http-pap`, `mac-cookie`.
    pub login_by: &'static str,
    /// When the session began.
    pub since: Duration,
    /// When the session ends by itself, if it has a limit.
    pub until: Option<Duration>,
    pub idle_timeout: Duration,
    pub keepalive_timeout: Duration,
    /// In, out.
    pub bytes: [u64; 2],
    /// In, out, total; nought is no limit.
    pub limit_bytes: [u64; 3],
}

impl Record for Active {
    const PROPERTIES: &'static [&'static str] = &[
        ".id",
        "server",
        "user",
        "domain",
        "address",
        "mac-address",
        "login-by",
        "uptime",
        "session-time-left",
        "idle-time",
        "idle-timeout",
        "keepalive-timeout",
        "bytes-in",
        "bytes-out",
        "packets-in",
        "packets-out",
        "limit-bytes-in",
        "limit-bytes-out",
        "limit-bytes-total",
        "radius",
        "blocked",
    ];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>> {
        let time = |time: Duration| if time.is_zero() { None } else { owned(shown_duration(time)) };
        match name {
            ".id" => owned(id_text(id)),
            "server" => Some(Cow::Borrowed(&self.server)),
            "user" => Some(Cow::Borrowed(&self.user)),
            "domain" => optional(&self.domain, view),
            "address" => owned(self.address.to_string()),
            "mac-address" => Some(Cow::Borrowed(self.mac.as_bytes())),
            "login-by" => Some(Cow::Borrowed(self.login_by.as_bytes())),
            "uptime" => owned(shown_duration(view.now.saturating_sub(self.since))),
            "session-time-left" => self.until.and_then(|until| owned(shown_duration(until.saturating_sub(view.now)))),
            "idle-time" => Some(Cow::Borrowed(b"0s")),
            "idle-timeout" => time(self.idle_timeout),
            "keepalive-timeout" => time(self.keepalive_timeout),
            "bytes-in" => owned(self.bytes[0].to_string()),
            "bytes-out" => owned(self.bytes[1].to_string()),
            "packets-in" => owned(self.bytes[0].div_ceil(1000).to_string()),
            "packets-out" => owned(self.bytes[1].div_ceil(1000).to_string()),
            "limit-bytes-in" => limit(self.limit_bytes[0]),
            "limit-bytes-out" => limit(self.limit_bytes[1]),
            "limit-bytes-total" => limit(self.limit_bytes[2]),
            "radius" | "blocked" => Some(Cow::Borrowed(shown_boolean(false))),
            _ => None,
        }
    }
}

/// A cookie that lets a device reconnect without a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// Whose it is.
    pub user: Value,
    /// As given at the login.
    pub domain: Value,
    /// The device.
    pub mac: String,
    /// When it expires.
    pub until: Duration,
}

impl Record for Cookie {
    const PROPERTIES: &'static [&'static str] = &[".id", "user", "domain", "mac-address", "expires-in", "mac-cookie"];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            ".id" => owned(id_text(id)),
            "user" => Some(Cow::Borrowed(&self.user)),
            "domain" => optional(&self.domain, view),
            "mac-address" => Some(Cow::Borrowed(self.mac.as_bytes())),
            "expires-in" => owned(shown_duration(self.until.saturating_sub(view.now))),
            "mac-cookie" => Some(Cow::Borrowed(b"true")),
            _ => None,
        }
    }
}
