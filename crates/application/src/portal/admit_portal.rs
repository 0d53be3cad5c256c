use std::sync::Arc;

use portero_domain::ports::{Admission, ApiKeyTokens, Clock, Gate, GateError, Refusal, StorageError, TokenRefusal};
use thiserror::Error;

/// Admits a captive portal's call by its router's key, and counts it.
pub struct AdmitPortal {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Arc<dyn ApiKeyTokens>,
}

/// Why a call is not admitted.
#[derive(Debug, Error)]
pub enum AdmitPortalError {
    /// The key is not one of ours, or its time is over. The store was not asked.
    #[error(transparent)]
    Token(#[from] TokenRefusal),
    /// The key is ours and no good any more.
    #[error(transparent)]
    Refused(Refusal),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(StorageError),
}

impl From<GateError> for AdmitPortalError {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Refused(refusal) => Self::Refused(refusal),
            GateError::Storage(error) => Self::Storage(error),
        }
    }
}

impl AdmitPortal {
    /// Admits and counts a call with this key.
    pub async fn execute(&self, key: &str) -> Result<Admission, AdmitPortalError> {
        let now = self.clock.now();
        let key = self.tokens.verify(key, now)?;
        Ok(self.gate.admit(key, now).await?)
    }
}
