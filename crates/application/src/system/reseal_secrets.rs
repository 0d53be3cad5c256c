use std::sync::Arc;

use portero_domain::ports::{SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact};
use thiserror::Error;

/// Seals every secret anew under the current sealing key, while the service runs.
///
/// It goes through the secrets in batches and leaves alone what is current, so it may be stopped and begun again.
pub struct ResealSecrets {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// What resealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Secrets sealed anew.
    pub resealed: u64,
    /// Secrets that were current, or were replaced by somebody else at the same time.
    pub left_alone: u64,
}

/// Why resealing stopped. What was done before stays done.
#[derive(Debug, Error)]
pub enum ResealError {
    /// A secret does not open, so it cannot be sealed anew.
    #[error("the secret of {place:?} was not resealed")]
    Vault {
        /// Which one.
        place: SecretPlace,
        /// Why.
        source: VaultError,
    },
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ResealSecrets {
    const BATCH: u16 = 100;

    /// Seals every secret anew that the current key did not seal.
    pub async fn execute(&self) -> Result<Resealed, ResealError> {
        let mut sum = Resealed::default();
        let mut reached = None;
        loop {
            let (batch, last) = self.batch(reached).await?;
            sum.resealed += batch.resealed;
            sum.left_alone += batch.left_alone;
            match last {
                Some(last) => reached = Some(last),
                None => return Ok(sum),
            }
        }
    }

    /// Goes through the next batch in one transaction. Answers the last place it saw, nothing at the end.
    async fn batch(&self, after: Option<SecretPlace>) -> Result<(Resealed, Option<SecretPlace>), ResealError> {
        let vault = Arc::clone(&self.vault);
        transact(&*self.storage, move |storage| {
            let secrets = storage.sealed_secrets().after(after.as_ref(), Self::BATCH)?;
            let mut sum = Resealed::default();
            for secret in &secrets {
                let failed = |source| ResealError::Vault { place: secret.place.clone(), source };
                let replaced = if vault.is_current(&secret.sealed) {
                    false
                } else {
                    let plain = vault.open(&secret.sealed, &secret.place).map_err(failed)?;
                    let sealed = vault.seal(&plain, &secret.place).map_err(failed)?;
                    storage.sealed_secrets().replace(secret, &sealed)?
                };
                if replaced {
                    sum.resealed += 1;
                } else {
                    sum.left_alone += 1;
                }
            }
            Ok((sum, secrets.last().map(|secret| secret.place.clone())))
        })
        .await
    }
}
