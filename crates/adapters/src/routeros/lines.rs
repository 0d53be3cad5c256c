//! The lines to all routers.

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
    line::{Duty, Entry, Line, Opening},
};

/// The lines to all routers, and the runtime that their sessions live on.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) dialer: Arc<Dialer>,
    pub(super) runtime: Handle,
    chance: RandomState,
    directory: Mutex<Directory>,
    probes: Mutex<HashMap<(String, u16), Arc<Semaphore>>>,
}

#[derive(Debug, Default)]
struct Directory {
    by_router: HashMap<RouterId, Arc<Line>>,
    /// How many lines there may be until those without anything to remember are looked for.
    sweep_at: usize,
}

impl Lines {
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
        let line = self.line(&access.router);
        let entry = line.enter(access, |opening| {
            self.runtime.spawn(Arc::clone(self).serve(Arc::clone(&line), access.clone(), opening))
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
        Ok(Lease::new(line, connection, generation))
    }

    /// The line to a router.
    pub(super) fn line(&self, router: &RouterId) -> Arc<Line> {
        let mut lines = self.lock();
        if let Some(line) = lines.by_router.get(router) {
            return Arc::clone(line);
        }
        if lines.by_router.len() >= lines.sweep_at {
            // Every holder of a line got it under this lock, so no caller is about to use a dropped one.
            lines.by_router.retain(|_, line| Arc::strong_count(line) > 1 || !line.is_forgettable());
            lines.sweep_at = 2 * lines.by_router.len() + 64;
        }
        let chance = self.chance.hash_one(router).to_le_bytes()[0];
        let line = Arc::new(Line::new(router.clone(), self.dialer.tuning.clone(), chance));
        lines.by_router.insert(router.clone(), Arc::clone(&line));
        line
    }

    /// The turn of one probe of the router at this endpoint: there is one at a time.
    pub(super) async fn probe_turn(&self, endpoint: &Endpoint) -> HotspotResult<OwnedSemaphorePermit> {
        let turns = {
            let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
            // A line in use has another holder as well.
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
    async fn serve(self: Arc<Self>, line: Arc<Line>, access: RouterAccess, opening: Opening) {
        let Opening { generation, predecessor, tell } = opening;
        if let Some(predecessor) = predecessor {
            // However it ended, it is over.
            predecessor.await.ok();
        }
        self.make_room(&line);
        match self.dialer.open(&access).await {
            Ok((connection, version)) => {
                if line.opened(generation, &connection, version) {
                    tracing::debug!(router = line.router().as_str(), "connected to the router");
                    tell.send_replace(Some(Ok((connection.clone(), generation))));
                    self.keep(&line, &connection, generation).await;
                }
                connection.close();
                connection.until_over().await;
                let why = connection.closed().map(tracing::field::display);
                tracing::debug!(router = line.router().as_str(), why, "disconnected from the router");
            }
            Err(error) => {
                line.failed(generation, &error);
                tell.send_replace(Some(Err(error)));
            }
        }
    }

    /// Looks after a session until it is closed: tries it after a silence, gives it up when it is not used.
    async fn keep(&self, line: &Line, connection: &Connection, generation: u64) {
        loop {
            match line.duty(generation) {
                Duty::Close => return,
                Duty::Wait(until) => tokio::select! {
                    () = connection.until_closed() => return,
                    () = sleep_until(until) => {}
                },
                Duty::Try => {
                    let command = Command::new("/system/identity/print").proplist(&["name"]);
                    match connection.execute(&command, self.dialer.tuning.silence).await {
                        Ok(_) | Err(Failure::Rejected(_)) => line.answered(generation),
                        Err(failure) => return line.lost(generation, &errors::not_answered(&failure)),
                    }
                }
            }
        }
    }

    /// Closes the sessions that were used least recently until there is room for one more.
    fn make_room(&self, newcomer: &Arc<Line>) {
        let others: Vec<_> =
            self.lock().by_router.values().filter(|line| !Arc::ptr_eq(line, newcomer)).cloned().collect();
        let mut open: Vec<_> = others.iter().filter_map(|line| Some((line.rank()?, line))).collect();
        let excess = (open.len() + 1).saturating_sub(self.dialer.tuning.open_routers);
        open.sort_by_key(|(rank, _)| *rank);
        open.iter().take(excess).for_each(|(_, line)| line.give_way());
    }

    fn lock(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
