use actix_web::HttpRequest;
use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername},
    ids::RouterId,
};

use super::{Exceeded, Limits, Visitor};

/// As how many attempts a wrong one counts against an address.
const WRONG: u32 = 5;

impl Limits {
    /// Counts a guest's attempt to prove who they are on this router's hotspot, before the router is asked.
    ///
    /// Passwords of hotspots are short, so each user of a router has its own bucket. Where the name is all there is to
    /// know, guessing goes from name to name instead, and all attempts of one address count together. One address may be
    /// a whole hotel, so a wrong attempt costs as much as five right ones.
    pub(crate) fn guest(
        &self,
        request: &HttpRequest,
        router: &RouterId,
        name: &HotspotUsername,
        password: &HotspotPassword,
    ) -> Result<GuestAttempt<'_>, Exceeded> {
        let from = (self.visitor(request), router.clone());
        if password.is_pin() {
            self.pins.take(&from)?;
        }
        self.guests.take(&(router.clone(), name.clone()))?;
        Ok(GuestAttempt { limits: self, from: password.is_pin().then_some(from) })
    }
}

/// An attempt that may be made.
pub(crate) struct GuestAttempt<'a> {
    limits: &'a Limits,
    from: Option<(Visitor, RouterId)>,
}

impl GuestAttempt<'_> {
    /// There is no such user, or the password is another.
    pub(crate) fn failed(self) {
        if let Some(from) = self.from {
            // It has been counted once.
            self.limits.pins.spill(&from, WRONG - 1);
        }
    }
}
