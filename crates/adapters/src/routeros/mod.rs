//! Routers, reached over the RouterOS API.
//!
//! - Each router has one session (`router_session.rs`). All commands are pipelined over it.
//! - One task opens the session when it is needed, for all callers. It is tested after a silence and closed when idle.
//! - A router that fails gets no new session for a while (`breaker.rs`).
//! - Tenants choose the hosts, so the address of each connection is checked (`address.rs`).
//! - The other files have the commands to routers, one file for each kind.
//!
//! The sessions live on a thread of their own: callers come from runtimes that end, and any of them may stop waiting.
//! Nothing here is bulk, so nothing is paced: each call is a handful of commands, and what waits for a router is bounded.

mod address;
mod breaker;
mod call;
mod clock;
mod create;
mod dialer;
mod errors;
mod lease;
mod limits;
mod login;
mod probe;
mod profiles;
mod removal;
mod router_session;
mod router_sessions;
mod rows;
mod sessions;
mod tuning;
mod users;

use std::{io, sync::Arc, time::Duration};

use async_trait::async_trait;
use portero_domain::{
    hotspot::{
        ActiveSession, GuestLogin, HotspotHost, HotspotUser, ItemId, Mac, NewHotspotUser, Profile, RouterText,
        SessionsOf, UserChange,
    },
    network::{CertificateFingerprint, Endpoint},
    ports::{CreateHotspotUserError, Hotspot, HotspotError, HotspotResult, RouterProbe, Vitals},
    router::RouterAccess,
};
use tokio::runtime::{Builder, Runtime};

use self::{address::AddressPolicy, call::Call, dialer::Dialer, router_sessions::RouterSessions};

pub use self::address::{NoNetwork, RouterNetworks};
pub use tuning::Tuning;

/// How many host names are resolved at once, each on a thread.
const RESOLVERS: usize = 8;

/// The routers.
#[derive(Debug)]
pub struct RouterOs {
    sessions: Arc<RouterSessions>,
    runtime: Option<Runtime>,
}

impl RouterOs {
    /// The routers, with the default limits. `allow_loopback` is for demos and tests.
    pub fn new(allow_loopback: bool) -> io::Result<Self> {
        Self::tuned(allow_loopback, Tuning::default())
    }

    /// The routers, with these limits.
    pub fn tuned(allow_loopback: bool, tuning: Tuning) -> io::Result<Self> {
        Self::over(AddressPolicy { allow_loopback, networks: None }, tuning)
    }

    /// The routers in these networks, with the default limits.
    pub fn within(networks: RouterNetworks, allow_loopback: bool) -> io::Result<Self> {
        Self::over(AddressPolicy { allow_loopback, networks: Some(networks) }, Tuning::default())
    }

    fn over(policy: AddressPolicy, tuning: Tuning) -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(RESOLVERS)
            .thread_name("routeros")
            .enable_all()
            .build()?;
        let dialer = Dialer { policy, tuning };
        let sessions = Arc::new(RouterSessions::new(dialer, runtime.handle().clone()));
        Ok(Self { sessions, runtime: Some(runtime) })
    }

    fn read<'a>(&'a self, router: &'a RouterAccess) -> Call<'a> {
        Call::new(&self.sessions, router, self.sessions.dialer.tuning.read)
    }

    fn write<'a>(&'a self, router: &'a RouterAccess) -> Call<'a> {
        Call::new(&self.sessions, router, self.sessions.dialer.tuning.write)
    }
}

impl Drop for RouterOs {
    /// Closes all sessions. It may happen inside of another runtime, where one must not wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[async_trait]
impl Hotspot for RouterOs {
    fn known_failure(&self, router: &RouterAccess) -> Option<HotspotError> {
        self.sessions.session(&router.router).known_failure(router)
    }

    async fn profiles(&self, router: &RouterAccess) -> HotspotResult<Vec<Profile>> {
        profiles::all(&self.read(router)).await
    }

    async fn users(&self, router: &RouterAccess, names: &[RouterText]) -> HotspotResult<Vec<HotspotUser>> {
        users::find(&self.read(router), names).await
    }

    async fn create_user(&self, router: &RouterAccess, new: &NewHotspotUser) -> Result<ItemId, CreateHotspotUserError> {
        create::create(&self.write(router), new).await
    }

    async fn change_user(&self, router: &RouterAccess, user: &ItemId, change: &UserChange) -> HotspotResult<()> {
        users::change(&self.write(router), user, change).await
    }

    async fn remove_user(&self, router: &RouterAccess, user: &HotspotUser) -> HotspotResult<()> {
        users::remove(&self.write(router), user).await
    }

    async fn end_sessions(&self, router: &RouterAccess, name: &RouterText) -> HotspotResult<()> {
        users::end_sessions(&self.write(router), name).await
    }

    async fn end_session(&self, router: &RouterAccess, session: &ActiveSession) -> HotspotResult<()> {
        users::end_session(&self.write(router), session).await
    }

    async fn forget_other_devices(&self, router: &RouterAccess, name: &RouterText, device: Mac) -> HotspotResult<()> {
        users::forget_other_devices(&self.write(router), name, device).await
    }

    async fn sessions(&self, router: &RouterAccess, of: &SessionsOf) -> HotspotResult<Vec<ActiveSession>> {
        sessions::find(&self.read(router), of).await
    }

    async fn host(&self, router: &RouterAccess, device: Mac) -> HotspotResult<Option<HotspotHost>> {
        sessions::host(&self.read(router), device).await
    }

    async fn log_in(&self, router: &RouterAccess, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>> {
        login::log_in(&self.write(router), guest).await
    }
}

#[async_trait]
impl RouterProbe for RouterOs {
    async fn check(&self, router: &RouterAccess, patience: Duration) -> HotspotResult<Vitals> {
        probe::check(&self.sessions, router, patience).await
    }

    async fn try_access(&self, router: &RouterAccess) -> HotspotResult<Vitals> {
        probe::try_access(&self.sessions, router).await
    }

    async fn certificate(&self, endpoint: &Endpoint) -> HotspotResult<CertificateFingerprint> {
        probe::certificate(&self.sessions, endpoint).await
    }
}
