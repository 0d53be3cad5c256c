use std::sync::Arc;

use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, CompanyInactive},
    ports::{SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact},
    secret::Secret,
};
use thiserror::Error;

use crate::Mandate;

/// Changes what is known of a tenant.
pub struct EditCompany {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// Changes to a company's secrets, in plain form until they are sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanySecrets {
    /// The private key with Conekta.
    pub conekta_private_key: Change<Secret>,
    /// The token of the Telegram bot.
    pub telegram_bot_token: Change<Secret>,
}

/// Why the company is what it was.
#[derive(Debug, Error)]
pub enum EditCompanyError {
    /// There is no such company.
    #[error("there is no such company")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// A secret could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl EditCompany {
    /// Changes this company, and answers it as it is then.
    pub async fn execute(
        &self,
        mandate: Mandate,
        edit: CompanyEdit,
        secrets: CompanySecrets,
    ) -> Result<Company, EditCompanyError> {
        let vault = Arc::clone(&self.vault);
        let CompanySecrets { conekta_private_key, telegram_bot_token } = secrets;
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            let mut company = storage.companies().lock(&company)?.ok_or(EditCompanyError::NotFound)?;
            company.edit(edit);
            let place = SecretPlace::ConektaPrivateKey(company.id.clone());
            conekta_private_key.try_map(|key| vault.encrypt(&key, &place))?.apply(&mut company.conekta.private_key);
            let place = SecretPlace::TelegramBotToken(company.id.clone());
            telegram_bot_token.try_map(|token| vault.encrypt(&token, &place))?.apply(&mut company.telegram.bot_token);
            storage.companies().update(&company)?;
            Ok(company)
        })
        .await
    }
}
