use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    Timestamp,
    hotspot::{
        ActiveSession, GuestLogin, HotspotHost, HotspotUser, ItemId, Mac, NewHotspotUser, Profile, RouterText,
        SessionsOf, UserChange,
    },
    network::{CertificateFingerprint, Endpoint},
    router::RouterAccess,
};

/// The answer of a router.
pub type HotspotResult<T> = Result<T, HotspotError>;

/// What Portero does on the hotspots of routers.
///
/// An adapter keeps few connections to a router, asks it for single rows and never for its table of users, and ends every
/// wait. A read may be tried twice. A write is sent again only where it cannot have been carried out. A router that failed
/// is not asked for a while: callers get the failure again. Every operation may be repeated without harm.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Hotspot: Send + Sync {
    /// What the router failed with, while it is not asked any more. `None` while it would be asked. Nothing is sent.
    fn known_failure(&self, router: &RouterAccess) -> Option<HotspotError>;

    /// All user profiles, in the router's own order.
    async fn profiles(&self, router: &RouterAccess) -> HotspotResult<Vec<Profile>>;

    /// Those of the users with these very bytes as their name that are there, in no order. One question for 20 names.
    async fn users(&self, router: &RouterAccess, names: &[RouterText]) -> HotspotResult<Vec<HotspotUser>>;

    /// Makes a user, disabled. A user of that name and with that very comment is this one: an earlier attempt made it and
    /// its answer was lost. Never an `Ok` without the router's word that the user is there.
    async fn create_user(&self, router: &RouterAccess, new: &NewHotspotUser) -> Result<ItemId, CreateHotspotUserError>;

    /// Changes a user.
    async fn change_user(&self, router: &RouterAccess, user: &ItemId, change: &UserChange) -> HotspotResult<()>;

    /// Removes a user, the cookies of its name and the sessions of its name, in this order: a cookie would log the guest
    /// in again. It is fine if there is none.
    async fn remove_user(&self, router: &RouterAccess, user: &HotspotUser) -> HotspotResult<()>;

    /// Ends all sessions of a name and removes its cookies. What was used is in [`HotspotUser::used`] from then on.
    async fn end_sessions(&self, router: &RouterAccess, name: &RouterText) -> HotspotResult<()>;

    /// Ends one session and removes the cookies of its device. It is fine if it has ended.
    async fn end_session(&self, router: &RouterAccess, session: &ActiveSession) -> HotspotResult<()>;

    /// Removes the cookies of a name on all devices but this one.
    async fn forget_other_devices(&self, router: &RouterAccess, name: &RouterText, device: Mac) -> HotspotResult<()>;

    /// The sessions under way.
    async fn sessions(&self, router: &RouterAccess, of: &SessionsOf) -> HotspotResult<Vec<ActiveSession>>;

    /// A device in the hotspot's network, if the router knows it.
    async fn host(&self, router: &RouterAccess, device: Mac) -> HotspotResult<Option<HotspotHost>>;

    /// Logs a guest in, and waits a few seconds for the session. `None` when the router accepted the log-in and has no
    /// session to show yet. A guest of this user on this device who is online already is logged in.
    async fn log_in(&self, router: &RouterAccess, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>>;
}

/// Reaches routers to see how they are.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RouterProbe: Send + Sync {
    /// Asks the router how it is, over the connection that is kept to it, and gives up after `timeout`.
    async fn check(&self, router: &RouterAccess, timeout: Duration) -> HotspotResult<Vitals>;

    /// Logs in to the router on a new connection, which is then closed. Shows whether these credentials work.
    async fn try_access(&self, router: &RouterAccess) -> HotspotResult<Vitals>;

    /// The certificate that the router shows. Nothing else is sent to it.
    async fn certificate(&self, endpoint: &Endpoint) -> HotspotResult<CertificateFingerprint>;
}

/// How a router is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// What it calls itself.
    pub identity: String,
    /// What RouterOS it runs, such as `7.18.2 (stable)`.
    pub version: String,
    /// What time it believes it is, if it says so.
    pub clock: Option<Timestamp>,
    /// How long its answer took.
    pub latency: Duration,
}

