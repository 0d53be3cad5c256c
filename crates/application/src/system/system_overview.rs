use std::sync::Arc;

use portero_domain::ports::{Stored, SystemStats, UnitOfWork, transact};

/// Counts what the whole system has.
pub struct SystemOverview {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl SystemOverview {
    /// What the whole system has.
    pub async fn execute(&self) -> Stored<SystemStats> {
        transact(&*self.storage, |storage| storage.companies().system_stats()).await
    }
}
