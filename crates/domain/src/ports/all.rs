use std::sync::Arc;

use super::{
    ApiKeyTokens, Clock, Gate, Gateways, Hotspot, Ids, Notifier, Passwords, RouterProbe, SessionTokens, UnitOfWork,
    Vault, WebhookSignatures,
};

/// One adapter for each port.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a port has nothing to show")]
pub struct Ports {
    /// The store.
    pub storage: Arc<dyn UnitOfWork>,
    /// The gate of the captive portals.
    pub gate: Arc<dyn Gate>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of fresh ids.
    pub ids: Arc<dyn Ids>,
    /// The signer of API keys.
    pub api_key_tokens: Arc<dyn ApiKeyTokens>,
    /// The signer of sessions.
    pub session_tokens: Arc<dyn SessionTokens>,
    /// The hasher of people's passwords.
    pub passwords: Arc<dyn Passwords>,
    /// The vault that encrypts secrets.
    pub vault: Arc<dyn Vault>,
    /// The hotspots of the routers.
    pub hotspot: Arc<dyn Hotspot>,
    /// The payment gateways.
    pub gateways: Gateways,
    /// The messenger of the companies' bots.
    pub notifier: Arc<dyn Notifier>,
    /// The check of the payment gateways' webhooks.
    pub webhook_signatures: Arc<dyn WebhookSignatures>,
    /// The health checks and log-in checks of the routers.
    pub router_probe: Arc<dyn RouterProbe>,
}
