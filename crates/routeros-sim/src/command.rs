//! The commands of clients, and what the router does with them.

mod items;

use crate::{
    Trap,
    listing::{Listing, Subscription},
    query::Query,
    schema,
    state::{Policies, Router},
    value::Value,
};

/// A table of the router.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Menu {
    Users,
    Profiles,
    Active,
    Hosts,
    Cookies,
    Log,
    /// A read-only table, by its path.
    Plain(&'static str),
}

const PLAIN: [&str; 21] = [
    "/system/identity",
    "/system/resource",
    "/system/routerboard",
    "/system/clock",
    "/system/license",
    "/system/package",
    "/system/health",
    "/interface",
    "/interface/ethernet",
    "/ip/address",
    "/ip/service",
    "/ip/hotspot",
    "/ip/hotspot/profile",
    "/ip/arp",
    "/ip/route",
    "/ip/neighbor",
    "/ipv6/address",
    "/ipv6/neighbor",
    "/certificate",
    "/user",
    "/user/group",
];

impl Menu {
    /// The table at that path.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/ip/hotspot/user" => Self::Users,
            "/ip/hotspot/user/profile" => Self::Profiles,
            "/ip/hotspot/active" => Self::Active,
            "/ip/hotspot/host" => Self::Hosts,
            "/ip/hotspot/cookie" => Self::Cookies,
            "/log" => Self::Log,
            _ => Self::Plain(PLAIN.into_iter().find(|plain| *plain == path)?),
        })
    }

    fn has(self, verb: &str) -> bool {
        match verb {
            "print" | "getall" => true,
            "listen" => !matches!(self, Self::Plain(_)),
            "add" | "set" => {
                matches!(self, Self::Users | Self::Profiles) || (self, verb) == (Self::Plain(PLAIN[0]), "set")
            }
            "remove" => matches!(self, Self::Users | Self::Profiles | Self::Active | Self::Hosts | Self::Cookies),
            "enable" | "disable" | "reset-counters" => self == Self::Users,
            "login" => self == Self::Active,
            _ => false,
        }
    }
}

/// A command sentence, taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) tag: Option<Value>,
    pub(crate) attributes: Vec<(Vec<u8>, Value)>,
    query: Query,
    bad_query: bool,
}

impl Request {
    pub(crate) fn parse(words: &[Value]) -> Self {
        let mut request = Self::default();
        let mut words = words.iter();
        if let Some(path) = words.next() {
            request.path = String::from_utf8_lossy(path).into_owned();
        }
        for word in words {
            if let Some(tag) = word.strip_prefix(b".tag=") {
                request.tag = Some(tag.to_vec());
            } else if let Some(query) = word.strip_prefix(b"?") {
                request.bad_query |= request.query.push(query).is_err();
            } else if let Some(pair) = word.strip_prefix(b"=") {
                // Some clients leave the second `=` out when the value is empty.
                let at = pair.iter().position(|byte| *byte == b'=');
                let (name, value) = at.map_or((pair, &pair[..0]), |at| (&pair[..at], &pair[at + 1..]));
                request.attributes.push((name.to_vec(), value.to_vec()));
            }
        }
        request
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&[u8]> {
        let found = self.attributes.iter().rev().find(|(other, _)| other == name.as_bytes());
        found.map(|(_, value)| &value[..])
    }

    /// Whether it changes something.
    pub(crate) fn writes(&self) -> bool {
        let verb = self.path.rsplit('/').next().unwrap_or_default();
        matches!(verb, "add" | "set" | "remove" | "enable" | "disable" | "reset-counters") || self.is_guest_login()
    }

    fn is_guest_login(&self) -> bool {
        self.path == "/ip/hotspot/active/login"
    }
}

/// What a command answers.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// `!done`, with a `=ret=` or without.
    Done(Option<Value>),
    /// Rows, then `!done`.
    Rows(Listing),
    /// Changes, until cancelled.
    Changes(Subscription),
}

/// Executes a command. Its change is complete or absent when this returns. Exception: a command on several items stops
/// at the first item that fails.
pub(crate) fn execute(router: &mut Router, policies: Policies, request: &Request) -> Result<Outcome, Vec<Trap>> {
    router.settle_if_due();
    let (menu, verb) = find(router, request)?;
    if request.bad_query || !request.query.is_empty() && !matches!(verb, "print" | "getall" | "listen") {
        return Err(vec![Trap::new("invalid query")]);
    }
    for (name, _) in &request.attributes {
        let known = std::str::from_utf8(name).is_ok_and(|name| schema::takes(&menu, verb, name, &router.version));
        if !known {
            return Err(vec![Trap::unknown_parameter(name)]);
        }
    }
    let permitted = if request.writes() { policies.write } else { policies.read };
    if !permitted {
        return Err(vec![Trap::not_enough_permissions()]);
    }
    match verb {
        "print" | "getall" => {
            let listing = Listing::new(router, menu, request, policies, request.query.clone());
            let listing = listing.ok_or_else(|| vec![Trap::no_such_item(&router.version)])?;
            if request.attribute("count-only").is_some() {
                return Ok(Outcome::Done(Some(listing.count(router).to_string().into_bytes())));
            }
            Ok(Outcome::Rows(listing))
        }
        "listen" => {
            let listing = Listing::new(router, menu, request, policies, request.query.clone());
            let listing = listing.ok_or_else(|| vec![Trap::no_such_item(&router.version)])?;
            Ok(Outcome::Changes(Subscription::new(listing, router.last_change())))
        }
        _ => items::change(router, menu, verb, request).map(Outcome::Done),
    }
}

fn find<'r>(router: &Router, request: &'r Request) -> Result<(Menu, &'r str), Vec<Trap>> {
    let Some((path, verb)) = request.path.rsplit_once('/') else {
        return Err(vec![Trap::no_such_command()]);
    };
    let Some(menu) = Menu::at(path) else {
        let unknown = path.rsplit('/').next().unwrap_or_default();
        return Err(vec![Trap::no_such_directory(unknown, &router.version, &router.assumptions)]);
    };
    if menu.has(verb) { Ok((menu, verb)) } else { Err(vec![Trap::no_such_command()]) }
}
