//! Limits on callers. A portal's key is public, because it is in the page's script, and a password can be guessed.
//!
//! `docs/adr/0013-limits-are-tables-of-buckets.md` says what each limit protects and why one caller cannot exhaust the
//! limit of another. The state is in the memory of one process. With several processes the limits multiply.

mod buckets;
mod guest;
mod log_in;
mod password;
mod portal;
mod rate;
mod remembered;
mod visitor;
mod webhook;

use std::{fmt, time::Duration};

use actix_web::{HttpRequest, http::header::HeaderName, web::Data};
use portero_application::Mandate;
use portero_domain::{
    gateway::Gateway,
    hotspot::HotspotUsername,
    ids::{CompanyId, KeyId, RouterId, UserId},
    text::Email,
};

pub use self::{
    buckets::Exceeded,
    portal::PortalCall,
    rate::{NoRate, Rate},
};
use self::{
    buckets::{Buckets, Ticks},
    remembered::Remembered,
    visitor::Visitor,
};
use super::caller;

/// The header with the size of the bucket, in requests.
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// The header with the number of requests left in the bucket.
pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// The header with the seconds until the next request is allowed.
pub const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// The limits that an operator may configure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Requests of portals with one key.
    pub key: Rate,
    /// Requests of portals from one address. It should be less than [`Rules::key`], so that one address cannot use up a
    /// key.
    pub address: Rate,
    /// Requests of portals from one address without a good key.
    pub wrong_key: Rate,
    /// Attempts to log in with one e-mail, known or unknown.
    pub login_email: Rate,
    /// Attempts to log in from one address.
    pub login_address: Rate,
    /// Attempts of one user to change the password. Each of them tests the current password.
    pub change_password: Rate,
    /// Users that one super admin adds. Each of them costs the hash of a password.
    pub create_user: Rate,
    /// Attempts of guests to prove that they are one user of a hotspot.
    pub guest_user: Rate,
    /// Attempts of guests from one address on one router. A wrong attempt counts fifteen times.
    pub guest_address: Rate,
    /// Connections to the routers of one company, and test messages of its bot, that its admins ask for. Those that super
    /// admins ask for count apart.
    pub dial: Rate,
    /// Webhooks from one address. A gateway sends the webhooks of all its accounts from a few addresses.
    pub webhook_address: Rate,
    /// Verified webhooks of one company's account with a gateway.
    pub webhook_account: Rate,
}

/// The state of all limits, shared by all the threads of a process.
pub struct Limits {
    keys: Buckets<KeyId>,
    addresses: Buckets<Visitor>,
    /// Requests without a key, and requests with a rejected key. Each rejected key has its own bucket.
    wrong_keys: Buckets<(Visitor, Option<KeyId>)>,
    refused_keys: Remembered<KeyId>,
    login_addresses: Buckets<Visitor>,
    /// Attempts from any address, and attempts from an address where the user has logged in before.
    login_emails: Buckets<(Email, Option<Visitor>)>,
    familiar: Remembered<(Email, Visitor)>,
    password_changes: Buckets<UserId>,
    new_users: Buckets<UserId>,
    guest_users: Buckets<(RouterId, HotspotUsername)>,
    guest_addresses: Buckets<(Visitor, RouterId)>,
    dials: Buckets<Mandate>,
    webhook_addresses: Buckets<Visitor>,
    webhook_accounts: Buckets<(CompanyId, Gateway)>,
}

impl Limits {
    /// New limits. The `seed` must be random and secret, or an attacker could share a bucket with a victim on purpose.
    /// `elapsed` returns the time since a fixed moment and must not run backwards.
    pub fn new(rules: &Rules, seed: u64, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let Rules {
            key,
            address,
            wrong_key,
            login_email,
            login_address,
            change_password,
            create_user,
            guest_user,
            guest_address,
            dial,
            webhook_address,
            webhook_account,
        } = *rules;
        let ticks = Ticks::new(elapsed);
        Self {
            keys: Buckets::new(key, seed, &ticks),
            addresses: Buckets::new(address, seed, &ticks),
            wrong_keys: Buckets::new(wrong_key, seed, &ticks),
            refused_keys: Remembered::default(),
            login_addresses: Buckets::new(login_address, seed, &ticks),
            login_emails: Buckets::new(login_email, seed, &ticks),
            familiar: Remembered::default(),
            password_changes: Buckets::new(change_password, seed, &ticks),
            new_users: Buckets::new(create_user, seed, &ticks),
            guest_users: Buckets::new(guest_user, seed, &ticks),
            guest_addresses: Buckets::new(guest_address, seed, &ticks),
            dials: Buckets::new(dial, seed, &ticks),
            webhook_addresses: Buckets::new(webhook_address, seed, &ticks),
            webhook_accounts: Buckets::new(webhook_account, seed, &ticks),
        }
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Limits(…)")
    }
}

fn visitor(request: &HttpRequest) -> Visitor {
    caller::address(request).into()
}

/// Counts a connection to a router, a request to a payment gateway, or a test message, that a user asks for.
///
/// The user chooses the router's address. Without a limit, such requests would scan the network of the server: their
/// times and the certificates that they show tell what is there. The user also chooses the bot of a test message. Without a
/// limit, such requests would test tokens. A gateway is always the same one, but its connections are few and all companies
/// share them.
pub fn dial(request: &HttpRequest, mandate: &Mandate) -> Result<(), Exceeded> {
    of(request).map_or(Ok(()), |limits| limits.dials.take(mandate))
}

/// Counts a request for a public file. It draws on the same bucket as the requests of portals from the same address, because
/// visitors of a portal read the files that the portal shows.
pub fn file(request: &HttpRequest) -> Result<(), Exceeded> {
    of(request).map_or(Ok(()), |limits| limits.addresses.take(&visitor(request)))
}

/// The limits for this request, or nothing if limits are turned off.
pub fn of(request: &HttpRequest) -> Option<&Limits> {
    request.app_data::<Data<Limits>>().map(|limits| &***limits)
}
