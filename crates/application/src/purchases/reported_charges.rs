use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    gateway::Gateway,
    ids::CompanyId,
    ports::{StorageError, UnitOfWork, transact},
    webhook::WebhookEvent,
};

use super::drive::Driver;
use crate::webhooks::{ChargeReports, Noted};

/// Asks the gateways about the charges that webhooks name. A webhook's own words are never believed.
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
        let (company, charge, reference) = (company.clone(), event.charge.clone(), event.purchase.clone());
        let found = transact(&*self.storage, move |storage| {
            let purchases = storage.purchases();
            let by_reference = match &reference {
                Some(reference) => purchases.find_by_reference(&company, reference)?,
                None => None,
            };
            match by_reference.filter(|purchase| purchase.order.gateway == gateway) {
                Some(purchase) => Ok::<_, StorageError>(Some(purchase)),
                None => purchases.find_by_charge(&company, gateway, &charge),
            }
        })
        .await?;
        let Some(purchase) = found else { return Ok(Noted::UnknownReference) };
        let answered = self.driver.ask(purchase, event.charge.clone()).await?;
        Ok(if answered { Noted::Done } else { Noted::TryLater })
    }
}
