use std::sync::Arc;

use portero_domain::{
    company::{Company, GatewayMode},
    gateway::Gateway,
    ports::{GatewayAccount, Ports, StorageError, UnitOfWork, Vault, VaultError},
    secret::Secret,
};
use thiserror::Error;

use crate::Settings;

/// Decrypts the accounts of companies with payment gateways.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(super) storage: Arc<dyn UnitOfWork>,
    vault: Arc<dyn Vault>,
    default_conekta_key: Option<Secret>,
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
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            storage: Arc::clone(&ports.storage),
            vault: Arc::clone(&ports.vault),
            default_conekta_key: settings.default_conekta_key.clone(),
        }
    }

    /// The account of this company with this gateway. A company without a Conekta key charges by the operator's account.
    pub(crate) fn of(&self, company: &Company, gateway: Gateway) -> Result<GatewayAccount, NoAccount> {
        let Some(key) = company.gateway(gateway) else {
            let secret = self.default_conekta_key.clone().filter(|_| gateway == Gateway::Conekta);
            let live = company.conekta.mode == GatewayMode::Live;
            return Ok(GatewayAccount { secret: secret.ok_or(NoAccount::NotConfigured)?, live });
        };
        let secret = self.vault.decrypt(key.sealed, &key.place)?;
        Ok(GatewayAccount { secret, live: key.mode == GatewayMode::Live })
    }
}
