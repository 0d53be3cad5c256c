//! A router in memory that keeps the rules of real hotspots.

use std::{
    collections::HashMap,
    future::poll_fn,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
    time::Duration,
};

use async_trait::async_trait;
use portero_domain::{
    hotspot::{
        ActiveSession, Allowance, GuestLogin, HotspotHost, HotspotUser, ItemId, Mac, NewHotspotUser, Profile,
        RouterText, SessionsOf, Usage, UserChange,
    },
    network::{CertificateFingerprint, Endpoint},
    ports::{
        CertificateProblem, CreateHotspotUserError, Hotspot, HotspotError, HotspotResult, Rejection, RouterProbe,
        TlsProblem, Vitals,
    },
    router::RouterAccess,
};

/// One router, which responds to every access. Its clones are the same router.
#[derive(Clone, Debug, Default)]
pub struct FakeRouters(Arc<Mutex<FakeRouter>>);

/// A call that a test lets wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slow {
    /// The making of a user.
    Create,
    /// A change of a user.
    Change,
}

/// What is on the router, for a test to arrange and to look at.
#[derive(Clone, Debug)]
pub struct FakeRouter {
    /// Its user profiles.
    pub profiles: Vec<Profile>,
    /// Its hotspot users.
    pub users: Vec<HotspotUser>,
    /// The sessions under way.
    pub sessions: Vec<ActiveSession>,
    /// The devices in its network.
    pub hosts: Vec<(Mac, IpAddr)>,
    /// The hotspot servers of these devices, where there are several servers.
    pub servers: HashMap<Mac, RouterText>,
    /// Whether Portero's account may see passwords.
    pub shows_passwords: bool,
    /// How it is.
    pub vitals: Vitals,
    /// The certificate that it shows.
    pub certificate: CertificateFingerprint,
    /// The accesses of the log-ins, in their order.
    pub accesses: Vec<RouterAccess>,
    /// What the router is known to fail with.
    pub known_failure: Option<HotspotError>,
    failure: Option<(usize, HotspotError)>,
    /// Which call waits next, and whether one waits.
    holds_next: Option<Slow>,
    holds: bool,
    items: u64,
}

impl Default for FakeRouter {
    /// RouterOS 7.18.2 with the profile `default`, and no users or devices.
    fn default() -> Self {
        Self {
            profiles: vec![Profile { id: ItemId::new("*0".to_owned()), name: "default".into(), ..Profile::default() }],
            users: Vec::new(),
            sessions: Vec::new(),
            known_failure: None,
            hosts: Vec::new(),
            servers: HashMap::new(),
            shows_passwords: true,
            vitals: Vitals {
                identity: "MikroTik".to_owned(),
                version: "7.18.2 (stable)".to_owned(),
                clock: None,
                latency: Duration::from_millis(12),
            },
            certificate: CertificateFingerprint::new([0xC5; 32]),
            accesses: Vec::new(),
            failure: None,
            holds_next: None,
            holds: false,
            items: 0,
        }
    }
}

impl FakeRouters {
    /// The router itself.
    pub fn router(&self) -> MutexGuard<'_, FakeRouter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets every call fail with this error from the `n`th on, counted from now: 1 is the next.
    pub fn fail_from(&self, n: usize, error: HotspotError) {
        self.router().failure = Some((n, error));
    }

    /// Lets the next call of this kind wait until [`release`](Self::release), as on a slow router. Later calls overtake it.
    pub fn hold_next(&self, call: Slow) {
        self.router().holds_next = Some(call);
    }

    /// Whether a call waits.
    pub fn holds(&self) -> bool {
        self.router().holds
    }

    /// Lets the call that waits happen.
    pub fn release(&self) {
        self.router().holds = false;
    }

