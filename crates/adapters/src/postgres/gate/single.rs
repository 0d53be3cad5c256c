use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    ports::{Admission, Gate, GateError, PresentedKey},
};

use super::batch::judge_one;
use crate::postgres::executor::PgExecutor;

/// Admits each call by a statement of its own, on a connection of the common pool, and keeps nothing.
///
/// Simple, and what [`super::PgGroupGate`] is measured against.
#[derive(Clone, Debug)]
pub struct PgGate {
    executor: PgExecutor,
}

impl PgGate {
    /// A gate by this executor.
    pub const fn new(executor: PgExecutor) -> Self {
        Self { executor }
    }
}

#[async_trait]
impl Gate for PgGate {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let verdict = self.executor.run(move |connection, _| judge_one(connection, &key, now)).await?;
        Ok(verdict?)
    }
}
