//! `/ip/hotspot/user`: the accounts of the hotspot's guests.

use std::{borrow::Cow, net::Ipv4Addr, time::Duration};

use super::{
    Record, View,
    record::{Secrets, id_text, limit, optional, owned, some_time},
};
use crate::{
    Trap,
    assumptions::Point,
    value::{self, Value, shown_boolean, shown_duration},
};

/// A hotspot user. An empty value is an absent one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are RouterOS's own")]
pub struct User {
    pub name: Value,
    /// `None` is `all`.
    pub server: Option<Value>,
    pub password: Value,
    pub profile: Value,
    /// Nought is no limit.
    pub limit_uptime: Duration,
    /// In, out, total; nought is no limit.
    pub limit_bytes: [u64; 3],
    /// `None` is any.
    pub mac: Option<String>,
    pub address: Option<Ipv4Addr>,
    pub email: Value,
    pub comment: Value,
    pub routes: Value,
    pub otp_secret: Value,
    pub disabled: bool,
    /// Of all ended sessions.
    pub uptime: Duration,
    /// In, out, of all ended sessions.
    pub bytes: [u64; 2],
    /// In, out, of all ended sessions.
    pub packets: [u64; 2],
    pub(crate) built_in: bool,
}

impl User {
    /// A user of that name, the rest as RouterOS sets it.
    pub fn named(name: &[u8]) -> Self {
        Self {
            name: name.to_vec(),
            server: None,
            password: Value::new(),
            profile: b"default".to_vec(),
            limit_uptime: Duration::ZERO,
            limit_bytes: [0; 3],
            mac: None,
            address: None,
            email: Value::new(),
            comment: Value::new(),
            routes: Value::new(),
            otp_secret: Value::new(),
            disabled: false,
            uptime: Duration::ZERO,
            bytes: [0; 2],
            packets: [0; 2],
            built_in: false,
        }
    }

    /// Sets one property as it came over the wire.
    pub(crate) fn set(&mut self, name: &str, value: &[u8], choices: Choices<'_>) -> Result<(), Trap> {
        let invalid = || Trap::invalid_value(name);
        let count = || if value.is_empty() { Some(0) } else { value::count(value) };
        match name {
            "name" if value.is_empty() => return Err(Trap::missing_value("name")),
            "name" => self.name = value.to_vec(),
            "server" => self.server = choices.server(value)?,
            "password" => self.password = value.to_vec(),
            "profile" => self.profile = choices.profile(value)?,
            "limit-uptime" => self.limit_uptime = value::duration(value).ok_or_else(invalid)?,
            "limit-bytes-in" => self.limit_bytes[0] = count().ok_or_else(invalid)?,
            "limit-bytes-out" => self.limit_bytes[1] = count().ok_or_else(invalid)?,
            "limit-bytes-total" => self.limit_bytes[2] = count().ok_or_else(invalid)?,
            "mac-address" => {
                let mac = value::mac(value).ok_or_else(|| Trap::mac_required(name))?;
                self.mac = Some(mac).filter(|mac| mac != "00:00:00:00:00:00");
            }
            "address" => {
                let address = value::address(value).ok_or_else(invalid)?;
                self.address = Some(address).filter(|address| !address.is_unspecified());
            }
            "email" => self.email = value.to_vec(),
            "comment" => self.comment = value.to_vec(),
            "routes" => self.routes = value.to_vec(),
            "otp-secret" | "totp-secret" => self.otp_secret = value.to_vec(),
            "disabled" => self.disabled = value::boolean(value).ok_or_else(invalid)?,
            _ => return Err(Trap::unknown_parameter(name.as_bytes())),
        }
        Ok(())
    }

    fn secret<'a>(secret: &'a [u8], view: View<'_>) -> Option<Cow<'a, [u8]>> {
        match view.secrets {
            Secrets::Shown => optional(secret, view),
            Secrets::Starred => optional(secret, view).map(|_| Cow::Borrowed(&b"*****"[..])),
            Secrets::LeftOut => None,
        }
    }
}

