use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{SellingRouter, StorageError, UnitOfWork, VaultError, transact},
    purchase::{GuestCredentials, Purchase},
    secret::Fingerprint,
};
use thiserror::Error;

use super::{
    guest_secrets::GuestSecrets,
    open_purchase::{AccessOrder, PurchaseKey, identity, key_hash},
};

/// Finds a purchase by the key that the portal gave to it.
pub struct FindPurchase {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) secrets: GuestSecrets,
}

/// A purchase with the credentials that were sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPurchase {
    /// The purchase.
    pub purchase: Purchase,
    /// The hotspot user's name and password.
    pub credentials: GuestCredentials,
}

/// Why a purchase was not found.
#[derive(Debug, Error)]
pub enum FindPurchaseError {
    /// The router has no purchase with this key.
    #[error("there is no such purchase")]
    NotFound,
    /// The credentials that were sold cannot be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl FindPurchase {
    /// The router's purchase with this key.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: &RouterId,
        key: &PurchaseKey,
    ) -> Result<FoundPurchase, FindPurchaseError> {
        self.find(company, key_hash(&*self.secrets.vault, router, key)).await
    }

    /// The purchase of this order, once it is open.
    pub async fn of_order(
        &self,
        selling: &SellingRouter,
        order: &AccessOrder,
    ) -> Result<FoundPurchase, FindPurchaseError> {
        self.find(selling.company().id.clone(), identity(&*self.secrets.vault, selling, order)).await
    }

    async fn find(&self, company: CompanyId, identity: Fingerprint) -> Result<FoundPurchase, FindPurchaseError> {
        let found = transact(&*self.storage, move |storage| storage.purchases().find_by_identity(&company, &identity));
        let (purchase, _) = found.await?.ok_or(FindPurchaseError::NotFound)?;
        let credentials = self.secrets.decrypt(&purchase)?;
        Ok(FoundPurchase { purchase, credentials })
    }
}
