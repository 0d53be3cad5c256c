use std::sync::Arc;

use portero_domain::ports::{Stored, UnitOfWork, transact};

/// How many notices one transaction deletes.
const AT_ONCE: u16 = 1_000;

/// Deletes notices that ended long ago.
pub struct PruneNotices {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl PruneNotices {
    /// Deletes old notices, up to a number. Returns how many it deleted: after more than none, more may be left.
    pub async fn execute(&self) -> Stored<usize> {
        transact(&*self.storage, |storage| storage.notices().prune(AT_ONCE)).await
    }
}
