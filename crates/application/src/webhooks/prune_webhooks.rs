use std::sync::Arc;

use portero_domain::ports::{Stored, UnitOfWork, transact};

/// Deletes old events of all companies (`R1910`).
pub struct PruneWebhooks {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// How many events one call deletes at most, so that no transaction takes long.
const AT_ONCE: u16 = 1_000;

impl PruneWebhooks {
    /// Deletes some old events. Returns how many. Zero means that none is left.
    pub async fn execute(&self) -> Stored<usize> {
        transact(&*self.storage, |storage| storage.webhook_events().prune(AT_ONCE)).await
    }
}
