use actix_web::HttpRequest;
use portero_domain::text::Email;

use super::{Exceeded, Limits, Visitor, visitor};

/// An admitted attempt to log in.
#[derive(Debug)]
pub struct Attempt<'a> {
    limits: &'a Limits,
    who: Option<(Email, Visitor)>,
}

impl Limits {
    /// Counts an attempt to log in with this e-mail, before any work for it. Successful attempts count too, because the
    /// result is known too late.
    ///
    /// An attacker can keep the bucket of a user's e-mail empty. So attempts from an address where the user has logged
    /// in before have their own bucket.
    ///
    /// The address comes before the e-mail: an attempt rejected for its address must not count against a user.
    pub fn log_in(&self, request: &HttpRequest, email: Option<&Email>) -> Result<Attempt<'_>, Exceeded> {
        let visitor = visitor(request);
        self.login_addresses.take(&visitor)?;
        let who = email.map(|email| (email.clone(), visitor));
        if let Some(who) = &who {
            let familiar = self.familiar.has(who).then_some(visitor);
            self.login_emails.take(&(who.0.clone(), familiar))?;
        }
        Ok(Attempt { limits: self, who })
    }
}

impl Attempt<'_> {
    /// Records that the attempt succeeded.
    pub fn succeeded(self) {
        if let Some(who) = self.who {
            self.limits.familiar.note(who);
        }
    }
}
