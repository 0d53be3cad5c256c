//! Webhooks of the payment gateways: received, then processed, and deleted when they are old.

mod process_webhooks;
mod prune_webhooks;
mod receive_webhook;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    process_webhooks::{ChargeReports, Noted, ProcessWebhooks},
    prune_webhooks::PruneWebhooks,
    receive_webhook::{ConektaAccount, Notice, ReceiveWebhook, ReceiveWebhookError, WebhookSender},
};

/// Webhooks.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Webhooks {
    pub receive: ReceiveWebhook,
    pub process: ProcessWebhooks,
    pub prune: PruneWebhooks,
}

impl Webhooks {
    /// The use cases of this area. [`ProcessWebhooks`] is made with the part that it reports to.
    pub(crate) fn new(ports: &Ports, reports: Arc<dyn ChargeReports>) -> Self {
        Self {
            receive: ReceiveWebhook {
                storage: Arc::clone(&ports.storage),
                vault: Arc::clone(&ports.vault),
                signatures: Arc::clone(&ports.webhook_signatures),
            },
            process: ProcessWebhooks::new(ports, reports),
            prune: PruneWebhooks { storage: Arc::clone(&ports.storage) },
        }
    }
}
