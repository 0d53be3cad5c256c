use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    ports::{Storage, StorageError, Stored, UnitOfWork, transact},
    purchase::Purchase,
    webhook::WebhookEvent,
};

use super::drive::Driver;
use crate::webhooks::{ChargeReports, Noted};

/// Asks the gateways about the charges that webhooks name. A webhook's own words are never believed: the gateway also says
/// which purchase a charge belongs to, unless Portero knows it. Mercado Pago's webhooks name no purchase.
pub(super) struct ReportedCharges {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) driver: Arc<Driver>,
}

#[async_trait]
impl ChargeReports for ReportedCharges {
    async fn changed(
        &self,
        company: &CompanyId,
        gateway: Gateway,
        event: &WebhookEvent,
    ) -> Result<Noted, StorageError> {
        let (of, charge) = (company.clone(), event.charge.clone());
        let known = move |storage: &mut dyn Storage| storage.purchases().find_by_charge(&of, gateway, &charge);
        let found = match transact(&*self.storage, known).await? {
            Some(purchase) => Some(purchase),
            None => match self.driver.purchase_of(company.clone(), gateway, &event.charge).await? {
                Ok(Some(reference)) => self.purchase(company.clone(), gateway, reference).await?,
                Ok(None) => None,
                Err(_) => return Ok(Noted::TryLater),
            },
        };
        let Some(purchase) = found else { return Ok(Noted::UnknownReference) };
        let answered = self.driver.ask(purchase, event.charge.clone()).await?;
        Ok(if answered { Noted::Done } else { Noted::TryLater })
    }
}

impl ReportedCharges {
    /// The purchase that the gateway says a charge belongs to.
    async fn purchase(
        &self,
        company: CompanyId,
        gateway: Gateway,
        reference: PurchaseReference,
    ) -> Stored<Option<Purchase>> {
        let find = move |storage: &mut dyn Storage| storage.purchases().find_by_reference(&company, &reference);
        Ok(transact(&*self.storage, find).await?.filter(|purchase| purchase.order.gateway == gateway))
    }
}
