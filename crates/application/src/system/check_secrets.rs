use std::sync::Arc;

use portero_domain::ports::{SecretPlace, Stored, UnitOfWork, Vault, VaultError};

use super::sealed_after;

/// Tries to open every stored secret, so that a wrong sealing key is noticed before the first call that needs one.
pub struct CheckSecrets {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// What there is of stored secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedSecrets {
    /// How many open.
    pub open: u64,
    /// How many need an encryption key that is not configured.
    pub of_other_keys: u64,
    /// How many are damaged or out of place.
    pub damaged: u64,
    /// The first that does not open.
    pub first_closed: Option<SecretPlace>,
}

impl CheckSecrets {
    const BATCH: u16 = 1_000;

    /// Goes through all of them.
    pub async fn execute(&self) -> Stored<CheckedSecrets> {
        let (mut sum, mut reached) = (CheckedSecrets::default(), None);
        loop {
            let secrets = sealed_after(&*self.storage, reached, Self::BATCH).await?;
            let Some(last) = secrets.last() else { return Ok(sum) };
            reached = Some(last.place.clone());
            for secret in secrets {
                // The guests' secrets come last. There may be millions, and the same keys encrypt them.
                if matches!(secret.place, SecretPlace::GuestSecret(..)) {
                    return Ok(sum);
                }
                match self.vault.decrypt(&secret.sealed, &secret.place) {
                    Ok(_) => sum.open += 1,
                    Err(error) => {
                        if error == VaultError::UnknownKey {
                            sum.of_other_keys += 1;
                        } else {
                            sum.damaged += 1;
                        }
                        sum.first_closed.get_or_insert(secret.place);
                    }
                }
            }
        }
    }
}
