use std::sync::Arc;

use portero_domain::ports::{Stored, UnitOfWork};

/// Tells whether the service can do its work.
pub struct Readiness {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl Readiness {
    /// Whether the store answers.
    pub async fn execute(&self) -> Stored<()> {
        self.storage.ping().await
    }
}
