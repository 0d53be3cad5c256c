use std::sync::Arc;

use portero_domain::{
    api_key::ApiKey,
    company::CompanyInactive,
    ids::CompanyId,
    ports::{
        ApiKeyToken, ApiKeyTokens, Clock, Ids, SecretPlace, SigningError, StorageError, UnitOfWork, Vault, VaultError,
        transact,
    },
    router::{ApiUsername, Credentials, Router, RouterDetails, RouterInactive},
    secret::Secret,
};
use thiserror::Error;
use time::Duration;

use crate::system::DRAWS;

/// Registers a router and issues its first API key (`R200`).
pub struct RegisterRouter {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) tokens: Arc<dyn ApiKeyTokens>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) life: Duration,
}

/// What is known of a router before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRouter {
    /// What it is and where.
    pub details: RouterDetails,
    /// The RouterOS user that Portero logs in with.
    pub username: ApiUsername,
    /// That user's password.
    pub password: Secret,
    /// Whether to log in in the form of RouterOS before 6.43 (`F10`).
    pub old_login: bool,
}

/// A router just registered, with its first key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredRouter {
    /// The router.
    pub router: Router,
    /// The record of its key.
    pub key: ApiKey,
    /// The key itself, to be shown this once.
    pub token: ApiKeyToken,
}

/// Why there is no new router.
#[derive(Debug, Error)]
pub enum RegisterRouterError {
    /// There is no such company.
    #[error("there is no such company")]
    CompanyNotFound,
    /// The company is inactive.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// Every identity that was drawn is taken.
    #[error("every id that was drawn is taken")]
    NoFreeId,
    /// A new router is active; that it is not would be our own fault.
    #[error(transparent)]
    RouterInactive(#[from] RouterInactive),
    /// The password could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The key could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RegisterRouter {
    /// Registers this router with this company.
    pub async fn execute(&self, company: CompanyId, new: NewRouter) -> Result<RegisteredRouter, RegisterRouterError> {
        let (now, key_id, life) = (self.clock.now(), self.ids.key(), self.life);
        let (ids, tokens, vault) = (Arc::clone(&self.ids), Arc::clone(&self.tokens), Arc::clone(&self.vault));
        let registered = transact(&*self.storage, move |storage| {
            let company = storage.companies().lock(&company)?.ok_or(RegisterRouterError::CompanyNotFound)?;
            let company = company.active()?;
            let NewRouter { details, username, password, old_login } = new;
            let mut draws = (0..DRAWS).map(|_| ids.router());
            let router = loop {
                let id = draws.next().ok_or(RegisterRouterError::NoFreeId)?;
                let place = SecretPlace::RouterPassword(company.id().clone(), id.clone());
                let sealed = vault.encrypt(&password, &place)?;
                let credentials = Credentials { username: username.clone(), password: sealed, old_login };
                let router = Router::register(company, id, details.clone(), credentials, now);
                if storage.routers().insert(&router)?.is_ok() {
                    break router;
                }
            };
            let key = ApiKey::issue(key_id, router.active()?, now, life);
            let signed = tokens.sign(&key)?;
            storage.api_keys().insert(&key, signed.fingerprint)?;
            Ok::<_, RegisterRouterError>(RegisteredRouter { router, key, token: signed.token })
        })
        .await?;
        tracing::info!(router = %registered.router.id, key = %registered.key.id(), "router registered");
        Ok(registered)
    }
}