/// Why a router gave no answer, or not the one that was hoped for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HotspotError {
    /// Portero does not connect to such an address. Nothing was sent.
    #[error("Portero does not connect to this address")]
    AddressRefused,
    /// The certificate stands in the way. Nothing was sent.
    #[error(transparent)]
    Certificate(#[from] CertificateProblem),
    /// The router responded, and no TLS connection was agreed on. Nothing was sent.
    #[error(transparent)]
    Tls(#[from] TlsProblem),
    /// The router rejected the log-in.
    #[error(transparent)]
    LogIn(#[from] LogInProblem),
    /// The router cannot be reached, or the connection was lost before anything was sent. Why, without a word of the
    /// router's own.
    #[error("the router cannot be reached: {0}")]
    Unreachable(String),
    /// Too many commands wait for the router already. Nothing was sent.
    #[error("the router is busy")]
    Busy {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// The router refused. Nothing was done.
    #[error("the router refused: {text}")]
    Rejected {
        /// What its refusal means.
        kind: Rejection,
        /// Its own words.
        text: String,
    },
    /// No answer came: it may have been done or not.
    #[error("it is unknown whether the router made the change: {0}")]
    Unknown(String),
}

/// What stands in the way of an encrypted connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateProblem {
    /// The router's certificate is not confirmed yet.
    #[error("the router's certificate is not confirmed")]
    Unconfirmed {
        /// The one that it shows.
        found: CertificateFingerprint,
    },
    /// The router shows another certificate than the confirmed one: it was replaced, or someone is in between.
    #[error("the router's certificate is not the confirmed one")]
    Changed {
        /// The confirmed one.
        confirmed: CertificateFingerprint,
        /// The one that it shows.
        found: CertificateFingerprint,
    },
}

/// Why no TLS connection was agreed on with a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TlsProblem {
    /// The router accepts no cipher suite that Portero speaks. It may lack a certificate, or be RouterOS 6.
    #[error("the router and Portero have no TLS cipher suite in common")]
    NoCommonCipher,
    /// The router speaks neither TLS 1.2 nor TLS 1.3.
    #[error("the router speaks neither TLS 1.2 nor TLS 1.3")]
    UnsupportedVersion,
    /// The router's certificate or its key is of a kind that Portero cannot verify.
    #[error("the router's certificate has a key that Portero does not support")]
    UnsupportedKey,
}

/// Why a router rejected the log-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LogInProblem {
    /// The user name or the password is wrong.
    #[error("the router does not accept the user name and password")]
    WrongCredentials,
    /// The account's group may not use the API.
    #[error("the router's account may not use the API")]
    NoApiPolicy,
    /// The router only knows the login of RouterOS before 6.43, which was not asked for.
    #[error("the router only knows the old login")]
    OldLoginOnly,
    /// The router does not know the login of RouterOS before 6.43, which was asked for.
    #[error("the router does not know the old login")]
    NoOldLogin,
}

/// What a router's refusal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// There is no such item (any more).
    NotFound,
    /// The router has not seen the guest's address.
    HostUnknown,
    /// The user is bound to another device.
    WrongMac,
    /// The guest's name or password is wrong.
    BadCredentials,
    /// The user has as many sessions as its profile shares.
    SessionLimit,
    /// What the user may use is used up.
    QuotaUsed,
    /// The router's licence allows no more guests.
    LicenceLimit,
    /// The router cannot serve guests at the moment.
    Trouble,
    /// Portero's account may not do this.
    PermissionDenied,
    /// Anything else.
    Other,
}

/// Why there is no new user.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CreateHotspotUserError {
    /// Someone else's user has this name.
    #[error("the name is taken")]
    NameTaken,
    /// There is no profile with this very name.
    #[error("there is no such profile")]
    UnknownProfile {
        /// The names that there are.
        available: Vec<String>,
    },
    /// The router gave no good answer.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
}
