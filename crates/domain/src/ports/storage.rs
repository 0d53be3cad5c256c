use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use thiserror::Error;
use time::Duration;

use crate::{
    Timestamp,
    api_key::ApiKey,
    company::Company,
    filter::{FleetFilter, ProductFilter, PurchaseFilter, RouterFilter, UserFilter},
    gateway::Gateway,
    health::{Claim, FleetRouter, HealthChange, RouterHealth},
    ids::{
        CompanyId, KeyId, ProcessId, ProductId, PurchaseId, PurchaseReference, RouterId, SessionId, UserId,
        WebhookToken,
    },
    logo::{Logo, LogoFile},
    page::{Listing, Page},
    ports::{Notices, SecretPlace},
    product::{Offer, Product},
    purchase::{Cause, ChargeId, Order, Purchase, PurchaseSummary, Refund, SoldGuest, StageKind},
    router::Router,
    secret::{Fingerprint, Sealed},
    session::Session,
    text::{Email, ForeignId},
    user::{NewUser, PasswordHash, User, UserStatus},
    webhook::{EventClaim, WebhookEvent},
};

/// The answer of a store.
pub type Stored<T> = Result<T, StorageError>;

/// Why a store gave no answer, by what a caller can do about it.
#[derive(Debug, Error)]
pub enum StorageError {
    /// It has more to do than it can; try again shortly.
    #[error("the store is busy")]
    Busy,
    /// It cannot be reached, or did not answer in time; try again later.
    #[error("the store cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It refused, or holds a row that breaks our rules: our own fault.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What was to be unique is there already: the id was drawn before, the e-mail is registered, the router has a product
/// of that profile. Nothing was written, and the transaction goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is taken")]
pub struct Taken;

/// A piece of work inside one transaction.
pub type Work = Box<dyn FnOnce(&mut dyn Storage) -> Result<(), Rollback> + Send>;

/// The wish of a piece of work that nothing of it remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the work is to leave no trace")]
pub struct Rollback;

/// Runs pieces of work as transactions, READ COMMITTED. Use cases call [`transact`], not this.
#[async_trait]
pub trait UnitOfWork: Send + Sync {
    /// Runs the work in one transaction: commits on `Ok`, rolls back on `Err`. Answers `Ok` in both cases; an error means
    /// that the work did not run, or that its commit did not come through.
    async fn run(&self, work: Work) -> Stored<()>;

