//! The keys of the routers.

mod api_key_history;
mod api_key_status;
mod regenerate_api_key;
mod revoke_api_key;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::Settings;

pub use self::{
    api_key_history::ApiKeyHistory,
    api_key_status::{ActiveKey, ApiKeyStatus, RouterKeyStatus},
    regenerate_api_key::{RegenerateApiKey, RegenerateApiKeyError, RegeneratedKey},
    revoke_api_key::{RevokeApiKey, RevokeApiKeyError},
};

/// The API keys of the routers.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct ApiKeys {
    pub regenerate: RegenerateApiKey,
    pub revoke: RevokeApiKey,
    pub history: ApiKeyHistory,
    pub status: ApiKeyStatus,
}

impl ApiKeys {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            regenerate: RegenerateApiKey {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                ids: Arc::clone(&ports.ids),
                tokens: Arc::clone(&ports.api_key_tokens),
                life: settings.api_key_life,
            },
            revoke: RevokeApiKey { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock) },
            history: ApiKeyHistory { storage: Arc::clone(&ports.storage) },
            status: ApiKeyStatus { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock) },
        }
    }
}
