use actix_web::HttpRequest;
use portero_domain::text::Email;

use super::{Exceeded, Limits, Visitor, visitor};

/// An attempt to sign in that may be made.
#[derive(Debug)]
pub struct Attempt<'a> {
    limits: &'a Limits,
    who: Option<(Email, Visitor)>,
}

impl Limits {
    /// Counts an attempt to sign in as this e-mail, if it is one, before any work is done for it. Every attempt counts:
    /// which of them fail is known too late.
    ///
    /// Whoever wants to lock a person out can keep the bucket of their e-mail empty. So attempts from where that person
    /// has signed in before draw on a bucket of their own.
    ///
    /// The address comes before the e-mail: attempts that are refused for their address must not count against a person.
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
    /// It was the person.
    pub fn succeeded(self) {
        if let Some(who) = self.who {
            self.limits.familiar.note(who);
        }
    }
}
