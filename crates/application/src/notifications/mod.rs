//! Notices to companies by their Telegram bots.

mod compose;
mod deliver_notices;
mod prune_notices;
mod purchase_notices;
mod scan_expiring_keys;
mod test_telegram;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    compose::NoticeError,
    deliver_notices::DeliverNotices,
    prune_notices::PruneNotices,
    purchase_notices::PurchaseNotices,
    scan_expiring_keys::ScanExpiringKeys,
    test_telegram::{TestTelegram, TestTelegramError},
};

/// The notices to companies.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Notifications {
    pub deliver: DeliverNotices,
    pub scan_expiring_keys: ScanExpiringKeys,
    pub prune: PruneNotices,
    pub test_telegram: TestTelegram,
}

impl Notifications {
    /// The use cases of this area. `purchases` has what notices say of purchases.
    pub(crate) fn new(ports: &Ports, purchases: Arc<dyn PurchaseNotices>) -> Self {
        Self {
            deliver: DeliverNotices::new(ports, purchases),
            scan_expiring_keys: ScanExpiringKeys {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
            },
            prune: PruneNotices { storage: Arc::clone(&ports.storage) },
            test_telegram: TestTelegram {
                storage: Arc::clone(&ports.storage),
                vault: Arc::clone(&ports.vault),
                notifier: Arc::clone(&ports.notifier),
            },
        }
    }
}
