use std::sync::Arc;

use portero_domain::ports::{SealedSecret, SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact};
use thiserror::Error;

use super::sealed_after;

/// Encrypts every secret with the current key, while the service runs (`R1501`).
///
/// It goes through the secrets in batches and leaves alone what is current, so it may be stopped and begun again.
pub struct ResealSecrets {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// What resealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Secrets that were encrypted again.
    pub resealed: u64,
    /// Secrets that were current, or were replaced by another process at the same time.
    pub left_alone: u64,
}

/// Why resealing stopped. What was done before stays done.
#[derive(Debug, Error)]
pub enum ResealError {
    /// A secret cannot be decrypted, so it cannot be encrypted again.
    #[error("{place} was not encrypted again")]
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

    /// Encrypts every secret again that the current key did not encrypt.
    pub async fn execute(&self) -> Result<Resealed, ResealError> {
        let (mut sum, mut reached) = (Resealed::default(), None);
        loop {
            let secrets = sealed_after(&*self.storage, reached, Self::BATCH).await?;
            let Some(last) = secrets.last() else { return Ok(sum) };
            reached = Some(last.place.clone());
            for secret in secrets {
                if self.reseal(secret).await? {
                    sum.resealed += 1;
                } else {
                    sum.left_alone += 1;
                }
            }
        }
    }

    /// Encrypts a secret again, unless it is current. Returns whether it did.
    ///
    /// That is a transaction of its own: who holds one record while waiting for another would have to do so in the order of
    /// everybody else.
    async fn reseal(&self, secret: SealedSecret) -> Result<bool, ResealError> {
        if self.vault.is_current(&secret.sealed) {
            return Ok(false);
        }
        let failed = |source| ResealError::Vault { place: secret.place.clone(), source };
        let plain = self.vault.decrypt(&secret.sealed, &secret.place).map_err(failed)?;
        let sealed = self.vault.encrypt(&plain, &secret.place).map_err(failed)?;
        Ok(transact(&*self.storage, move |storage| storage.sealed_secrets().replace(&secret, &sealed)).await?)
    }
}
