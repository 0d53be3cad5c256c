use std::sync::Arc;

use portero_domain::ports::SellingRouter;

use super::{
    drive::{Driver, Held},
    find_purchase::FoundPurchase,
    gateway_steps::CardInHand,
    guest_secrets::GuestSecrets,
    open_purchase::{AccessOrder, BuyError, OpenPurchase, Opened},
};

/// Sells access to a guest.
///
/// A request that repeats a purchase gets that purchase as it stands, and charges nothing. The returned purchase may still
/// be undecided: see [`super::AwaitPurchase`].
pub struct BuyAccess {
    pub(super) open: OpenPurchase,
    pub(super) driver: Arc<Driver>,
    pub(super) secrets: GuestSecrets,
}

impl BuyAccess {
    /// Carries out the order as far as it comes, and tells whether this request opened the purchase. The caller must not
    /// drop this future once a purchase is open.
    pub async fn execute(&self, selling: SellingRouter, order: AccessOrder) -> Result<(FoundPurchase, bool), BuyError> {
        let hand = CardInHand { card: order.card.clone(), return_url: order.return_url.clone() };
        let (purchase, is_new) = match self.open.execute(selling, order).await? {
            Opened::New(purchase) => (self.driver.drive(Held::with_card(purchase, hand)).await?, true),
            Opened::Known(purchase) => (purchase, false),
        };
        let credentials = self.secrets.decrypt(&purchase)?;
        Ok((FoundPurchase { purchase, credentials }, is_new))
    }
}
