use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    ports::{Admission, Gate, GateError, PresentedKey, StorageError},
};

use super::batch::admit;
use crate::postgres::executor::PgExecutor;

/// Admits each request in a batch of one, on a connection of a pool. `make bench` compares [`super::PgGate`] with it; the
/// product does not contain it.
#[derive(Clone, Debug)]
pub struct PgSingleGate {
    executor: PgExecutor,
}

impl PgSingleGate {
    /// A gate on `connections` connections with the settings of [`super::PgGate`].
    pub fn new(database_url: &str, connections: u32) -> Self {
        Self { executor: PgExecutor::for_gate(database_url, connections) }
    }
}

#[async_trait]
impl Gate for PgSingleGate {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let verdicts = self.executor.run(move |connection, _| admit(connection, &[(&key, now)])).await?;
        let verdict =
            verdicts.into_iter().next().ok_or_else(|| StorageError::Failed("a request got no verdict".into()))?;
        Ok(verdict??)
    }
}
