use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use portero_domain::ports::PasswordCaller;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};

/// The number of places for callers. Two callers share a place with a chance of 1 in this many, and then wait for each
/// other.
const PLACES: usize = 1_024;

/// How many callers wait for a core at most. More are refused at once.
pub(super) const QUEUE: usize = 64;

/// Gives each caller one turn at a time, and bounds how many callers wait for a core.
///
/// The places are a fixed table, so callers cannot fill memory. The seed of the hash is secret, so an attacker cannot
/// choose a caller to share a place with.
#[derive(Clone, Debug)]
pub(super) struct Turns {
    seed: RandomState,
    places: Arc<[Arc<Semaphore>]>,
    queue: Arc<Semaphore>,
}

/// A caller's turn. It ends when this value is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _in_queue: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            seed: RandomState::new(),
            places: (0..PLACES).map(|_| Arc::new(Semaphore::new(1))).collect(),
            queue: Arc::new(Semaphore::new(QUEUE)),
        }
    }

    /// Waits for this caller's turn. There is none when the caller's other work takes longer than `patience`, or when too
    /// many callers wait for a core.
    pub(super) async fn take(&self, caller: &PasswordCaller, patience: Duration) -> Option<Turn> {
        let place = usize::try_from(self.seed.hash_one(caller) % PLACES as u64).ok()?;
        let place = Arc::clone(self.places.get(place)?).acquire_owned();
        let place = time::timeout(patience, place).await.ok()?.ok()?;
        let in_queue = Arc::clone(&self.queue).try_acquire_owned().ok()?;
        Some(Turn { _place: place, _in_queue: in_queue })
    }
}
