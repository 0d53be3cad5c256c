use std::sync::Arc;

use portero_domain::{
    change::Change,
    company::{Company, CompanyEdit, CompanyInactive, GatewayMode, MercadoPagoAccess},
    ports::{
        GatewayAccount, GatewayError, Gateways, SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact,
    },
    secret::Secret,
    text::ForeignId,
};
use thiserror::Error;

use crate::Mandate;

/// Changes what is known of a tenant.
pub struct EditCompany {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) gateways: Gateways,
}

/// Changes to a company's secrets, in plain form until they are sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanySecrets {
    /// The private key with Conekta.
    pub conekta_private_key: Change<Secret>,
    /// The access token with Mercado Pago. A new one is tried at the gateway first.
    pub mercado_pago_access_token: Change<Secret>,
    /// The secret with which Mercado Pago signs webhooks.
    pub mercado_pago_webhook_secret: Change<Secret>,
    /// The token of the Telegram bot.
    pub telegram_bot_token: Change<Secret>,
}

impl CompanySecrets {
    /// Whether a gateway is asked about a new secret.
    pub const fn asks_gateway(&self) -> bool {
        matches!(self.mercado_pago_access_token, Change::Set(_))
    }
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
    /// Mercado Pago rejected the new access token, or did not respond.
    #[error(transparent)]
    MercadoPago(#[from] GatewayError),
    /// A secret could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl EditCompany {
    /// Changes this company, and answers it as it is then.
    ///
    /// A new access token is tried at Mercado Pago before the change, outside of any transaction.
    pub async fn execute(
        &self,
        mandate: Mandate,
        edit: CompanyEdit,
        secrets: CompanySecrets,
    ) -> Result<Company, EditCompanyError> {
        let user = match &secrets.mercado_pago_access_token {
            Change::Set(token) => self.user_of(&mandate, &edit, token).await?,
            Change::Keep | Change::Clear => None,
        };
        let vault = Arc::clone(&self.vault);
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            let mut company = storage.companies().lock(&company)?.ok_or(EditCompanyError::NotFound)?;
            company.edit(edit);
            secrets.put_into(&mut company, user, &*vault)?;
            storage.companies().update(&company)?;
            Ok(company)
        })
        .await
    }

    /// The user whose access token this is. Mercado Pago is not asked on behalf of an admin who may not change the company.
    async fn user_of(
        &self,
        mandate: &Mandate,
        edit: &CompanyEdit,
        token: &Secret,
    ) -> Result<Option<ForeignId>, EditCompanyError> {
        let mandate = mandate.clone();
        let company = transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            storage.companies().find(&company)?.ok_or(EditCompanyError::NotFound)
        })
        .await?;
        let mode = edit.mercado_pago.mode.unwrap_or(company.mercado_pago.mode);
        let account = GatewayAccount { secret: token.clone(), live: mode == GatewayMode::Live };
        let user = self.gateways.mercado_pago.owner(&account).await?;
        Ok(user.map(|user| ForeignId::parse(&user)).transpose().map_err(|_| GatewayError::Unavailable)?)
    }
}

impl CompanySecrets {
    /// Seals the new secrets into a company. A new access token is of `user`.
    fn put_into(self, company: &mut Company, user: Option<ForeignId>, vault: &dyn Vault) -> Result<(), VaultError> {
        let id = || company.id.clone();
        let seal = |place| move |secret: Secret| vault.encrypt(&secret, &place);
        let private_key = self.conekta_private_key.try_map(seal(SecretPlace::ConektaPrivateKey(id())))?;
        let access_token = self.mercado_pago_access_token.try_map(seal(SecretPlace::MercadoPagoAccessToken(id())))?;
        let webhook_secret =
            self.mercado_pago_webhook_secret.try_map(seal(SecretPlace::MercadoPagoWebhookSecret(id())))?;
        let bot_token = self.telegram_bot_token.try_map(seal(SecretPlace::TelegramBotToken(id())))?;

        private_key.apply(&mut company.conekta.private_key);
        let access = access_token.map(|token| MercadoPagoAccess { token, user });
        access.apply(&mut company.mercado_pago.access);
        webhook_secret.apply(&mut company.mercado_pago.webhook_secret);
        bot_token.apply(&mut company.telegram.bot_token);
        Ok(())
    }
}
