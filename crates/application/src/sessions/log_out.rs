use std::sync::Arc;

use portero_domain::{
    ids::SessionId,
    ports::{Stored, UnitOfWork, transact},
};

/// Ends a session, at once and everywhere.
pub struct LogOut {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl LogOut {
    /// Ends this session.
    pub async fn execute(&self, session: SessionId) -> Stored<()> {
        transact(&*self.storage, move |storage| storage.sessions().remove(&session)).await
    }
}
