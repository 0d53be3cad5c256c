use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    notification::Message,
    ports::{Notifier, NotifierError, SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact},
    secret::Secret,
    text::ForeignId,
};
use thiserror::Error;

use crate::Mandate;

/// Sends a test message to a company's chat (`R1803`).
pub struct TestTelegram {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) notifier: Arc<dyn Notifier>,
}

/// Why no test message arrived.
#[derive(Debug, Error)]
pub enum TestTelegramError {
    /// The request and the company together have no token, or no chat.
    #[error("the token of the bot or the chat is missing")]
    MissingCredentials,
    /// Telegram did not take the message.
    #[error(transparent)]
    Notifier(#[from] NotifierError),
    /// There is no such company.
    #[error("there is no such company")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The stored token cannot be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl TestTelegram {
    /// Sends the message by this bot to this chat. Each of them falls back to the stored one.
    pub async fn execute(
        &self,
        mandate: Mandate,
        token: Option<Secret>,
        chat: Option<ForeignId>,
    ) -> Result<(), TestTelegramError> {
        let company = transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            storage.companies().find(&company)?.ok_or(TestTelegramError::NotFound)
        })
        .await?;
        let token = match (token, company.telegram.bot_token) {
            (Some(token), _) => token,
            (None, Some(sealed)) => self.vault.decrypt(&sealed, &SecretPlace::TelegramBotToken(company.id))?,
            (None, None) => return Err(TestTelegramError::MissingCredentials),
        };
        let chat = chat.or(company.telegram.chat_id).ok_or(TestTelegramError::MissingCredentials)?;
        Ok(self.notifier.send(&token, &chat, &Message::Test { company: company.name }).await?)
    }
}
