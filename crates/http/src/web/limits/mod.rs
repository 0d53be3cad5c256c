//! How often somebody may call, because a portal's key is public (it stands in the page's script) and a password can be
//! guessed.
//!
//! What each limit protects from whom, and why one caller cannot use up what another needs, is in
//! `docs/adr/0013-limits-are-tables-of-buckets.md`. All of it is the memory of one process: several processes on one
//! database let through that many times as much.

mod buckets;
mod guest;
mod log_in;
mod portal;
mod rate;
mod remembered;
mod visitor;

use std::{fmt, time::Duration};

use actix_web::{HttpRequest, http::header::HeaderName, web::Data};
use portero_domain::{
    hotspot::HotspotUsername,
    ids::{KeyId, RouterId},
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

/// How many calls a bucket holds.
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
/// How many of them are left.
pub const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
/// In how many seconds there will be another.
pub const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");

/// What an operator may set about limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The calls of portals with one key.
    pub key: Rate,
    /// The calls of portals from one address. Less than [`Rules::key`], so that no address alone uses up a key.
    pub address: Rate,
    /// The calls of portals from one address without a good key.
    pub wrong_key: Rate,
    /// Attempts to sign in as one e-mail, whether anybody has it or not.
    pub login_email: Rate,
    /// Attempts to sign in from one address.
    pub login_address: Rate,
    /// Attempts of guests to prove who they are as one user of a hotspot.
    pub guest_user: Rate,
    /// Those of them from one address on one router. A wrong one counts fifteen times.
    pub guest_address: Rate,
}

/// The state of all limits, shared by all the threads of a process.
pub struct Limits {
    keys: Buckets<KeyId>,
    addresses: Buckets<Visitor>,
    /// Those that go to nobody's key, and those that go to one that was refused, which are its own.
    wrong_keys: Buckets<(Visitor, Option<KeyId>)>,
    refused_keys: Remembered<KeyId>,
    login_addresses: Buckets<Visitor>,
    /// Those from anywhere, and those from where the person has signed in before.
    login_emails: Buckets<(Email, Option<Visitor>)>,
    familiar: Remembered<(Email, Visitor)>,
    guest_users: Buckets<(RouterId, HotspotUsername)>,
    guest_addresses: Buckets<(Visitor, RouterId)>,
}

impl Limits {
    /// Nobody has called yet. The `seed` is to be by chance and nobody's to know, so that nobody can choose whom to share a
    /// bucket with. `elapsed` tells how much time has gone by since some moment, and does not run backwards.
    pub fn new(rules: &Rules, seed: u64, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let Rules { key, address, wrong_key, login_email, login_address, guest_user, guest_address } = *rules;
        let ticks = Ticks::new(elapsed);
        Self {
            keys: Buckets::new(key, seed, &ticks),
            addresses: Buckets::new(address, seed, &ticks),
            wrong_keys: Buckets::new(wrong_key, seed, &ticks),
            refused_keys: Remembered::default(),
            login_addresses: Buckets::new(login_address, seed, &ticks),
            login_emails: Buckets::new(login_email, seed, &ticks),
            familiar: Remembered::default(),
            guest_users: Buckets::new(guest_user, seed, &ticks),
            guest_addresses: Buckets::new(guest_address, seed, &ticks),
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

/// The limits that hold for this request; none when they are switched off.
pub fn of(request: &HttpRequest) -> Option<&Limits> {
    request.app_data::<Data<Limits>>().map(|limits| &***limits)
}
