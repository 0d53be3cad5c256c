use std::sync::Arc;

use portero_domain::{
    Timestamp,
    api_key::AlreadyRevoked,
    ids::{CompanyId, KeyId, RouterId},
    ports::{Clock, StorageError, UnitOfWork, transact},
};
use thiserror::Error;

/// Revokes a router's API key and issues no other (`R308`).
pub struct RevokeApiKey {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why the key is what it was.
#[derive(Debug, Error)]
pub enum RevokeApiKeyError {
    /// The company has no such router, or the router no such key.
    #[error("the router has no such key")]
    NotFound,
    /// It was revoked before.
    #[error(transparent)]
    AlreadyRevoked(#[from] AlreadyRevoked),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RevokeApiKey {
    /// Revokes this key. Answers when that was.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: RouterId,
        key: KeyId,
    ) -> Result<Timestamp, RevokeApiKeyError> {
        let (now, id) = (self.clock.now(), key.clone());
        transact(&*self.storage, move |storage| {
            let router = storage.routers().lock(&company, &router)?.ok_or(RevokeApiKeyError::NotFound)?;
            let mut key = storage.api_keys().find(&company, &router.id, &key)?.ok_or(RevokeApiKeyError::NotFound)?;
            key.revoke(now)?;
            storage.api_keys().record_revocation(&key)?;
            Ok::<_, RevokeApiKeyError>(())
        })
        .await?;
        tracing::info!(key = %id, "API key revoked");
        Ok(now)
    }
}
