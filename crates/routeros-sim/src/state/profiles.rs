//! `/ip/hotspot/user/profile`: what users of one kind share.

use std::{borrow::Cow, time::Duration};

use super::{
    Record, View,
    record::{id_text, optional, owned, some_time},
};
use crate::{
    Trap,
    value::{self, Value, shown_boolean, shown_duration},
};

/// A user profile.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are RouterOS's own")]
pub struct Profile {
    pub name: Value,
    /// Nought is no limit.
    pub session_timeout: Duration,
    /// Nought is none.
    pub idle_timeout: Duration,
    pub keepalive_timeout: Duration,
    /// Nought is no limit.
    pub shared_users: u32,
    pub rate_limit: Value,
    pub add_mac_cookie: bool,
    pub mac_cookie_timeout: Duration,
    /// Everything else, as it was given.
    pub others: Vec<(String, Value)>,
}

impl Profile {
    /// A profile of that name, the rest as RouterOS sets it.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            session_timeout: Duration::ZERO,
            idle_timeout: Duration::ZERO,
            keepalive_timeout: Duration::from_mins(2),
            shared_users: 1,
            rate_limit: Value::new(),
            add_mac_cookie: true,
            mac_cookie_timeout: Duration::from_hours(72),
            others: Vec::new(),
        }
    }

    /// Sets one property as it came over the wire. The name is one that the menu takes.
    pub(crate) fn set(&mut self, name: &str, value: &[u8]) -> Result<(), Trap> {
        let invalid = || Trap::invalid_value(name);
        let time = || value::duration(value).ok_or_else(invalid);
        match name {
            "name" if value.is_empty() => return Err(Trap::missing_value("name")),
            "name" => self.name = value.to_vec(),
            "session-timeout" => self.session_timeout = time()?,
            "idle-timeout" => self.idle_timeout = time()?,
            "keepalive-timeout" => self.keepalive_timeout = time()?,
            "mac-cookie-timeout" => self.mac_cookie_timeout = time()?,
            "shared-users" if value == b"unlimited" => self.shared_users = 0,
            "shared-users" => {
                let count = value::count(value).and_then(|count| u32::try_from(count).ok());
                self.shared_users = count.ok_or_else(invalid)?;
            }
            "rate-limit" => self.rate_limit = value.to_vec(),
            "add-mac-cookie" => self.add_mac_cookie = value::boolean(value).ok_or_else(invalid)?,
            _ => {
                self.others.retain(|(other, _)| other != name);
                self.others.push((name.to_owned(), value.to_vec()));
            }
        }
        Ok(())
    }
}

impl Record for Profile {
    const PROPERTIES: &'static [&'static str] = &[
        ".id",
        "name",
        "address-pool",
        "session-timeout",
        "idle-timeout",
        "keepalive-timeout",
        "status-autorefresh",
        "shared-users",
        "add-mac-cookie",
        "mac-cookie-timeout",
        "rate-limit",
        "address-list",
        "on-login",
        "on-logout",
        "parent-queue",
        "transparent-proxy",
        "default",
    ];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            ".id" => owned(id_text(id)),
            "name" => Some(Cow::Borrowed(&self.name)),
            "session-timeout" => some_time(self.session_timeout),
            "idle-timeout" if self.idle_timeout.is_zero() => Some(Cow::Borrowed(b"none")),
            "idle-timeout" => owned(shown_duration(self.idle_timeout)),
            "keepalive-timeout" => owned(shown_duration(self.keepalive_timeout)),
            "status-autorefresh" => self.other(name).or(Some(Cow::Borrowed(b"1m"))),
            "shared-users" if self.shared_users == 0 => Some(Cow::Borrowed(b"unlimited")),
            "shared-users" => owned(self.shared_users.to_string()),
            "add-mac-cookie" => Some(Cow::Borrowed(shown_boolean(self.add_mac_cookie))),
            "mac-cookie-timeout" => owned(shown_duration(self.mac_cookie_timeout)),
            "rate-limit" => optional(&self.rate_limit, view),
            "transparent-proxy" => self.other(name).or(Some(Cow::Borrowed(b"false"))),
            "default" => Some(Cow::Borrowed(shown_boolean(self.name == b"default"))),
            _ => self.other(name),
        }
    }
}

impl Profile {
    fn other(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let found = self.others.iter().find(|(other, value)| other == name && !value.is_empty());
        found.map(|(_, value)| Cow::Borrowed(&value[..]))
    }
}
