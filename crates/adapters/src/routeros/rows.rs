//! What routers' rows say, in the domain's types. Absent and empty mean the same (RouterOS facts, 1).

use std::{net::IpAddr, time::Duration};

use portero_domain::{
    hotspot::{
        ActiveSession, Allowance, HotspotPassword, HotspotUser, HotspotUsername, ItemId, Mac, Profile, ProfileName,
        Usage,
    },
    ports::HotspotResult,
};
use portero_routeros::{
    proto::{Charset, Row},
    value::{parse_bool, parse_duration},
};

use super::errors;

/// What is asked of a user's row.
pub(super) const USER: &[&str] = &[
    ".id",
    "name",
    "password",
    "profile",
    "mac-address",
    "server",
    "comment",
    "disabled",
    "default",
    "limit-uptime",
    "limit-bytes-in",
    "limit-bytes-out",
    "limit-bytes-total",
    "uptime",
    "bytes-in",
    "bytes-out",
];

/// What is asked of a session's row.
pub(super) const SESSION: &[&str] =
    &[".id", "user", "address", "mac-address", "uptime", "session-time-left", "bytes-in", "bytes-out"];

/// What is asked of a profile's row.
pub(super) const PROFILE: &[&str] = &[
    ".id",
    "name",
    "session-timeout",
    "idle-timeout",
    "keepalive-timeout",
    "status-autorefresh",
    "shared-users",
    "rate-limit",
    "address-list",
    "mac-cookie-timeout",
    "add-mac-cookie",
];

/// What a router shows in place of a secret to an account without the policy `sensitive`.
const HIDDEN: &[u8] = b"*****";

/// A text.
pub(super) fn text(row: Row<'_>, name: &str) -> Option<String> {
    let bytes = row.get(name).filter(|bytes| !bytes.is_empty())?;
    Charset::default().read(bytes).map(std::borrow::Cow::into_owned)
}

/// The identity of the row's item.
pub(super) fn id(row: Row<'_>) -> HotspotResult<ItemId> {
    text(row, ".id").map(ItemId::new).ok_or_else(errors::unreadable)
}

/// Whether it is one of the rows that every router has for itself, such as `default-trial`, which are not anybody's.
pub(super) fn is_built_in(row: Row<'_>) -> bool {
    flag(row, "default").unwrap_or_default()
}

/// The user in a row that is known to have this name.
pub(super) fn user(row: Row<'_>, name: &HotspotUsername) -> HotspotResult<HotspotUser> {
    let profile = text(row, "profile").and_then(|name| ProfileName::parse(&name).ok());
    Ok(HotspotUser {
        id: id(row)?,
        name: name.clone(),
        password: password(row),
        profile: profile.ok_or_else(errors::unreadable)?,
        mac: mac(row),
        server: text(row, "server").filter(|server| server != "all"),
        comment: text(row, "comment").unwrap_or_default(),
        disabled: flag(row, "disabled").unwrap_or_default(),
        allowance: Allowance {
            time: span(row, "limit-uptime"),
            bytes_in: number(row, "limit-bytes-in"),
            bytes_out: number(row, "limit-bytes-out"),
            bytes_total: number(row, "limit-bytes-total"),
        },
        used: Usage {
            time: span(row, "uptime").unwrap_or_default(),
            bytes_in: number(row, "bytes-in").unwrap_or_default(),
            bytes_out: number(row, "bytes-out").unwrap_or_default(),
        },
    })
}

/// The session in a row.
pub(super) fn session(row: Row<'_>) -> HotspotResult<ActiveSession> {
    Ok(ActiveSession {
        id: id(row)?,
        user: text(row, "user").unwrap_or_default(),
        address: address(row, "address"),
        mac: mac(row),
        uptime: span(row, "uptime").unwrap_or_default(),
        time_left: span(row, "session-time-left"),
        bytes_in: number(row, "bytes-in").unwrap_or_default(),
        bytes_out: number(row, "bytes-out").unwrap_or_default(),
    })
}

/// The profile in a row, in the router's own words.
pub(super) fn profile(row: Row<'_>) -> HotspotResult<Profile> {
    Ok(Profile {
        id: id(row)?,
        name: text(row, "name").unwrap_or_default(),
        session_timeout: text(row, "session-timeout"),
        idle_timeout: text(row, "idle-timeout"),
        keepalive_timeout: text(row, "keepalive-timeout"),
        status_autorefresh: text(row, "status-autorefresh"),
        shared_users: text(row, "shared-users"),
        rate_limit: text(row, "rate-limit"),
        address_list: text(row, "address-list"),
        mac_cookie_timeout: text(row, "mac-cookie-timeout"),
        add_mac_cookie: flag(row, "add-mac-cookie"),
    })
}

/// An address.
pub(super) fn address(row: Row<'_>, name: &str) -> Option<IpAddr> {
    text(row, name)?.parse().ok()
}

/// A span of time, unless there is none at all.
pub(super) fn span(row: Row<'_>, name: &str) -> Option<Duration> {
    parse_duration(row.get(name)?).ok().flatten().filter(|span| !span.is_zero())
}

/// What the account may not see is stars; what is left out is empty, since it was asked for.
fn password(row: Row<'_>) -> Option<HotspotPassword> {
    let bytes = Some(row.get("password").unwrap_or_default()).filter(|bytes| *bytes != HIDDEN)?;
    Charset::default().read(bytes).map(|text| HotspotPassword::new(text.into_owned()))
}

fn mac(row: Row<'_>) -> Option<Mac> {
    text(row, "mac-address")?.parse().ok().filter(|mac: &Mac| !mac.is_any())
}

fn number(row: Row<'_>, name: &str) -> Option<u64> {
    text(row, name)?.parse().ok().filter(|number| *number != 0)
}

fn flag(row: Row<'_>, name: &str) -> Option<bool> {
    parse_bool(row.get(name)?).ok()
}