    /// Whether the store answers at all.
    async fn ping(&self) -> Stored<()>;
}

/// Everything that one transaction reaches.
///
/// The work is synchronous, so no code can wait for a router or a bank while a transaction is open. Each writer first
/// locks its root, the company or the router. If it locks both, the company comes first. So rivals wait in order, and
/// no deadlock can occur.
pub trait Storage {
    /// The companies.
    fn companies(&mut self) -> &mut dyn Companies;
    /// The routers.
    fn routers(&mut self) -> &mut dyn Routers;
    /// The keys of the routers.
    fn api_keys(&mut self) -> &mut dyn ApiKeys;
    /// The people.
    fn users(&mut self) -> &mut dyn Users;
    /// Their sessions.
    fn sessions(&mut self) -> &mut dyn Sessions;
    /// The products.
    fn products(&mut self) -> &mut dyn Products;
    /// The purchases.
    fn purchases(&mut self) -> &mut dyn Purchases;
    /// The processes that work on this store.
    fn processes(&mut self) -> &mut dyn Processes;
    /// How the routers are.
    fn router_healths(&mut self) -> &mut dyn RouterHealths;
    /// The notices to companies.
    fn notices(&mut self) -> &mut dyn Notices;
    /// The events that the payment gateways reported.
    fn webhook_events(&mut self) -> &mut dyn WebhookEvents;
    /// The logos that companies have uploaded.
    fn logos(&mut self) -> &mut dyn Logos;
    /// Which companies are to be compared with their payment gateways.
    fn reconciliations(&mut self) -> &mut dyn Reconciliations;
    /// All sealed secrets, wherever they are kept.
    fn sealed_secrets(&mut self) -> &mut dyn SealedSecrets;
}

/// The companies, oldest first.
pub trait Companies {
    /// The company, if there is one.
    fn find(&mut self, id: &CompanyId) -> Stored<Option<Company>>;
    /// Whether the company is active, if there is such a company. It parses nothing else, so it works on a damaged row too.
    fn is_active(&mut self, id: &CompanyId) -> Stored<Option<bool>>;
    /// Finds the company and holds it until the transaction ends: other lockers wait, readers do not.
    fn lock(&mut self, id: &CompanyId) -> Stored<Option<Company>>;
    /// Locks the company as [`Companies::lock`] does, and returns whether it is active. It parses nothing else, so it works
    /// on a damaged row too.
    fn lock_active(&mut self, id: &CompanyId) -> Stored<Option<bool>>;
    /// Writes whether a locked company is active, and nothing else.
    fn set_active(&mut self, id: &CompanyId, active: bool) -> Stored<()>;
    /// The company whose webhook address has this token, if there is one.
    fn find_by_webhook_token(&mut self, token: &WebhookToken) -> Stored<Option<Company>>;
    /// The companies whose access token is of this Mercado Pago user, oldest first. Companies may share one account.
    fn find_by_mercado_pago_user(&mut self, user: &ForeignId) -> Stored<Vec<Company>>;
    /// A part of all companies.
    fn list(&mut self, page: Page<Company>) -> Stored<Listing<Company>>;
    /// Adds a company, unless its id or its webhook token is taken.
    fn insert(&mut self, company: &Company) -> Stored<Result<(), Taken>>;
    /// Writes a locked company's every part.
    fn update(&mut self, company: &Company) -> Stored<()>;
    /// What one company has; `now` tells which of its keys are active.
    fn stats(&mut self, id: &CompanyId, now: Timestamp) -> Stored<CompanyStats>;
    /// What the whole system has.
    fn system_stats(&mut self) -> Stored<SystemStats>;
}

/// The logos that companies have uploaded, one a company at most.
pub trait Logos {
    /// The logo in this file, if it is the company's present one.
    fn find(&mut self, file: &LogoFile) -> Stored<Option<Logo>>;
    /// Stores a locked company's logo in this file, in place of the one before.
    fn replace(&mut self, file: &LogoFile, logo: &Logo) -> Stored<()>;
}

/// What a company has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompanyStats {
    /// Its routers.
    pub routers: u64,
    /// Those of them that are active.
    pub active_routers: u64,
    /// Its admins, active or not.
    pub admins: u64,
    /// The keys that would open the gate now, were the company on.
    pub active_keys: u64,
}

/// What the whole system has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemStats {
    /// All companies.
    pub companies: u64,
    /// Those that are active.
    pub active_companies: u64,
    /// All people.
    pub users: u64,
}

