use std::collections::BTreeMap;

use portero_domain::{
    Timestamp,
    api_key::ApiKey,
    company::Company,
    health::{HealthChange, RouterHealth},
    ids::{CompanyId, ProductId, PurchaseId, RouterId, UserId, WebhookToken},
    logo::{Logo, LogoFile},
    notification::{NewNotice, NoticeId, NoticeOutcome},
    ports::{StorageError, Stored},
    product::{Offer, Product},
    router::Router,
    secret::Fingerprint,
    session::Session,
    user::User,
    webhook::WebhookEvent,
};
use time::{Duration, OffsetDateTime};

use crate::purchases::PurchaseRow;

/// Everything in the store, each table in the order in which its rows were added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// The companies.
    pub companies: Vec<Company>,
    /// Their logos.
    pub logos: Vec<(LogoFile, Logo)>,
    /// The routers.
    pub routers: Vec<Router>,
    /// How they are.
    pub healths: Vec<HealthRow>,
    /// Their keys.
    pub keys: Vec<KeyRow>,
    /// The people.
    pub users: Vec<User>,
    /// Their sessions.
    pub sessions: Vec<Session>,
    /// The products.
    pub products: Vec<Product>,
    /// The purchases.
    pub purchases: Vec<PurchaseRow>,
    /// Until when each process is believed to be alive.
    pub processes: BTreeMap<i64, Timestamp>,
    /// The notices to companies.
    pub notices: Vec<NoticeRow>,
    /// The time by the store's own clock, since it began.
    pub elapsed: Duration,
    /// The events that the payment gateways reported.
    pub webhook_events: Vec<EventRow>,
    /// When each company is due for a comparison with its gateways, by the store's own clock.
    pub reconciliations: BTreeMap<CompanyId, Duration>,
    numbers: Numbers,
    last_user: i64,
    last_product: i64,
    last_purchase: i64,
    last_notice: i64,
}

/// A key as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The key.
    pub key: ApiKey,
    /// Of its token.
    pub fingerprint: Fingerprint,
}

/// How a router is, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthRow {
    /// Which router.
    pub router: RouterId,
    /// When it is due for a check.
    pub next_check: Timestamp,
    /// What the last look found.
    pub health: Option<RouterHealth>,
    /// The newest changes, oldest first.
    pub changes: Vec<HealthChange>,
}

/// An event of a payment gateway as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    /// The event.
    pub event: WebhookEvent,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How many times it was claimed.
    pub tries: u32,
    /// When it is due, by the store's clock, unless it is settled.
    pub next_try: Option<Timestamp>,
}

impl HealthRow {
    /// Of a router just registered.
    pub fn of(router: &RouterId) -> Self {
        Self { router: router.clone(), next_check: Self::at_once(), health: None, changes: Vec::new() }
    }

    /// When a router is due that goes before all others.
    pub fn at_once() -> Timestamp {
        Timestamp::new(OffsetDateTime::UNIX_EPOCH)
    }
}

/// A notice as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its number.
    pub id: NoticeId,
    /// The notice.
    pub notice: NewNotice,
    /// How often it was claimed.
    pub tries: u16,
    /// When the next try begins. Nothing once it has ended.
    pub due: Option<Duration>,
    /// How it ended, and when.
    pub end: Option<(NoticeOutcome, Duration)>,
}

/// What a constraint says to a row that breaks it.
pub(crate) fn refused<T>(rule: &str) -> Stored<T> {
    Err(StorageError::Failed(rule.into()))
}

fn keep(holds: bool, rule: &str) -> Stored<()> {
    if holds { Ok(()) } else { refused(rule) }
}

/// When each company, router and key was added, among all of them: what breaks ties where rows have no counted id.
#[derive(Clone, Debug, Default)]
struct Numbers {
    by_id: BTreeMap<String, i64>,
    last: i64,
}

impl Numbers {
    fn add(&mut self, id: &str) {
        self.last += 1;
        self.by_id.insert(id.to_owned(), self.last);
    }
}

/// They say no more than the order of the rows, which is compared as it is.
impl PartialEq for Numbers {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Numbers {}

impl Tables {
    /// The number of a company, a router or a key.
    pub(crate) fn number(&self, id: &str) -> i64 {
        *self.numbers.by_id.get(id).expect("a row that is there was added")
    }
}

/// Insertions, each checked against the constraints of its table.
impl Tables {
    pub(crate) fn next_user(&self) -> UserId {
        UserId::new(self.last_user + 1)
    }

