use std::sync::Arc;

use portero_domain::{
    company::Company,
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference, WebhookToken},
    ports::{
        MercadoPagoRequest, SecretPlace, StorageError, Stored, UnitOfWork, Vault, VaultError, WebhookSignatures,
        transact,
    },
    purchase::ChargeId,
    rsa_public_key::RsaPublicKey,
    text::ForeignId,
    webhook::{EventId, WebhookEvent},
};
use thiserror::Error;

/// Stores the notice of a gateway, after its sender was verified.
///
/// It asks no gateway: [`ProcessWebhooks`](super::ProcessWebhooks) does so later.
pub struct ReceiveWebhook {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) vault: Arc<dyn Vault>,
    pub(crate) signatures: Arc<dyn WebhookSignatures>,
}

/// What a notice says of a charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The gateway's identity of the event.
    pub id: EventId,
    /// The charge.
    pub charge: ChargeId,
    /// The purchase, if the notice names it.
    pub purchase: Option<PurchaseReference>,
}

/// The companies whose account sent a webhook. It is verified where a company has stored the means for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSender {
    gateway: Gateway,
    companies: Vec<CompanyId>,
}

impl WebhookSender {
    /// The gateway.
    pub const fn gateway(&self) -> Gateway {
        self.gateway
    }

    /// The companies: more than one only if they share an account.
    pub fn companies(&self) -> &[CompanyId] {
        &self.companies
    }
}

/// The account that an address belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConektaAccount {
    company: CompanyId,
    key: Option<RsaPublicKey>,
}

/// Why a webhook is not accepted.
#[derive(Debug, Error)]
pub enum ReceiveWebhookError {
    /// The address belongs to no company.
    #[error("the address belongs to no company")]
    UnknownAddress,
    /// No company has this account, or its companies have a secret that did not sign the webhook.
    #[error("the webhook is not verified")]
    Unverified,
    /// The secret of the account could not be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl ReceiveWebhook {
    /// The sender of a webhook of Mercado Pago: the companies with this user's account that accept its signature
    /// (`R1905`). A company without a secret accepts every signature (`R1906`).
    pub async fn verify_mercado_pago(
        &self,
        user: ForeignId,
        request: &MercadoPagoRequest<'_>,
    ) -> Result<WebhookSender, ReceiveWebhookError> {
        let found: Stored<Vec<Company>> =
            transact(&*self.storage, move |storage| storage.companies().find_by_mercado_pago_user(&user)).await;
        let mut companies = Vec::new();
        for company in found? {
            if self.is_signed(&company, request)? {
                companies.push(company.id);
            }
        }
        // An unknown account is treated like a wrong signature. So a stranger does not learn which accounts are known.
        if companies.is_empty() {
            return Err(ReceiveWebhookError::Unverified);
        }
        Ok(WebhookSender { gateway: Gateway::MercadoPago, companies })
    }

    fn is_signed(&self, company: &Company, request: &MercadoPagoRequest<'_>) -> Result<bool, VaultError> {
        let Some(secret) = &company.mercado_pago.webhook_secret else { return Ok(true) };
        let secret = self.vault.decrypt(secret, &SecretPlace::MercadoPagoWebhookSecret(company.id.clone()))?;
        Ok(self.signatures.mercado_pago(&secret, request))
    }

    /// The account with Conekta that this address belongs to.
    pub async fn find_conekta(&self, token: WebhookToken) -> Result<ConektaAccount, ReceiveWebhookError> {
        let company: Stored<Option<Company>> =
            transact(&*self.storage, move |storage| storage.companies().find_by_webhook_token(&token)).await;
        let company = company?.ok_or(ReceiveWebhookError::UnknownAddress)?;
        Ok(ConektaAccount { company: company.id, key: company.conekta.webhook_key })
    }

    /// The sender of a webhook of Conekta. A company that has stored the key of its webhooks requires a signature by it
    /// (`R1905`). To other companies the secret address is enough.
    pub fn verify_conekta(
        &self,
        account: ConektaAccount,
        digest: Option<&str>,
        body: &[u8],
    ) -> Result<WebhookSender, ReceiveWebhookError> {
        let is_signed = |key| digest.is_some_and(|digest| self.signatures.conekta(key, digest, body));
        if !account.key.as_ref().is_none_or(is_signed) {
            return Err(ReceiveWebhookError::Unverified);
        }
        Ok(WebhookSender { gateway: Gateway::Conekta, companies: vec![account.company] })
    }

    /// Stores what the sender says, once. A repeated notice changes nothing.
    pub async fn store(&self, sender: WebhookSender, notice: Notice) -> Stored<()> {
        transact(&*self.storage, move |storage| {
            for company in sender.companies {
                let Notice { id, charge, purchase } = notice.clone();
                let event = WebhookEvent { company, gateway: sender.gateway, id, charge, purchase };
                // The gateway has delivered this event before.
                let _repeated = storage.webhook_events().insert(&event)?;
            }
            Ok(())
        })
        .await
    }
}
