use std::sync::Arc;

use portero_domain::{
    company::{Company, GatewayMode},
    gateway::Gateway,
    ports::{GatewayAccount, Ports, StorageError, UnitOfWork, Vault, VaultError},
};
use thiserror::Error;

use crate::Settings;

/// Decrypts the accounts of companies with payment gateways.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(super) storage: Arc<dyn UnitOfWork>,
    vault: Arc<dyn Vault>,
}

/// Why there is no account.
#[derive(Debug, Error)]
pub(crate) enum NoAccount {
    /// The company has none.
    #[error("the company has no account with the gateway")]
    NotConfigured,
    /// Its key cannot be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Why an account was not found.
#[derive(Debug, Error)]
pub(crate) enum AccountError {
    /// There is none that can be used.
    #[error(transparent)]
    NoAccount(#[from] NoAccount),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Accounts {
    pub(crate) fn new(ports: &Ports, _: &Settings) -> Self {
        Self { storage: Arc::clone(&ports.storage), vault: Arc::clone(&ports.vault) }
    }

    /// The account of this company with this gateway.
    pub(crate) fn of(&self, company: &Company, gateway: Gateway) -> Result<GatewayAccount, NoAccount> {
        let key = company.gateway(gateway).ok_or(NoAccount::NotConfigured)?;
        let secret = self.vault.decrypt(key.sealed, &key.place)?;
        Ok(GatewayAccount { secret, live: key.mode == GatewayMode::Live })
    }
}
