use std::sync::Arc;

use portero_domain::{
    gateway::Gateway,
    ids::{CompanyId, RouterId},
    ports::{StorageError, UnitOfWork, VaultError, transact},
    purchase::{ChargeId, Purchase},
};
use thiserror::Error;

use super::account::{Accounts, NoAccount};

/// Shows how a payment at Mercado Pago stands that was made on the portal's router.
pub struct PaymentStatusOf {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) accounts: Accounts,
}

/// Why the state of a payment is not shown.
#[derive(Debug, Error)]
pub enum PaymentStatusError {
    /// The company has no account with Mercado Pago.
    #[error("the company has no account with the gateway")]
    NotConfigured,
    /// No purchase of the router has this payment.
    #[error("no purchase of the router has this payment")]
    NotFound,
    /// The account's key cannot be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl PaymentStatusOf {
    /// The router's purchase with this payment.
    pub async fn execute(
        &self,
        company: CompanyId,
        router: RouterId,
        payment: ChargeId,
    ) -> Result<Purchase, PaymentStatusError> {
        let (account, purchase) = transact(&*self.storage, move |storage| {
            let account = storage.companies().find(&company)?;
            let purchase = storage.purchases().find_by_charge(&company, Gateway::MercadoPago, &payment)?;
            Ok::<_, StorageError>((account, purchase))
        })
        .await?;
        let account = account.ok_or(PaymentStatusError::NotConfigured)?;
        match self.accounts.of(&account, Gateway::MercadoPago) {
            Ok(_) => {}
            Err(NoAccount::NotConfigured) => return Err(PaymentStatusError::NotConfigured),
            Err(NoAccount::Vault(error)) => return Err(error.into()),
        }
        purchase.filter(|purchase| purchase.order.router == router).ok_or(PaymentStatusError::NotFound)
    }
}
