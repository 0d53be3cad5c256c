//! What companies are told by their Telegram bots.

mod test_telegram;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::test_telegram::{TestTelegram, TestTelegramError};

/// The notices to companies.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Notifications {
    pub test_telegram: TestTelegram,
}

impl Notifications {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            test_telegram: TestTelegram {
                storage: Arc::clone(&ports.storage),
                vault: Arc::clone(&ports.vault),
                notifier: Arc::clone(&ports.notifier),
            },
        }
    }
}
