use std::sync::Arc;

use portero_domain::{
    company::{Company, Conekta, GatewayMode, MercadoPago, Telegram},
    ports::{Clock, Ids, SecretPlace, StorageError, UnitOfWork, Vault, VaultError, transact},
    secret::Secret,
    text::{Email, ForeignId, Name, Phone},
};
use thiserror::Error;

use crate::system::DRAWS;

/// Adds a tenant.
pub struct CreateCompany {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) vault: Arc<dyn Vault>,
}

/// What is known of a company before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCompany {
    /// What it is called.
    pub name: Name,
    /// Where its people are reached.
    pub contact_email: Email,
    /// Their telephone.
    pub contact_phone: Option<Phone>,
    /// Whether its Conekta account moves real money.
    pub conekta_mode: GatewayMode,
    /// The account's public key.
    pub conekta_public_key: Option<ForeignId>,
    /// The account's private key.
    pub conekta_private_key: Option<Secret>,
}

/// Why there is no new company.
#[derive(Debug, Error)]
pub enum CreateCompanyError {
    /// Every identity that was drawn is taken.
    #[error("every id that was drawn is taken")]
    NoFreeId,
    /// The private key could not be sealed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CreateCompany {
    /// Adds this company, active from the start.
    pub async fn execute(&self, new: NewCompany) -> Result<Company, CreateCompanyError> {
        let now = self.clock.now();
        let (ids, vault) = (Arc::clone(&self.ids), Arc::clone(&self.vault));
        transact(&*self.storage, move |storage| {
            for _ in 0..DRAWS {
                let id = ids.company();
                let place = SecretPlace::ConektaPrivateKey(id.clone());
                let private_key = new.conekta_private_key.as_ref().map(|key| vault.encrypt(key, &place)).transpose()?;
                let company = Company {
                    id,
                    name: new.name.clone(),
                    contact_email: new.contact_email.clone(),
                    contact_phone: new.contact_phone.clone(),
                    logo: None,
                    conekta: Conekta {
                        mode: new.conekta_mode,
                        public_key: new.conekta_public_key.clone(),
                        private_key,
                        webhook_key: None,
                    },
                    mercado_pago: MercadoPago::default(),
                    three_ds: false,
                    webhook_token: ids.webhook_token(),
                    telegram: Telegram::default(),
                    active: true,
                    created_at: now,
                };
                if storage.companies().insert(&company)?.is_ok() {
                    return Ok(company);
                }
            }
            Err(CreateCompanyError::NoFreeId)
        })
        .await
    }
}
