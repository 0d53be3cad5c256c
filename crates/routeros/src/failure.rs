//! The error texts of routers, sorted by what a caller can do.

use std::fmt;

use crate::proto::{Category, Reply};

/// The meaning of a router's error for the sender of the command.
///
/// Routers send only texts. The texts differ a little between versions, so they are matched by a characteristic part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The user or password of the API account is wrong. Retries fill the router's log and may get our address blocked.
    AuthFailed,
    /// The account's group has no `api` policy.
    NoApiPolicy,
    /// The account's group lacks the policy for this command: `read`, `write` or `sensitive`.
    PermissionDenied,
    /// Commands before a login, or too many logins. A bug of ours, or a limit of the router.
    ProtocolMisuse,
    /// The router ended the session.
    Disconnected,
    /// A hotspot user of that name exists on that server.
    DuplicateUser,
    /// There is no such hotspot user profile.
    UnknownProfile,
    /// There is no such hotspot server.
    UnknownServer,
    /// The value is the beginning of several names.
    AmbiguousValue,
    /// The item is not there (any more).
    NotFound,
    /// The router does not have this command: another version, or a package that is not installed.
    NoCommand,
    /// An argument is unknown, missing or malformed. A bug of ours.
    BadArgument,
    /// The command was cancelled.
    Interrupted,
    /// The hotspot has not seen the client's address.
    HostUnknown,
    /// The hardware address is not the client's, or not the one that the user is bound to.
    WrongMac,
    /// The name or password of the hotspot user is wrong.
    HotspotBadCredentials,
    /// The hotspot user has as many sessions as the profile shares.
    SessionLimit,
    /// The hotspot user's time or traffic is used up.
    QuotaUsed,
    /// The client's login is under way. Try again in a moment.
    RetryLater,
    /// The client is logged in.
    AlreadyActive,
    /// The router's licence allows no more hotspot sessions.
    LicenceLimit,
    /// The router cannot serve clients at the moment: addresses used up, RADIUS away, hotspot stopping.
    RouterTrouble,
    /// None of the above. Keep the text; do not repeat a write.
    Unclassified,
}

/// Where the characteristic part is in a message.
#[derive(Clone, Copy)]
enum At {
    Start,
    End,
    Anywhere,
    Whole,
}

/// The texts, in lower case. The first match wins. Texts that contain a name come first, and they are matched at the
/// end without the name. So a user called "no such item" does not change the meaning of an error.
const TEXTS: &[(At, &str, Class)] = &[
    (At::Start, "no more sessions are allowed for user", Class::SessionLimit),
    (At::End, "has reached uptime limit", Class::QuotaUsed),
    (At::End, "has reached traffic limit", Class::QuotaUsed),
    (At::End, "is not allowed to log in from this mac address", Class::WrongMac),
    (At::Start, "unknown host ip", Class::HostUnknown),
    (At::Start, "unknown parameter", Class::BadArgument),
    (At::Start, "input does not match any value of profile", Class::UnknownProfile),
    (At::Start, "input does not match any value of server", Class::UnknownServer),
    (At::Start, "input does not match any value of", Class::BadArgument),
    (At::Start, "ambiguous value of", Class::AmbiguousValue),
    (At::Start, "invalid value of mac-address", Class::WrongMac),
    (At::Start, "invalid value of", Class::BadArgument),
    (At::Start, "invalid value for argument", Class::BadArgument),
    (At::Start, "missing value(s) of argument(s)", Class::BadArgument),
    (At::Start, "no such command", Class::NoCommand),
    (At::Anywhere, "invalid user name or password", Class::AuthFailed),
    (At::Anywhere, "cannot log in", Class::AuthFailed),
    (At::Whole, "not allowed", Class::NoApiPolicy),
    (At::Anywhere, "not enough permissions", Class::PermissionDenied),
    (At::Anywhere, "not logged in", Class::ProtocolMisuse),
    (At::Anywhere, "too many commands before login", Class::ProtocolMisuse),
    (At::Anywhere, "session terminated", Class::Disconnected),
    (At::Anywhere, "already have user with this name", Class::DuplicateUser),
    (At::Anywhere, "no such item", Class::NotFound),
    (At::Whole, "interrupted", Class::Interrupted),
    (At::Anywhere, "wrong mac provided", Class::WrongMac),
    (At::Anywhere, "invalid username or password", Class::HotspotBadCredentials),
    (At::Anywhere, "no such user", Class::HotspotBadCredentials),
    (At::Anywhere, "uptime limit reached", Class::QuotaUsed),
    (At::Anywhere, "traffic limit reached", Class::QuotaUsed),
    (At::Anywhere, "already authorizing", Class::RetryLater),
    (At::Anywhere, "already logged in", Class::AlreadyActive),
    (At::Anywhere, "session limit reached", Class::LicenceLimit),
    (At::Anywhere, "no more free addresses from pool", Class::RouterTrouble),
    (At::Anywhere, "radius server is not responding", Class::RouterTrouble),
    (At::Anywhere, "hotspot service is shutting down", Class::RouterTrouble),
];

impl Class {
    /// The class of a message, as it is in a trap or behind `!fatal`.
    pub fn of(message: &[u8]) -> Self {
        let message = String::from_utf8_lossy(message).to_ascii_lowercase();
        let message = message.strip_prefix("std ").unwrap_or(&message);
        let message = without_number(message.strip_prefix("failure: ").unwrap_or(message));
        let says = |&&(at, text, _): &&(At, &str, Self)| match at {
            At::Start => message.starts_with(text),
            At::End => message.ends_with(text),
            At::Anywhere => message.contains(text),
            At::Whole => message == text,
        };
        TEXTS.iter().find(says).map_or(Self::Unclassified, |&(_, _, class)| class)
    }
}

/// The message without the number in brackets that may be at its end.
fn without_number(message: &str) -> &str {
    let number = message.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    match number {
        Some((rest, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => message,
    }
}

/// An error that a router gave as its answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Trap {
    category: Option<Category>,
    message: Box<[u8]>,
}

impl Trap {
    /// The error in a reply.
    pub fn of(reply: Reply<'_>) -> Self {
        Self { category: reply.category(), message: reply.message().into() }
    }

    /// What it means.
    pub fn class(&self) -> Class {
        Class::of(&self.message)
    }

    /// The kind of error as the router sorts them, which is often left out.
    pub const fn category(&self) -> Option<Category> {
        self.category
    }

    /// The router's own text, byte by byte. It may hold names that someone chose.
    pub fn message(&self) -> &[u8] {
        &self.message
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.class(), self.message.escape_ascii())
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trap({self})")
    }
}

impl std::error::Error for Trap {}
