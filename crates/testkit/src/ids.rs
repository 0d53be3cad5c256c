use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername},
    ids::{CompanyId, KeyId, LogoTag, ProcessId, PurchaseReference, RouterId, SessionId, WebhookToken},
    ports::Ids,
    purchase::{GuestCredentials, GuestKind},
};

/// Draws ids that a test can foresee.
///
/// Those it has queued come first. Then come `EMP_0000000001`, `RTR_00000001`, `key_0000000000000001`,
/// `ses_00000000000000000000000001` and so on. A webhook has 32 digits and a logo 6. The first guest is `PT-AAAA22` with the
/// password `000001`. Its clones draw from the same source.
#[derive(Clone, Debug, Default)]
pub struct CountingIds {
    companies: Source<CompanyId>,
    routers: Source<RouterId>,
    keys: Source<KeyId>,
    sessions: Source<SessionId>,
    webhook_tokens: Source<WebhookToken>,
    purchases: Source<PurchaseReference>,
    guests: Source<GuestCredentials>,
    processes: Source<ProcessId>,
    logo_tags: Source<LogoTag>,
}

impl CountingIds {
    /// Draws these companies' ids next, so that a clash or a known answer comes about.
    pub fn then_companies(&self, ids: impl IntoIterator<Item = CompanyId>) -> &Self {
        self.companies.then(ids);
        self
    }

    /// Draws these routers' ids next.
    pub fn then_routers(&self, ids: impl IntoIterator<Item = RouterId>) -> &Self {
        self.routers.then(ids);
        self
    }

    /// Draws these keys' ids next.
    pub fn then_keys(&self, ids: impl IntoIterator<Item = KeyId>) -> &Self {
        self.keys.then(ids);
        self
    }

    /// Draws these webhook tokens next.
    pub fn then_webhook_tokens(&self, tokens: impl IntoIterator<Item = WebhookToken>) -> &Self {
        self.webhook_tokens.then(tokens);
        self
    }
}

impl Ids for CountingIds {
    fn company(&self) -> CompanyId {
        self.companies.next(|number| CompanyId::parse(&format!("EMP_{number:010X}")))
    }

    fn router(&self) -> RouterId {
        self.routers.next(|number| RouterId::parse(&format!("RTR_{number:08X}")))
    }

    fn key(&self) -> KeyId {
        self.keys.next(|number| KeyId::parse(&format!("key_{number:016}")))
    }

    fn session(&self) -> SessionId {
        self.sessions.next(|number| SessionId::parse(&format!("ses_{number:026}")))
    }

    fn webhook_token(&self) -> WebhookToken {
        self.webhook_tokens.next(|number| WebhookToken::parse(&format!("{number:032}")))
    }

    fn purchase(&self) -> PurchaseReference {
        self.purchases.next(|number| PurchaseReference::parse(&format!("compra_{number:026}")))
    }

    fn guest(&self, kind: GuestKind) -> GuestCredentials {
        self.guests.next(|number| {
            let (name, password) = match kind {
                GuestKind::UserAndPassword => (format!("PT-AAAA{:02}", 21 + number), format!("{number:06}")),
                GuestKind::Pin => (format!("PT-{number:08}"), String::new()),
            };
            let (name, password) = (HotspotUsername::parse(&name).ok()?, HotspotPassword::parse(&password).ok()?);
            Some(GuestCredentials { name, password })
        })
    }

    fn process(&self) -> ProcessId {
        self.processes.next(|number| i64::try_from(number).ok().map(ProcessId::new))
    }

    fn logo_tag(&self) -> LogoTag {
        self.logo_tags.next(|number| LogoTag::parse(&format!("{number:06x}")))
    }
}

#[derive(Debug)]
struct Source<T>(Arc<Mutex<(VecDeque<T>, u64)>>);

impl<T> Source<T> {
    fn then(&self, ids: impl IntoIterator<Item = T>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.extend(ids);
    }

    fn next(&self, make: impl FnOnce(u64) -> Option<T>) -> T {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (queue, drawn) = &mut *state;
        queue.pop_front().unwrap_or_else(|| {
            *drawn += 1;
            make(*drawn).expect("a counted number is an id")
        })
    }
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Source<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queued_ids_come_first_and_the_count_goes_on() {
        let ids = CountingIds::default();
        assert_eq!(ids.router().as_str(), "RTR_00000001");
        let queued = RouterId::parse("RTR_A1B2C3D4").unwrap();
        ids.then_routers([queued.clone(), queued.clone()]);
        assert_eq!([ids.router(), ids.router()], [queued.clone(), queued]);
        assert_eq!(ids.clone().router().as_str(), "RTR_00000002");
        assert_eq!(ids.company().as_str(), "EMP_0000000001");
        assert_eq!(ids.key().as_str(), "key_0000000000000001");
        assert_eq!(ids.session().as_str(), "ses_00000000000000000000000001");
        assert_eq!(ids.webhook_token().as_str(), "00000000000000000000000000000001");
    }
}