/// The routers, oldest first. Every access names the company: a router of another one is not there.
pub trait Routers {
    /// The router, if the company has it.
    fn find(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>>;
    /// Finds the router and holds it until the transaction ends: other lockers wait, readers do not.
    fn lock(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>>;
    /// Locks the router as [`Routers::lock`] does, and returns whether it is active. It parses nothing else, so it works on
    /// a damaged row too.
    fn lock_active(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<bool>>;
    /// Writes whether a locked router is active, and nothing else.
    fn set_active(&mut self, company: &CompanyId, id: &RouterId, active: bool) -> Stored<()>;
    /// How many routers the company has.
    fn count(&mut self, company: &CompanyId) -> Stored<u64>;
    /// A part of the company's routers that match the filter.
    fn list(&mut self, company: &CompanyId, filter: &RouterFilter, page: Page<Router>) -> Stored<Listing<Router>>;
    /// Adds a router, unless its id is taken.
    fn insert(&mut self, router: &Router) -> Stored<Result<(), Taken>>;
    /// Writes a locked router's every part.
    fn update(&mut self, router: &Router) -> Stored<()>;
    /// Removes a locked router, its keys and its products that are off sale. its purchases remain. Fails while it has
    /// products on sale.
    fn remove(&mut self, router: &Router) -> Stored<()>;
}

/// The keys of the routers, newest first. Every access names the company: a router of another company has no keys here.
pub trait ApiKeys {
    /// The router's key of that identity, revoked or not.
    fn find(&mut self, company: &CompanyId, router: &RouterId, id: &KeyId) -> Stored<Option<ApiKey>>;
    /// The router's keys that have not been revoked, expired ones included: one at most.
    fn open(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<ApiKey>>;
    /// A part of the router's keys of all times.
    fn list(&mut self, company: &CompanyId, router: &RouterId, page: Page<ApiKey>) -> Stored<Listing<ApiKey>>;
    /// Adds a key. Fails when its router has one that is not revoked.
    fn insert(&mut self, key: &ApiKey, fingerprint: Fingerprint) -> Stored<()>;
    /// Writes when the key was revoked, and nothing else: its counters belong to the gate alone.
    fn record_revocation(&mut self, key: &ApiKey) -> Stored<()>;
}

/// The people, oldest first.
pub trait Users {
    /// The person, if there is one.
    fn find(&mut self, id: UserId) -> Stored<Option<User>>;
    /// Finds the person and holds them until the transaction ends: other lockers wait, readers do not.
    fn lock(&mut self, id: UserId) -> Stored<Option<User>>;
    /// The person with this e-mail.
    fn find_by_email(&mut self, email: &Email) -> Stored<Option<User>>;
    /// The session and its person, if there is such a session. One query: it stands before every call of an admin.
    fn find_by_session(&mut self, session: &SessionId) -> Stored<Option<(Session, User)>>;
    /// A part of the users that match the filter.
    fn list(&mut self, filter: &UserFilter, page: Page<User>) -> Stored<Listing<User>>;
    /// Adds a person, unless their e-mail is taken. Answers their identity.
    fn insert(&mut self, user: &NewUser) -> Stored<Result<UserId, Taken>>;
    /// Locks the person as [`Users::lock`] does, and returns their role and whether they are active. It parses nothing else,
    /// so it works on a damaged row too.
    fn lock_status(&mut self, id: UserId) -> Stored<Option<UserStatus>>;
    /// Stores whether a locked user may log in.
    fn set_active(&mut self, id: UserId, active: bool) -> Stored<()>;
    /// Writes a locked person's password, and whether they must change it.
    fn set_password(&mut self, id: UserId, password: &PasswordHash, must_change: bool) -> Stored<()>;
    /// An imported (bcrypt) hash of any person, if there is one left.
    fn imported_hash(&mut self) -> Stored<Option<PasswordHash>>;
    /// Whether there is any super admin.
    fn any_super_admin(&mut self) -> Stored<bool>;
}

/// The sessions of users.
pub trait Sessions {
    /// Begins a session of a locked person. It ends the oldest of their sessions beyond [`Session::MAX_LIVE`], and deletes
    /// expired sessions: all of that person's, and up to [`EXPIRED_SESSIONS_PER_LOG_IN`] of anybody's.
    fn insert(&mut self, session: &Session) -> Stored<()>;
    /// Ends one session. It is fine if there is none.
    fn remove(&mut self, id: &SessionId) -> Stored<()>;
    /// Ends all of a person's sessions.
    fn remove_all(&mut self, user: UserId) -> Stored<()>;
}

/// The products. Those of a company come oldest first, a catalogue in its own order.
pub trait Products {
    /// The product, if the company has it.
    fn find(&mut self, company: &CompanyId, id: ProductId) -> Stored<Option<Product>>;
    /// A part of the company's products that match the filter, on sale or not.
    fn list(&mut self, company: &CompanyId, filter: &ProductFilter, page: Page<Product>) -> Stored<Listing<Product>>;
    /// The router's products on sale: by position, then the featured ones, then the oldest. Damaged rows are left out:
    /// nothing can be sold by them.
    fn catalogue(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<Product>>;
    /// How many products of the router are on sale.
    fn count_on_sale(&mut self, company: &CompanyId, router: &RouterId) -> Stored<u64>;
    /// Adds a product, unless its router has one of that profile. Answers its identity.
    fn insert(&mut self, company: &CompanyId, offer: &Offer, now: Timestamp) -> Stored<Result<ProductId, Taken>>;
    /// Takes the product off sale. It parses nothing, so it works on a damaged row too. Returns whether the company has it.
    fn deactivate(&mut self, company: &CompanyId, id: ProductId) -> Stored<bool>;
    /// Writes what a product offers, unless its router has another of that profile.
    fn update(&mut self, product: &Product) -> Stored<Result<(), Taken>>;
}

/// The purchases, newest first. Each access names the company, except [`Purchases::claim_due`] and
/// [`Purchases::known_references`].
///
/// A purchase that has a next step is held by a process, or is due at a moment. Both are measured by the store's clock.
pub trait Purchases {
    /// A part of the company's purchases that match the filter.
    fn list(&mut self, company: &CompanyId, filter: &PurchaseFilter, page: Page<Purchase>)
    -> Stored<Listing<Purchase>>;

    /// The company's sales in sum.
    fn summary(&mut self, company: &CompanyId) -> Stored<PurchaseSummary>;

    /// The purchase with this id.
    fn find(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Option<Purchase>>;

    /// The purchase with this reference.
    fn find_by_reference(&mut self, company: &CompanyId, reference: &PurchaseReference) -> Stored<Option<Purchase>>;

    /// The purchase with this identity, and the hash of the request that opened it.
    fn find_by_identity(
        &mut self,
        company: &CompanyId,
        identity: &Fingerprint,
    ) -> Stored<Option<(Purchase, Fingerprint)>>;

    /// The purchase of this charge.
    fn find_by_charge(&mut self, company: &CompanyId, gateway: Gateway, charge: &ChargeId) -> Stored<Option<Purchase>>;

    /// Which of these references are of purchases of any company. Companies may share an account with a gateway.
    fn known_references(&mut self, references: &[PurchaseReference]) -> Stored<Vec<PurchaseReference>>;

    /// Adds a purchase, which the process holds. Nothing is added if its identity or its card token is known.
    fn open(&mut self, new: &NewPurchase, hold: Hold) -> Stored<Result<Purchase, KnownPurchase>>;

    /// Stores what changed from `before` to `after`: the purchase, its timeline and the sums of the company. Returns
    /// false, and stores nothing, if the purchase has changed since `before` was read.
    fn save(&mut self, before: &Purchase, after: &Purchase, then: Then) -> Stored<bool>;

    /// Takes up to `limit` purchases that are due, the longest overdue first, and holds them. Purchases of the `busy`
    /// companies are left, and so are those that another process is just taking.
    fn claim_due(&mut self, hold: Hold, limit: u16, busy: &[CompanyId]) -> Stored<Vec<Stored<Purchase>>>;

    /// What happened to a purchase, oldest first.
    fn timeline(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<PurchaseMoment>>;

    /// The refunds of a purchase, oldest first.
    fn refunds(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<Refund>>;

    /// Adds a refund to a purchase, or stores how one with the same number stands.
    fn put_refund(&mut self, company: &CompanyId, id: PurchaseId, refund: &Refund) -> Stored<()>;
}

/// A purchase that is not in the store yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPurchase {
    /// What was ordered.
    pub order: Order,
    /// The hotspot user.
    pub guest: SoldGuest,
    /// What makes a second request the same purchase: a hash of the portal's key for it, or of the card token.
    pub identity: Fingerprint,
    /// A hash of everything that the portal asked for. A repeated request must have the same one.
    pub request: Fingerprint,
    /// A hash of the gateway and the card token. A token is good for one purchase of a company.
    pub card: Fingerprint,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Why a purchase was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownPurchase {
    /// There is a purchase with this identity.
    SameIdentity,
    /// Another purchase of the company has used the card token.
    CardUsed,
}

/// Which process holds a purchase, and for how long if it does not store anything. A process that is gone holds nothing:
/// see [`Processes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The process.
    pub process: ProcessId,
    /// How long.
    pub lease: Duration,
}

/// When the next step of a stored purchase may be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The process goes on at once, and holds the purchase.
    Hold(Hold),
    /// Any process goes on after this span.
    After(Duration),
    /// The process that holds the purchase goes on. If none holds it, any process goes on at once.
    Soon,
    /// There is no next step.
    Done,
}

/// A moment in the life of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchaseMoment {
    /// When.
    pub at: Timestamp,
    /// Which stage began.
    pub stage: StageKind,
    /// Why.
    pub cause: Option<Cause>,
}

/// The processes that work on one store.
///
/// A process says every second that it is alive. What a process holds that has been silent for some seconds becomes due at
/// once, so the work of a killed process goes on soon. A refund is the exception. It waits for the end of its lease: a
/// process that only seems to be gone could make it a second time.
pub trait Processes {
    /// Says that this process is alive for `lease` from now on, by the store's clock. Lets the purchases become due that
    /// are held by processes whose time is over, and forgets those processes. Returns how many purchases that were.
    fn beat(&mut self, process: ProcessId, lease: Duration) -> Stored<u64>;

    /// Ends a process that leaves in order. What it holds becomes due at once.
    fn leave(&mut self, process: ProcessId) -> Stored<()>;
}

/// The health of the routers, and which of them are due for a check. A record exists as long as its router. A new
/// router is due at once.
pub trait RouterHealths {
    /// The health of the router. Nothing if it was never checked.
    fn find(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Option<RouterHealth>>;
    /// The newest changes in how the router is, newest first: [`KEPT_CHANGES`] at most.
    fn changes(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<HealthChange>>;
    /// A part of the routers of all companies that match the filter, oldest first.
    fn fleet(&mut self, filter: &FleetFilter, page: Page<FleetRouter>) -> Stored<Listing<FleetRouter>>;
    /// Makes the router due before all others, and makes the result of a running check invalid.
    fn make_due(&mut self, company: &CompanyId, router: &RouterId) -> Stored<()>;
    /// Takes up to `limit` routers that are due, the longest overdue first, and lets each be due again at its `next` look.
    /// Those that someone else is just taking are passed over, so no two callers take the same.
    ///
    /// A claim needs no release. If its process ends before the check, only that check is lost. `next` must leave
    /// enough time for the check.
    fn claim_due(&mut self, now: Timestamp, limit: u16, next: &dyn Fn(&RouterId) -> Timestamp) -> Stored<Claims>;
    /// Writes how a claimed router was found, and the change if it is one; forgets changes beyond [`KEPT_CHANGES`]. Does
    /// nothing where the claim is void: the router is gone, or due or claimed again. Answers whether it did.
    fn record(&mut self, claim: &Claim, found: &RouterHealth, change: Option<&HealthChange>) -> Stored<bool>;
}

/// The events that the payment gateways reported, and which of them are due. A new event is due at once.
///
/// All times are by the store's clock, so that processes whose clocks differ agree. A claim needs no release: if its
/// process ends, the event is due again when the claim ends.
pub trait WebhookEvents {
    /// Adds an event, unless its company has an event of the same gateway, id and charge.
    fn insert(&mut self, event: &WebhookEvent) -> Stored<Result<(), Taken>>;
    /// Up to `limit` companies that have due events, the one with the longest overdue event first, without the companies
    /// in `except`.
    fn companies_due(&mut self, except: &[CompanyId], limit: u16) -> Stored<Vec<CompanyId>>;
    /// Claims up to `limit` due events of the company, the longest overdue first, for the time of the lease. It passes over
    /// events that another caller is just claiming, so no two callers claim the same.
    fn claim_due(&mut self, company: &CompanyId, limit: u16, lease: Duration) -> Stored<Vec<EventClaim>>;
    /// Marks a claimed event as done. Does nothing if the event was claimed again after this claim had ended. Returns
    /// whether it was marked.
    fn settle(&mut self, claim: &EventClaim) -> Stored<bool>;
    /// Makes a claimed event due again after the wait, on the same condition as [`WebhookEvents::settle`].
    fn put_off(&mut self, claim: &EventClaim, wait: Duration) -> Stored<bool>;
    /// Deletes a claimed event, on the same condition as [`WebhookEvents::settle`].
    fn give_up(&mut self, claim: &EventClaim) -> Stored<bool>;
    /// Deletes up to `limit` events that are older than [`EventClaim::KEPT`], of any company. Returns how many.
    fn prune(&mut self, limit: u16) -> Stored<usize>;
}

/// When the purchases of each company are to be compared with the lists of its payment gateways.
///
/// All times are by the store's clock. Each company has a time of the day (UTC) of its own, so that not all companies are due
/// at once. A new company is first due on the next day.
pub trait Reconciliations {
    /// Claims up to `limit` companies that are due, the longest overdue first. Each is due again when the lease ends, so a
    /// claim needs no release. Companies that another process is just claiming are passed over.
    fn claim_due(&mut self, limit: u16, lease: Duration) -> Stored<Vec<CompanyId>>;
    /// Lets the company be due on the next day.
    fn settle(&mut self, company: &CompanyId) -> Stored<()>;
}

/// How many expired sessions a log-in deletes. A log-in adds one session, so expired ones do not pile up.
pub const EXPIRED_SESSIONS_PER_LOG_IN: u16 = 100;

/// How many changes in how a router is are kept of each.
pub const KEPT_CHANGES: u16 = 20;

/// Routers just taken.
#[derive(Debug)]
pub struct Claims {
    /// Those to look at. One whose record breaks our rules is an error in its place and holds up no other. A router that
    /// is inactive or of an inactive company was due as well and has been put off, but is not among them.
    pub claims: Vec<Stored<Claim>>,
    /// Whether more may be due.
    pub more: bool,
}

/// A sealed secret and where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSecret {
    /// Where it belongs.
    pub place: SecretPlace,
    /// The sealed text.
    pub sealed: Sealed,
}

/// All encrypted secrets, so that they can be encrypted with another key.
pub trait SealedSecrets {
    /// The next secrets after a place, in a fixed order of places, `limit` at most.
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>>;
    /// Puts `new` where `old` is, unless something else is there by now. Answers whether it did.
    fn replace(&mut self, old: &SealedSecret, new: &Sealed) -> Stored<bool>;
}

/// Runs a piece of work as one transaction and answers what it answered: on `Ok` everything is committed, on `Err`
/// nothing of it remains.
pub async fn transact<T, E>(
    storage: &dyn UnitOfWork,
    work: impl FnOnce(&mut dyn Storage) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    let answer = Arc::new(Mutex::new(None));
    let place = Arc::clone(&answer);
    storage
        .run(Box::new(move |storage| {
            let result = work(storage);
            let verdict = if result.is_ok() { Ok(()) } else { Err(Rollback) };
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            verdict
        }))
        .await?;
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    answer.unwrap_or_else(|| Err(E::from(StorageError::Failed("the work was never run".into()))))
}
