//! The sessions with all routers.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use portero_domain::{ids::RouterId, network::Endpoint, ports::HotspotResult, router::RouterAccess};
use portero_routeros::{
    client::{Connection, Failure},
    proto::Command,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout, timeout_at},
};

use super::{
    dialer::Dialer,
    errors,
    lease::Lease,
    router_session::{Duty, Entry, Opening, RouterSession},
};

/// The sessions with all routers, and the runtime that they run on.
#[derive(Debug)]
pub(super) struct RouterSessions {
    pub(super) dialer: Arc<Dialer>,
    pub(super) runtime: Handle,
    chance: RandomState,
    directory: Mutex<Directory>,
    probes: Mutex<HashMap<(String, u16), Arc<Semaphore>>>,
}

#[derive(Debug, Default)]
struct Directory {
    by_router: HashMap<RouterId, Arc<RouterSession>>,
    /// The number of sessions at which the forgettable ones are removed.
    sweep_at: usize,
}

impl RouterSessions {
    pub(super) fn new(dialer: Dialer, runtime: Handle) -> Self {
        Self {
            dialer: Arc::new(dialer),
            runtime,
            chance: RandomState::new(),
            directory: Mutex::default(),
            probes: Mutex::default(),
        }
    }

    /// The use of the session with a router, which is opened where there is none.
    ///
    /// The session is opened by a task of its own: a caller who is dropped meanwhile leaves the others waiting for it.
    pub(super) async fn lease(self: &Arc<Self>, access: &RouterAccess, until: Instant) -> HotspotResult<Lease> {
        let session = self.session(&access.router);
        let entry = session.enter(access, |opening| {
            self.runtime.spawn(Arc::clone(self).serve(Arc::clone(&session), access.clone(), opening))
        })?;
        let (connection, generation) = match entry {
            Entry::Open(session) => session,
            Entry::Wait(mut told) => {
                let heard = timeout_at(until, told.wait_for(Option::is_some)).await;
                let heard = heard.map_err(|_| errors::unreachable("connecting took too long"))?;
                let superseded = || errors::unreachable("it was reached in another way meanwhile");
                heard.ok().and_then(|told| told.clone()).unwrap_or_else(|| Err(superseded()))?
            }
        };
        Ok(Lease::new(session, connection, generation))
    }

    /// The session with a router.
    pub(super) fn session(&self, router: &RouterId) -> Arc<RouterSession> {
        let mut sessions = self.lock();
        if let Some(session) = sessions.by_router.get(router) {
            return Arc::clone(session);
        }
        if sessions.by_router.len() >= sessions.sweep_at {
            // Every holder of a session got it under this lock, so no caller is about to use a dropped one.
            sessions.by_router.retain(|_, session| Arc::strong_count(session) > 1 || !session.is_forgettable());
            sessions.sweep_at = 2 * sessions.by_router.len() + 64;
        }
        let chance = self.chance.hash_one(router).to_le_bytes()[0];
        let session = Arc::new(RouterSession::new(router.clone(), self.dialer.tuning.clone(), chance));
        sessions.by_router.insert(router.clone(), Arc::clone(&session));
        session
    }

    /// The turn of one probe of the router at this endpoint: there is one at a time.
    pub(super) async fn probe_turn(&self, endpoint: &Endpoint) -> HotspotResult<OwnedSemaphorePermit> {
        let turns = {
            let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
            // A semaphore in use has another holder as well.
            probes.retain(|_, turns| Arc::strong_count(turns) > 1);
            let place = (endpoint.host.as_str().to_owned(), endpoint.port.get());
            Arc::clone(probes.entry(place).or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        match timeout(self.dialer.tuning.probe_turn, turns.acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => Err(errors::busy()),
        }
    }

    /// Opens a session and looks after it until it is over.
    async fn serve(self: Arc<Self>, session: Arc<RouterSession>, access: RouterAccess, opening: Opening) {
        let Opening { generation, predecessor, tell } = opening;
        if let Some(predecessor) = predecessor {
            // However it ended, it is over.
            predecessor.await.ok();
        }
        self.make_room(&session);
        match self.dialer.open(&access).await {
            Ok((connection, version)) => {
                if session.opened(generation, &connection, version) {
                    tracing::debug!(router = session.router().as_str(), "connected to the router");
                    tell.send_replace(Some(Ok((connection.clone(), generation))));
                    self.keep(&session, &connection, generation).await;
                }
                connection.close();
                connection.until_over().await;
                let why = connection.closed().map(tracing::field::display);
                tracing::debug!(router = session.router().as_str(), why, "disconnected from the router");
            }
            Err(error) => {
                session.failed(generation, &error);
                tell.send_replace(Some(Err(error)));
            }
        }
    }

    /// Looks after a session until it is closed: tries it after a silence, gives it up when it is not used.
    async fn keep(&self, session: &RouterSession, connection: &Connection, generation: u64) {
        loop {
            match session.duty(generation) {
                Duty::Close => return,
                Duty::Wait(until) => tokio::select! {
                    () = connection.until_closed() => return,
                    () = sleep_until(until) => {}
                },
                Duty::Try => {
                    let command = Command::new("/system/identity/print").proplist(&["name"]);
                    match connection.execute(&command, self.dialer.tuning.silence).await {
                        Ok(_) | Err(Failure::Rejected(_)) => session.answered(generation),
                        Err(failure) => return session.lost(generation, &errors::not_answered(&failure)),
                    }
                }
            }
        }
    }

    /// Closes the sessions that were used least recently until there is room for one more.
    fn make_room(&self, newcomer: &Arc<RouterSession>) {
        let others: Vec<_> =
            self.lock().by_router.values().filter(|session| !Arc::ptr_eq(session, newcomer)).cloned().collect();
        let mut open: Vec<_> = others.iter().filter_map(|session| Some((session.rank()?, session))).collect();
        let excess = (open.len() + 1).saturating_sub(self.dialer.tuning.open_routers);
        open.sort_by_key(|(rank, _)| *rank);
        open.iter().take(excess).for_each(|(_, session)| session.give_way());
    }

    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
