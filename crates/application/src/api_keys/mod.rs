//! The keys of the routers.

mod api_key_history;
mod api_key_status;
mod regenerate_api_key;
mod revoke_api_key;

pub use self::{
    api_key_history::ApiKeyHistory,
    api_key_status::{ActiveKey, ApiKeyStatus, KeyStatus},
    regenerate_api_key::{RegenerateApiKey, RegenerateApiKeyError, RegeneratedKey},
    revoke_api_key::{RevokeApiKey, RevokeApiKeyError},
};