    async fn turn(&self, call: Slow) {
        {
            let mut router = self.router();
            if router.holds_next != Some(call) {
                return;
            }
            (router.holds_next, router.holds) = (None, true);
        }
        poll_fn(|context| {
            if self.holds() {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Lets calls succeed again. Answers whether one had failed.
    pub fn recover(&self) -> bool {
        self.router().failure.take().is_some_and(|(left, _)| left == 0)
    }

    fn asked(&self, access: Option<&RouterAccess>) -> HotspotResult<MutexGuard<'_, FakeRouter>> {
        let mut router = self.router();
        router.accesses.extend(access.cloned());
        if let Some((left, error)) = &mut router.failure {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return Err(error.clone());
            }
        }
        match access {
            Some(access) if access.endpoint.tls => router.shown_to(access.certificate)?,
            Some(_) | None => {}
        }
        Ok(router)
    }
}

impl FakeRouter {
    /// Shows its certificate to a client that expects this one.
    fn shown_to(&self, expected: Option<CertificateFingerprint>) -> Result<(), CertificateProblem> {
        let found = self.certificate;
        match expected {
            None => Err(CertificateProblem::Unconfirmed { found }),
            Some(confirmed) if confirmed != found => Err(CertificateProblem::Changed { confirmed, found }),
            Some(_) => Ok(()),
        }
    }

    /// With another user profile.
    pub fn add_profile(&mut self, name: &str, shared_users: Option<&str>) {
        let id = self.next_id();
        let shared_users = shared_users.map(str::to_owned);
        self.profiles.push(Profile { id, name: name.into(), shared_users, ..Profile::default() });
    }

    /// Lets time pass for a user's sessions. One ends when its user has no time left.
    pub fn spend(&mut self, user: &str, span: Duration) {
        let user = RouterText::from(user);
        for session in self.sessions.iter_mut().filter(|session| session.user == user) {
            let passes = session.time_left.map_or(span, |left| left.min(span));
            session.uptime += passes;
            session.time_left = session.time_left.map(|left| left.saturating_sub(passes));
        }
        self.end(|session| session.user == user && session.time_left == Some(Duration::ZERO));
    }

    fn next_id(&mut self) -> ItemId {
        self.items += 1;
        ItemId::new(format!("*{:X}", self.items))
    }

    fn user(&self, name: &RouterText) -> Option<&HotspotUser> {
        self.users.iter().find(|user| user.name == *name)
    }

    /// Ends sessions. Only now do their users' rows learn what they used.
    fn end(&mut self, ends: impl Fn(&ActiveSession) -> bool) {
        for session in self.sessions.extract_if(.., |session| ends(session)).collect::<Vec<_>>() {
            if let Some(user) = self.users.iter_mut().find(|user| user.name == session.user) {
                user.used.time += session.uptime;
                user.used.bytes_in += session.bytes_in;
                user.used.bytes_out += session.bytes_out;
            }
        }
    }

    fn end_those_of(&mut self, name: &RouterText) {
        self.end(|session| session.user == *name);
    }

    fn admit(&mut self, guest: &GuestLogin) -> Result<ActiveSession, Rejection> {
        let mut hosts = self.hosts.iter().copied();
        let (mac, address) = match guest.address {
            Some(given) => hosts.find(|(_, address)| *address == given),
            None => hosts.find(|(mac, _)| *mac == guest.mac),
        }
        .ok_or(Rejection::HostUnknown)?;
        if mac != guest.mac {
            return Err(Rejection::WrongMac);
        }
        if let Some(session) = self.sessions.iter().find(|session| session.mac == Some(mac)) {
            if session.user == guest.user {
                return Ok(session.clone());
            }
            self.end(|session| session.mac == Some(mac));
        }
        let user = self.user(&guest.user).filter(|user| !user.disabled).ok_or(Rejection::BadCredentials)?;
        if user.password.as_ref() != Some(&guest.password) {
            return Err(Rejection::BadCredentials);
        }
        if user.mac.is_some_and(|only| only != mac) {
            return Err(Rejection::WrongMac);
        }
        if is_used_up(&user.allowance, &user.used) {
            return Err(Rejection::QuotaUsed);
        }
        let profile = self.profiles.iter().find(|profile| profile.name == user.profile);
        let shares = profile.map_or(Some(1), Profile::shares);
        let theirs = self.sessions.iter().filter(|session| session.user == guest.user);
        if shares.is_some_and(|shares| theirs.count() >= shares) {
            return Err(Rejection::SessionLimit);
        }
        let time_left = user.allowance.time.map(|time| time.saturating_sub(user.used.time));
        let session = ActiveSession {
            id: self.next_id(),
            user: guest.user.clone(),
            server: self.servers.get(&mac).cloned(),
            address: Some(address),
            mac: Some(mac),
            uptime: Duration::ZERO,
            idle: Duration::ZERO,
            time_left,
            bytes_in: 0,
            bytes_out: 0,
        };
        self.sessions.push(session.clone());
        Ok(session)
    }
}

/// The limits as a router keeps them: zero would be none, so nothing is the least that can be said.
fn kept(allowance: Allowance) -> Allowance {
    let bytes = |limit: Option<u64>| limit.map(|bytes| bytes.max(1));
    Allowance {
        time: allowance.time.map(|time| Duration::from_secs(time.as_secs().max(1))),
        bytes_in: bytes(allowance.bytes_in),
        bytes_out: bytes(allowance.bytes_out),
        bytes_total: bytes(allowance.bytes_total),
    }
}

fn is_used_up(allowance: &Allowance, used: &Usage) -> bool {
    let reached = |limit: Option<u64>, used: u64| limit.is_some_and(|limit| used >= limit);
    allowance.time.is_some_and(|limit| used.time >= limit)
        || reached(allowance.bytes_in, used.bytes_in)
        || reached(allowance.bytes_out, used.bytes_out)
        || reached(allowance.bytes_total, used.bytes_in.saturating_add(used.bytes_out))
}

fn rejected(kind: Rejection) -> HotspotError {
    HotspotError::Rejected { kind, text: format!("the router's words for {kind:?}") }
}

#[async_trait]
impl Hotspot for FakeRouters {
    fn known_failure(&self, _: &RouterAccess) -> Option<HotspotError> {
        self.router().known_failure.clone()
    }

    async fn profiles(&self, router: &RouterAccess) -> HotspotResult<Vec<Profile>> {
        Ok(self.asked(Some(router))?.profiles.clone())
    }

    async fn users(&self, router: &RouterAccess, names: &[RouterText]) -> HotspotResult<Vec<HotspotUser>> {
        let router = self.asked(Some(router))?;
        let mut users: Vec<_> = router.users.iter().filter(|user| names.contains(&user.name)).cloned().collect();
        if !router.shows_passwords {
            for user in &mut users {
                user.password = None;
            }
        }
        Ok(users)
    }

    async fn create_user(&self, router: &RouterAccess, new: &NewHotspotUser) -> Result<ItemId, CreateHotspotUserError> {
        self.turn(Slow::Create).await;
        let mut router = self.asked(Some(router))?;
        let (name, comment) = (RouterText::from(new.name.as_str()), RouterText::from(&*new.comment));
        if let Some(user) = router.user(&name) {
            let ours = user.comment == comment;
            return if ours { Ok(user.id.clone()) } else { Err(CreateHotspotUserError::NameTaken) };
        }
        let spellings = RouterText::spellings(new.profile.as_str());
        let there = |spelling: &RouterText| router.profiles.iter().any(|profile| profile.name == *spelling);
        let Some(profile) = spellings.into_iter().find(there) else {
            let available = router.profiles.iter().map(|profile| profile.name.to_string()).collect();
            return Err(CreateHotspotUserError::UnknownProfile { available });
        };
        let id = router.next_id();
        router.users.push(HotspotUser {
            id: id.clone(),
            name,
            password: Some(new.password.clone()),
            profile,
            mac: new.mac,
            server: new.server.clone(),
            comment,
            disabled: true,
            allowance: kept(new.allowance),
            used: Usage::default(),
            unreadable: None,
        });
        Ok(id)
    }

    async fn change_user(&self, router: &RouterAccess, user: &ItemId, change: &UserChange) -> HotspotResult<()> {
        self.turn(Slow::Change).await;
        let mut router = self.asked(Some(router))?;
        let user = router.users.iter_mut().find(|row| row.id == *user).ok_or_else(|| rejected(Rejection::NotFound))?;
        user.disabled = change.disabled.unwrap_or(user.disabled);
        user.allowance = change.allowance.map_or(user.allowance, kept);
        if let Some(comment) = &change.comment {
            user.comment.clone_from(comment);
        }
        user.mac = change.mac.or(user.mac);
        Ok(())
    }

    async fn remove_user(&self, router: &RouterAccess, user: &HotspotUser) -> HotspotResult<()> {
        let mut router = self.asked(Some(router))?;
        router.users.retain(|row| row.id != user.id);
        router.end_those_of(&user.name);
        Ok(())
    }

    async fn end_sessions(&self, router: &RouterAccess, name: &RouterText) -> HotspotResult<()> {
        self.asked(Some(router))?.end_those_of(name);
        Ok(())
    }

    async fn end_session(&self, router: &RouterAccess, session: &ActiveSession) -> HotspotResult<()> {
        self.asked(Some(router))?.end(|other| other.id == session.id);
        Ok(())
    }

    /// This router keeps no cookies.
    async fn forget_other_devices(&self, router: &RouterAccess, _: &RouterText, _: Mac) -> HotspotResult<()> {
        self.asked(Some(router)).map(drop)
    }

    async fn sessions(&self, router: &RouterAccess, of: &SessionsOf) -> HotspotResult<Vec<ActiveSession>> {
        let router = self.asked(Some(router))?;
        let fits = |session: &&ActiveSession| match of {
            SessionsOf::User(name) => session.user == *name,
            SessionsOf::Device(mac) => session.mac == Some(*mac),
            SessionsOf::Address(address) => session.address == Some(*address),
        };
        Ok(router.sessions.iter().filter(fits).cloned().collect())
    }

    async fn host(&self, router: &RouterAccess, device: Mac) -> HotspotResult<Option<HotspotHost>> {
        let router = self.asked(Some(router))?;
        let host = router.hosts.iter().find(|(mac, _)| *mac == device);
        Ok(host.map(|(_, address)| HotspotHost { address: *address, server: router.servers.get(&device).cloned() }))
    }

    async fn log_in(&self, router: &RouterAccess, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>> {
        self.asked(Some(router))?.admit(guest).map(Some).map_err(rejected)
    }
}

#[async_trait]
impl RouterProbe for FakeRouters {
    async fn check(&self, router: &RouterAccess, _: Duration) -> HotspotResult<Vitals> {
        Ok(self.asked(Some(router))?.vitals.clone())
    }

    async fn try_access(&self, router: &RouterAccess) -> HotspotResult<Vitals> {
        Ok(self.asked(Some(router))?.vitals.clone())
    }

    async fn certificate(&self, endpoint: &Endpoint) -> HotspotResult<CertificateFingerprint> {
        let router = self.asked(None)?;
        if endpoint.tls { Ok(router.certificate) } else { Err(TlsProblem::NoCommonCipher.into()) }
    }
}
