use std::sync::Arc;

use portero_domain::{
    Timestamp,
    ports::{Clock, Stored, SystemStats, UnitOfWork, transact},
};

/// Counts what the whole system has.
pub struct SystemOverview {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl SystemOverview {
    /// What the whole system has, and when that was.
    pub async fn execute(&self) -> Stored<(SystemStats, Timestamp)> {
        let now = self.clock.now();
        let stats = transact(&*self.storage, |storage| storage.companies().system_stats()).await?;
        Ok((stats, now))
    }
}
