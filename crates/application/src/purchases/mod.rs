//! The purchases.

mod list_purchases;
mod purchase_dashboard;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    list_purchases::ListPurchases,
    purchase_dashboard::{Dashboard, PurchaseDashboard},
};

/// The purchases of the products of a company.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Purchases {
    pub list: ListPurchases,
    pub dashboard: PurchaseDashboard,
}

impl Purchases {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            list: ListPurchases { storage: Arc::clone(&ports.storage) },
            dashboard: PurchaseDashboard { storage: Arc::clone(&ports.storage) },
        }
    }
}
