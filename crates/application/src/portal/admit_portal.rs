use std::sync::Arc;

use portero_domain::{
    Timestamp,
    ports::{Admission, ApiKeyTokens, Clock, Gate, GateError, PresentedKey, Refusal, StorageError, TokenRefusal},
};
use thiserror::Error;

/// Admits a captive portal's call by its router's key, and counts it.
pub struct AdmitPortal {
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Arc<dyn ApiKeyTokens>,
}

/// A call whose key is ours by its signature and its time, before the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The key it came with.
    pub key: PresentedKey,
    at: Timestamp,
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
        self.admit(self.recognise(key)?).await
    }

    /// The first half, without a query: whether Portero signed the key.
    pub fn recognise(&self, key: &str) -> Result<Recognised, TokenRefusal> {
        let at = self.clock.now();
        Ok(Recognised { key: self.tokens.verify(key, at)?, at })
    }

    /// The second half of it: asks the gate.
    pub async fn admit(&self, Recognised { key, at }: Recognised) -> Result<Admission, AdmitPortalError> {
        Ok(self.gate.admit(key, at).await?)
    }
}