    pub(crate) fn next_product(&self) -> ProductId {
        ProductId::new(self.last_product + 1)
    }

    pub(crate) fn next_purchase(&mut self) -> PurchaseId {
        self.last_purchase += 1;
        PurchaseId::new(self.last_purchase)
    }

    pub(crate) fn has_company(&self, id: &CompanyId) -> bool {
        self.companies.iter().any(|company| company.id == *id)
    }

    pub(crate) fn has_webhook_token(&self, token: &WebhookToken) -> bool {
        self.companies.iter().any(|company| company.webhook_token == *token)
    }

    pub(crate) fn has_router(&self, company: &CompanyId, id: &RouterId) -> bool {
        self.routers.iter().any(|router| router.company == *company && router.id == *id)
    }

    /// Whether the offer's router has another product of its profile, on sale or not.
    pub(crate) fn offers_already(&self, offer: &Offer, but: Option<ProductId>) -> bool {
        self.products.iter().any(|product| {
            Some(product.id) != but
                && product.offer.router == offer.router
                && product.offer.profile.name == offer.profile.name
        })
    }

    pub(crate) fn add_company(&mut self, company: Company) -> Stored<()> {
        keep(!self.has_company(&company.id), "no two companies share an id")?;
        keep(!self.has_webhook_token(&company.webhook_token), "no two companies share a webhook token")?;
        self.numbers.add(company.id.as_str());
        self.companies.push(company);
        Ok(())
    }

    pub(crate) fn add_router(&mut self, router: Router) -> Stored<()> {
        keep(self.has_company(&router.company), "a router has a company")?;
        keep(!self.routers.iter().any(|other| other.id == router.id), "no two routers share an id")?;
        self.numbers.add(router.id.as_str());
        self.healths.push(HealthRow::of(&router.id));
        self.routers.push(router);
        Ok(())
    }

    pub(crate) fn add_key(&mut self, row: KeyRow) -> Stored<()> {
        let parts = row.key.parts();
        keep(self.has_router(&parts.company, &parts.router), "a key has a router")?;
        for KeyRow { key, fingerprint } in &self.keys {
            keep(key.id() != row.key.id(), "no two keys share an id")?;
            keep(*fingerprint != row.fingerprint, "no two keys share a token")?;
            let open = |key: &ApiKey| key.parts().revoked_at.is_none();
            let rivals = key.parts().router == parts.router && open(key) && open(&row.key);
            keep(!rivals, "a router has one key that is not revoked")?;
        }
        self.numbers.add(row.key.id().as_str());
        self.keys.push(row);
        Ok(())
    }

    pub(crate) fn add_user(&mut self, user: User) -> Stored<()> {
        keep(user.profile.role.company().is_none_or(|id| self.has_company(id)), "a company's admin has a company")?;
        keep(!self.users.iter().any(|other| other.id == user.id), "no two people share an id")?;
        keep(
            !self.users.iter().any(|other| other.profile.email == user.profile.email),
            "no two people share an e-mail",
        )?;
        self.last_user = self.last_user.max(user.id.get());
        self.users.push(user);
        Ok(())
    }

    pub(crate) fn add_session(&mut self, session: Session) -> Stored<()> {
        keep(self.users.iter().any(|user| user.id == session.user), "a session has a person")?;
        keep(!self.sessions.iter().any(|other| other.id == session.id), "no two sessions share an id")?;
        self.sessions.push(session);
        Ok(())
    }

    pub(crate) fn add_product(&mut self, product: Product) -> Stored<()> {
        keep(self.has_router(&product.company, &product.offer.router), "a product has a router")?;
        keep(!self.products.iter().any(|other| other.id == product.id), "no two products share an id")?;
        keep(!self.offers_already(&product.offer, None), "a router has one product a profile")?;
        self.last_product = self.last_product.max(product.id.get());
        self.products.push(product);
        Ok(())
    }

    pub(crate) fn add_notice(&mut self, notice: NewNotice) -> Stored<()> {
        keep(self.has_company(&notice.company), "a notice has a company")?;
        if self.notices.iter().all(|row| row.notice != notice) {
            self.last_notice += 1;
            let id = NoticeId::new(self.last_notice);
            self.notices.push(NoticeRow { id, notice, tries: 0, due: Some(self.elapsed), end: None });
        }
        Ok(())
    }
}

/// How many there are.
pub(crate) fn count<T>(rows: impl IntoIterator<Item = T>) -> u64 {
    rows.into_iter().map(|_| 1).sum()
}
