use std::num::NonZeroU32;

use actix_web::HttpRequest;
use portero_domain::{
    hotspot::{HotspotUsername, PaidAccess},
    ids::RouterId,
};

use super::{Exceeded, Limits, Visitor, visitor};

/// As how many right attempts a wrong one counts against an address.
const WRONG: NonZeroU32 = NonZeroU32::new(15).unwrap();

impl Limits {
    /// Counts a guest's attempt to prove who they are on this router's hotspot, before the router is asked.
    ///
    /// What guests know is short, and often the name is all there is to know. So attempts count for what was sold, whichever
    /// of its users is tried, and for where they come from, whatever is tried from there. One address may be a whole hotel:
    /// an attempt counts there as a wrong one until it is known not to be, and then hardly.
    pub fn guest(
        &self,
        request: &HttpRequest,
        router: &RouterId,
        name: &HotspotUsername,
    ) -> Result<GuestAttempt<'_>, Exceeded> {
        let from = (visitor(request), router.clone());
        self.guest_addresses.take_many(&from, WRONG)?;
        match self.guest_users.take(&(router.clone(), PaidAccess::sold_name(name))) {
            Ok(()) => Ok(GuestAttempt { limits: self, from }),
            Err(exceeded) => {
                self.guest_addresses.give_back(&from, WRONG.get());
                Err(exceeded)
            }
        }
    }
}

/// An attempt that may be made. It counts as a wrong one unless it is said not to be.
#[derive(Debug)]
pub struct GuestAttempt<'a> {
    limits: &'a Limits,
    from: (Visitor, RouterId),
}

impl GuestAttempt<'_> {
    /// It was no guess, or it was not judged.
    pub fn was_not_wrong(self) {
        self.limits.guest_addresses.give_back(&self.from, WRONG.get() - 1);
    }
}
