use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    ports::{Storage, StorageError, Stored, UnitOfWork, transact},
    purchase::{ChargeId, Purchase},
    webhook::WebhookEvent,
};

use super::drive::Driver;
use crate::webhooks::{ChargeReports, Noted};

/// Asks the gateways about the charges that webhooks and the gateways' lists name. A webhook's own words are never believed:
/// the gateway also says which purchase a charge belongs to, unless Portero knows it. Mercado Pago's webhooks name no
/// purchase.
pub(super) struct ReportedCharges {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) driver: Arc<Driver>,
}

impl ReportedCharges {
    /// Asks the gateway about this charge, and goes on with its purchase.
    pub(super) async fn ask(&self, company: &CompanyId, gateway: Gateway, charge: &ChargeId) -> Stored<Noted> {
        let (of, named) = (company.clone(), charge.clone());
        let known = move |storage: &mut dyn Storage| storage.purchases().find_by_charge(&of, gateway, &named);
        let found = match transact(&*self.storage, known).await? {
            Some(purchase) => Some(purchase),
            None => match self.driver.purchase_of(company.clone(), gateway, charge).await? {
                Ok(Some(reference)) => self.purchase(company.clone(), gateway, reference).await?,
                Ok(None) => None,
                Err(_) => return Ok(Noted::TryLater),
            },
        };
        let Some(purchase) = found else { return Ok(Noted::UnknownReference) };
        let answered = self.driver.ask(purchase, charge.clone()).await?;
        Ok(if answered { Noted::Done } else { Noted::TryLater })
    }

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

#[async_trait]
impl ChargeReports for ReportedCharges {
    async fn changed(
        &self,
        company: &CompanyId,
        gateway: Gateway,
        event: &WebhookEvent,
    ) -> Result<Noted, StorageError> {
        self.ask(company, gateway, &event.charge).await
    }
}
