use std::sync::Arc;

use futures_util::lock::Mutex;
use portero_domain::{
    Timestamp,
    ports::{Clock, StorageError, UnitOfWork},
};
use time::Duration;

/// Tells whether the service can do its work.
///
/// No credential is required. So the store is checked at most once a second. A result serves all requests of the next
/// second, and requests during a check wait for its result.
pub struct Readiness {
    storage: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    last: Mutex<Option<Checked>>,
}

struct Checked {
    at: Timestamp,
    result: Result<(), Arc<StorageError>>,
}

impl Readiness {
    /// How long a result serves.
    const FRESH: Duration = Duration::SECOND;

    pub(crate) fn new(storage: Arc<dyn UnitOfWork>, clock: Arc<dyn Clock>) -> Self {
        Self { storage, clock, last: Mutex::default() }
    }

    /// Whether the store answered within the last second.
    pub async fn execute(&self) -> Result<(), Arc<StorageError>> {
        let mut last = self.last.lock().await;
        let now = self.clock.now();
        // A clock that was set back must not keep a result for longer.
        if let Some(checked) = last.as_ref().filter(|checked| checked.at <= now && now < checked.at.plus(Self::FRESH)) {
            return checked.result.clone();
        }
        let result = self.storage.ping().await.map_err(Arc::new);
        *last = Some(Checked { at: self.clock.now(), result: result.clone() });
        result
    }
}
