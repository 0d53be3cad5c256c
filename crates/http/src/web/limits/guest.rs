use std::num::NonZeroU32;

use actix_web::HttpRequest;
use portero_domain::{
    hotspot::{HotspotUsername, SoldUser},
    ids::RouterId,
};

use super::{Exceeded, Limits, Visitor, visitor};

/// The weight of a wrong attempt against an address. A right attempt has weight 1.
const WRONG: NonZeroU32 = NonZeroU32::new(15).unwrap();

impl Limits {
    /// Counts a guest's attempt to prove who they are, before the router is asked.
    ///
    /// A guest's secrets are short, and often the name is the only one. So an attempt counts for the purchase, for any
    /// of its users, and for the address, for any purchase. One address may be a whole hotel. So an attempt has the
    /// weight of a wrong one only until it is known to be right.
    pub fn guest(
        &self,
        request: &HttpRequest,
        router: &RouterId,
        name: &HotspotUsername,
    ) -> Result<GuestAttempt<'_>, Exceeded> {
        let from = (visitor(request), router.clone());
        self.guest_addresses.take_many(&from, WRONG)?;
        match self.guest_users.take(&(router.clone(), SoldUser::sold_name(name))) {
            Ok(()) => Ok(GuestAttempt { limits: self, from }),
            Err(exceeded) => {
                self.guest_addresses.give_back(&from, WRONG.get());
                Err(exceeded)
            }
        }
    }
}

/// An admitted attempt. It counts as wrong unless it is reported as not wrong.
#[derive(Debug)]
pub struct GuestAttempt<'a> {
    limits: &'a Limits,
    from: (Visitor, RouterId),
}

impl GuestAttempt<'_> {
    /// Records that the attempt was right, or that the router did not decide.
    pub fn was_not_wrong(self) {
        self.limits.guest_addresses.give_back(&self.from, WRONG.get() - 1);
    }
}