impl Record for User {
    const PROPERTIES: &'static [&'static str] = &[
        ".id",
        "server",
        "name",
        "password",
        "address",
        "mac-address",
        "profile",
        "routes",
        "limit-uptime",
        "limit-bytes-in",
        "limit-bytes-out",
        "limit-bytes-total",
        "email",
        "uptime",
        "bytes-in",
        "bytes-out",
        "packets-in",
        "packets-out",
        "default",
        "dynamic",
        "disabled",
        "comment",
    ];

    fn property(&self, id: u64, name: &str, view: View<'_>) -> Option<Cow<'_, [u8]>> {
        match name {
            ".id" => owned(id_text(id)),
            "server" => match &self.server {
                Some(server) => Some(Cow::Borrowed(server)),
                None => view.assumptions.hold(Point::ServerAllShown).then_some(Cow::Borrowed(b"all")),
            },
            "name" => Some(Cow::Borrowed(&self.name)),
            "password" => Self::secret(&self.password, view),
            "otp-secret" => Self::secret(&self.otp_secret, view),
            "address" => self.address.and_then(|address| owned(address.to_string())),
            "mac-address" => self.mac.as_deref().map(|mac| Cow::Borrowed(mac.as_bytes())),
            "profile" => Some(Cow::Borrowed(&self.profile)),
            "routes" => optional(&self.routes, view),
            "limit-uptime" => some_time(self.limit_uptime),
            "limit-bytes-in" => limit(self.limit_bytes[0]),
            "limit-bytes-out" => limit(self.limit_bytes[1]),
            "limit-bytes-total" => limit(self.limit_bytes[2]),
            "email" => optional(&self.email, view),
            "uptime" => owned(shown_duration(self.uptime)),
            "bytes-in" => owned(self.bytes[0].to_string()),
            "bytes-out" => owned(self.bytes[1].to_string()),
            "packets-in" => owned(self.packets[0].to_string()),
            "packets-out" => owned(self.packets[1].to_string()),
            "default" => self.built_in.then_some(Cow::Borrowed(b"true")),
            "dynamic" => Some(Cow::Borrowed(b"false")),
            "disabled" => Some(Cow::Borrowed(shown_boolean(self.disabled))),
            "comment" => optional(&self.comment, view),
            _ => None,
        }
    }
}

/// What a user's profile and server can be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choices<'a> {
    pub(crate) profiles: &'a [Value],
    pub(crate) servers: &'a [Value],
    pub(crate) by_prefix: bool,
}

impl Choices<'_> {
    fn profile(&self, input: &[u8]) -> Result<Value, Trap> {
        choose("profile", input, self.profiles, self.by_prefix)
    }

    fn server(&self, input: &[u8]) -> Result<Option<Value>, Trap> {
        let mut options = vec![b"all".to_vec()];
        options.extend_from_slice(self.servers);
        Ok(Some(choose("server", input, &options, self.by_prefix)?).filter(|server| server != b"all"))
    }
}

/// The option that the input means: the one of that name, else the only one that begins so.
fn choose(argument: &str, input: &[u8], options: &[Value], by_prefix: bool) -> Result<Value, Trap> {
    if let Some(exact) = options.iter().find(|option| **option == input) {
        return Ok(exact.clone());
    }
    let mut alike = options.iter().filter(|option| by_prefix && !input.is_empty() && option.starts_with(input));
    match (alike.next(), alike.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(Trap::ambiguous(argument)),
        (None, _) => Err(Trap::no_match(argument)),
    }
}

impl super::Router {
    /// Renames a profile where users refer to it.
    pub(crate) fn follow_profile(&mut self, old: &[u8], new: &[u8]) {
        for (_, user) in self.users.iter_mut().filter(|(_, user)| user.profile == old) {
            user.profile = new.to_vec();
        }
    }
}
