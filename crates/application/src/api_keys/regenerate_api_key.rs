use std::sync::Arc;

use portero_domain::{
    api_key::{ApiKey, KeyStatus},
    ids::{CompanyId, RouterId},
    ports::{ApiKeyToken, ApiKeyTokens, Clock, Ids, SigningError, StorageError, UnitOfWork, transact},
    router::RouterInactive,
};
use thiserror::Error;
use time::Duration;

/// Replaces a router's API key. The old key is rejected from the next request on (`R302`).
pub struct RegenerateApiKey {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) tokens: Arc<dyn ApiKeyTokens>,
    pub(crate) life: Duration,
}

/// A router's new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegeneratedKey {
    /// Its record.
    pub key: ApiKey,
    /// The key itself, to be shown this once.
    pub token: ApiKeyToken,
    /// Whether an active key was revoked. An expired key is revoked too, but does not count here (`R305`).
    pub replaced_active_key: bool,
}

/// Why the router's key is what it was.
#[derive(Debug, Error)]
pub enum RegenerateApiKeyError {
    /// The company has no such router.
    #[error("the company has no such router")]
    RouterNotFound,
    /// An inactive router is given no key.
    #[error(transparent)]
    RouterInactive(#[from] RouterInactive),
    /// The key could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RegenerateApiKey {
    /// Replaces the key of this router.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Result<RegeneratedKey, RegenerateApiKeyError> {
        let (now, id, life) = (self.clock.now(), self.ids.key(), self.life);
        let tokens = Arc::clone(&self.tokens);
        let regenerated = transact(&*self.storage, move |storage| {
            let router = storage.routers().lock(&company, &router)?.ok_or(RegenerateApiKeyError::RouterNotFound)?;
            let key = ApiKey::issue(id, router.active()?, now, life);
            let signed = tokens.sign(&key)?;
            let mut replaced_active_key = false;
            for mut old in storage.api_keys().open(&company, &router.id)? {
                if let Ok(before) = old.revoke(now) {
                    replaced_active_key |= before == KeyStatus::Active;
                    storage.api_keys().record_revocation(&old)?;
                }
            }
            storage.api_keys().insert(&key, signed.fingerprint)?;
            Ok::<_, RegenerateApiKeyError>(RegeneratedKey { key, token: signed.token, replaced_active_key })
        })
        .await?;
        let key = &regenerated.key;
        tracing::info!(router = %key.parts().router, key = %key.id(), "API key regenerated");
        Ok(regenerated)
    }
}
