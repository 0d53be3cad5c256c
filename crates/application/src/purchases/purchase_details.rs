use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, PurchaseId},
    ports::{PurchaseMoment, Stored, UnitOfWork, transact},
    purchase::{Purchase, Refund},
};

/// Shows a purchase with what happened to it.
pub struct PurchaseDetailsOf {
    pub(super) storage: Arc<dyn UnitOfWork>,
}

/// A purchase with what happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseDetails {
    /// The purchase.
    pub purchase: Purchase,
    /// Its stages, oldest first.
    pub timeline: Vec<PurchaseMoment>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
}

impl PurchaseDetailsOf {
    /// The company's purchase with this id, if there is one.
    pub async fn execute(&self, company: CompanyId, id: PurchaseId) -> Stored<Option<PurchaseDetails>> {
        transact(&*self.storage, move |storage| {
            let purchases = storage.purchases();
            let Some(purchase) = purchases.find(&company, id)? else { return Ok(None) };
            let timeline = purchases.timeline(&company, id)?;
            let refunds = purchases.refunds(&company, id)?;
            Ok(Some(PurchaseDetails { purchase, timeline, refunds }))
        })
        .await
    }
}
