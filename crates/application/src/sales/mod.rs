//! What a company has sold.

mod list_transactions;
mod sales_dashboard;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    list_transactions::ListTransactions,
    sales_dashboard::{Dashboard, SalesDashboard},
};

/// The record of sales.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Sales {
    pub list: ListTransactions,
    pub dashboard: SalesDashboard,
}

impl Sales {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            list: ListTransactions { storage: Arc::clone(&ports.storage) },
            dashboard: SalesDashboard { storage: Arc::clone(&ports.storage) },
        }
    }
}
