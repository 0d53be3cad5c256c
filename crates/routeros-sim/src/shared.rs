//! The state that all connections of a router share.

use std::{
    fmt,
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use tokio::time::Instant;

use crate::{Clock, Faults, Fragmentation, Transcript, assumptions::Point, cost::Budget, lock, state::Router};

/// A service of the router, with a limit of sessions of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Api,
    ApiSsl,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "api",
            Self::ApiSsl => "api-ssl",
        })
    }
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) router: Mutex<Router>,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) transcript: Transcript,
    pub(crate) meters: Meters,
    pub(crate) budget: Mutex<Option<Budget>>,
    pub(crate) fragmentation: Mutex<Fragmentation>,
    pub(crate) challenge: Option<[u8; 16]>,
    pub(crate) tag_last: bool,
}

impl Shared {
    pub(crate) fn fragmentation(&self) -> Fragmentation {
        *lock(&self.fragmentation)
    }

    /// When a command that arrives now gets its reply, if not at once.
    pub(crate) fn answered_at(&self) -> Option<Instant> {
        let mut budget = lock(&self.budget);
        budget.as_mut().map(|budget| budget.answered_at(Instant::now(), lock(&self.router).users.len()))
    }

    pub(crate) fn traps_unknown_cancel(&self) -> bool {
        lock(&self.router).assumptions.hold(Point::CancelOfUnknownTagTraps)
    }
}

/// The counters of the router.
#[derive(Debug, Default)]
pub struct Meters {
    connections: AtomicU64,
    refused: AtomicU64,
    commands: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
    sessions: [AtomicUsize; 2],
    most_sessions: AtomicUsize,
}

impl Meters {
    /// Connections that were accepted and served.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::SeqCst)
    }

    /// Connections that were closed at once: too many, or from an address that is not allowed.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    /// Sentences from clients.
    pub fn commands(&self) -> u64 {
        self.commands.load(Ordering::SeqCst)
    }

    /// Bytes from clients, without those of TLS itself.
    pub fn bytes_in(&self) -> u64 {
        self.bytes_in.load(Ordering::SeqCst)
    }

    /// Bytes to clients, without those of TLS itself.
    pub fn bytes_out(&self) -> u64 {
        self.bytes_out.load(Ordering::SeqCst)
    }

    /// Sessions that are open now, of both services.
    pub fn sessions(&self) -> usize {
        self.sessions.iter().map(|count| count.load(Ordering::SeqCst)).sum()
    }

    /// The most sessions of one service that were ever open at once.
    pub fn most_sessions(&self) -> usize {
        self.most_sessions.load(Ordering::SeqCst)
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::SeqCst);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.bytes_out.fetch_add(bytes as u64, Ordering::SeqCst);
    }

    pub(crate) fn command(&self) {
        self.commands.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::SeqCst);
    }

    /// Takes a place of a service and returns the number of the connection. Returns nothing if all places are taken.
    pub(crate) fn enter(&self, service: Service, most: usize) -> Option<u64> {
        let sessions = &self.sessions[service as usize];
        let before = sessions.fetch_add(1, Ordering::SeqCst);
        if before >= most {
            sessions.fetch_sub(1, Ordering::SeqCst);
            return None;
        }
        self.most_sessions.fetch_max(before + 1, Ordering::SeqCst);
        Some(self.connections.fetch_add(1, Ordering::SeqCst) + 1)
    }

    pub(crate) fn leave(&self, service: Service) {
        self.sessions[service as usize].fetch_sub(1, Ordering::SeqCst);
    }
}
