use std::sync::Arc;

use portero_domain::{
    Timestamp,
    ports::{Clock, StorageError, UnitOfWork, transact},
    purchase::{PaymentStatus, Purchase, Stage},
};
use time::Duration;

/// Waits until it is known whether a purchase is paid.
pub struct AwaitPurchase {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) clock: Arc<dyn Clock>,
}

impl AwaitPurchase {
    /// The pause between two looks at the store.
    const PAUSE: Duration = Duration::milliseconds(250);

    /// How long a purchase that is paid may take until its guest has access, before the portal gets its response.
    const DELIVERY: Duration = Duration::seconds(3);

    /// The purchase as soon as its payment is decided or waits for the cardholder, else as it is at this moment.
    pub async fn execute(&self, mut purchase: Purchase, until: Timestamp) -> Result<Purchase, StorageError> {
        while (is_open(&purchase) || is_fresh(&purchase, self.clock.now())) && self.clock.now() < until {
            self.clock.sleep(Self::PAUSE).await;
            let (company, id) = (purchase.order.company.clone(), purchase.id);
            let found = transact(&*self.storage, move |storage| storage.purchases().find(&company, id)).await?;
            purchase = found.unwrap_or(purchase);
        }
        Ok(purchase)
    }
}

/// Whether a portal gets a better response by waiting.
const fn is_open(purchase: &Purchase) -> bool {
    matches!(purchase.status(), PaymentStatus::Pending | PaymentStatus::Confirming) && purchase.cardholder.is_none()
}

/// Whether another process has just learned of the payment, and is about to enable the guest.
fn is_fresh(purchase: &Purchase, now: Timestamp) -> bool {
    purchase.tries == 0
        && matches!(purchase.progress.stage(), Stage::Paid { at, .. } if now < at.plus(AwaitPurchase::DELIVERY))
}
