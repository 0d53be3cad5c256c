//! What routers' rows say, in the domain's types.

use std::{net::IpAddr, time::Duration};

use portero_domain::{
    hotspot::{
        ActiveSession, Allowance, HotspotPassword, HotspotUser, ItemId, Mac, Profile, RouterText, UnreadableValue,
        Usage,
    },
    ports::HotspotResult,
};
use portero_routeros::{
    proto::Row,
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
pub(super) const SESSION: &[&str] = &[
    ".id",
    "user",
    "server",
    "address",
    "mac-address",
    "uptime",
    "idle-time",
    "session-time-left",
    "bytes-in",
    "bytes-out",
];

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

/// A text, in the router's own bytes. Absent and empty mean the same.
pub(super) fn bytes(row: Row<'_>, name: &str) -> Option<RouterText> {
    let bytes = row.get(name).filter(|bytes| !bytes.is_empty())?;
    Some(RouterText::new(bytes.to_vec()))
}

/// A text for showing.
pub(super) fn text(row: Row<'_>, name: &str) -> Option<String> {
    bytes(row, name).map(|text| text.to_string())
}

/// The identity of the row's item.
pub(super) fn id(row: Row<'_>) -> HotspotResult<ItemId> {
    text(row, ".id").map(ItemId::new).ok_or_else(errors::unreadable)
}

/// Whether it is one of the rows that every router has for itself, such as `default-trial`, which are not anybody's.
pub(super) fn is_built_in(row: Row<'_>) -> bool {
    flag(row, "default").unwrap_or_default()
}

/// The user in a row. One without a profile follows `default`, as RouterOS has it.
pub(super) fn user(row: Row<'_>) -> HotspotResult<HotspotUser> {
    let mut unreadable = None;
    let allowance = Allowance {
        time: limit(row, "limit-uptime", read_span, &mut unreadable),
        bytes_in: limit(row, "limit-bytes-in", read_number, &mut unreadable),
        bytes_out: limit(row, "limit-bytes-out", read_number, &mut unreadable),
        bytes_total: limit(row, "limit-bytes-total", read_number, &mut unreadable),
    };
    let used = Usage {
        time: limit(row, "uptime", read_span, &mut unreadable).unwrap_or_default(),
        bytes_in: limit(row, "bytes-in", read_number, &mut unreadable).unwrap_or_default(),
        bytes_out: limit(row, "bytes-out", read_number, &mut unreadable).unwrap_or_default(),
    };
    Ok(HotspotUser {
        id: id(row)?,
        name: bytes(row, "name").ok_or_else(errors::unreadable)?,
        password: password(row),
        profile: bytes(row, "profile").unwrap_or_else(|| "default".into()),
        mac: mac(row),
        server: bytes(row, "server").filter(|server| server.as_bytes() != b"all"),
        comment: bytes(row, "comment").unwrap_or_default(),
        disabled: flag(row, "disabled").unwrap_or_default(),
        allowance: if unreadable.is_some() { Allowance::NOTHING } else { allowance },
        used,
        unreadable,
    })
}

/// A limit or counter. Zero is none; a value that is not understood is noted, for it must never count as "without limit".
fn limit<T: Default + PartialEq>(
    row: Row<'_>,
    property: &'static str,
    read: fn(&[u8]) -> Option<T>,
    unreadable: &mut Option<UnreadableValue>,
) -> Option<T> {
    let value = row.get(property).filter(|value| !value.is_empty())?;
    let read = read(value);
    if read.is_none() {
        *unreadable = Some(UnreadableValue { property, value: RouterText::new(value.to_vec()) });
    }
    read.filter(|value| *value != T::default())
}

fn read_span(value: &[u8]) -> Option<Duration> {
    parse_duration(value).ok().map(Option::unwrap_or_default)
}

fn read_number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// The session in a row.
pub(super) fn session(row: Row<'_>) -> HotspotResult<ActiveSession> {
    Ok(ActiveSession {
        id: id(row)?,
        user: bytes(row, "user").unwrap_or_default(),
        server: bytes(row, "server"),
        address: address(row, "address"),
        mac: mac(row),
        uptime: span(row, "uptime").unwrap_or_default(),
        idle: span(row, "idle-time").unwrap_or_default(),
        time_left: span(row, "session-time-left"),
        bytes_in: number(row, "bytes-in").unwrap_or_default(),
        bytes_out: number(row, "bytes-out").unwrap_or_default(),
    })
}

/// The profile in a row, in the router's own words.
pub(super) fn profile(row: Row<'_>) -> HotspotResult<Profile> {
    Ok(Profile {
        id: id(row)?,
        name: bytes(row, "name").unwrap_or_default(),
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
    Some(HotspotPassword::new(RouterText::new(bytes.to_vec())))
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
