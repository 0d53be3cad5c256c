use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ids::{PurchaseId, UserId},
    money::Money,
    ports::{Clock, StorageError, Then, UnitOfWork, transact},
    purchase::{NotRefundable, Purchase, Refund, RefundLimit, committed, refundable},
    text::ForeignId,
};
use thiserror::Error;

use crate::Mandate;

/// Begins the refund of a purchase, or of a part of it. The background makes it.
pub struct RequestRefund {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) clock: Arc<dyn Clock>,
}

/// Why no refund was begun.
#[derive(Debug, Error)]
pub enum RefundError {
    /// The company has no such purchase.
    #[error("there is no such purchase")]
    NotFound,
    /// The purchase is in no state to be refunded.
    #[error(transparent)]
    NotRefundable(#[from] NotRefundable),
    /// The amount is too large.
    #[error(transparent)]
    Limit(#[from] RefundLimit),
    /// The purchase changed at the same moment.
    #[error("the purchase changed at the same moment")]
    Changed,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RequestRefund {
    /// Begins the refund of this amount, or of all that is left.
    pub async fn execute(
        &self,
        mandate: Mandate,
        by: UserId,
        id: PurchaseId,
        amount: Option<Money>,
        reason: ForeignId,
    ) -> Result<(Purchase, Refund), RefundError> {
        let now = self.clock.now();
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            let purchases = storage.purchases();
            let before = purchases.find(&company, id)?.ok_or(RefundError::NotFound)?;
            let refunds = purchases.refunds(&company, id)?;
            let already = committed(&refunds);
            let price = before.order.terms.amount;
            let mut after = before.clone();
            // A refund of all that is left ends the access. A part of it leaves the guest as it is.
            after.progress.request_refund()?;
            let amount = refundable(price, already, amount)?;
            if already.minor() + amount.minor() < price.minor() {
                after.progress = before.progress.clone();
            }
            after.refund_due = true;
            let refund = Refund { reason: Some(reason), requested_by: Some(by), ..Refund::next(&refunds, amount, now) };
            if !purchases.save(&before, &after, Then::Soon)? {
                return Err(RefundError::Changed);
            }
            purchases.put_refund(&company, id, &refund)?;
            after.version += 1;
            Ok((after, refund))
        })
        .await
    }
}
