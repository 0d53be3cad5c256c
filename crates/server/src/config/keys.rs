//! The secrets that sign tokens and encrypt what is stored.

use clap::{Args, ValueEnum};
use portero_domain::secret::Secret;
use time::Duration;

use super::{
    EncryptionKeys,
    encryption_keys::{EncryptionKey, OldEncryptionKeys},
    value::{signing_secret, whole_number},
};

/// The secrets, and how long tokens are valid.
#[derive(Args, Debug)]
pub(crate) struct KeyConfig {
    /// Signs API keys; 32 bytes or more
    #[arg(long, env, hide_env_values = true, value_parser = signing_secret)]
    pub(crate) jwt_apikey_secret: Secret,
    /// Signs sessions; 32 bytes or more, different from `JWT_APIKEY_SECRET`
    #[arg(long, env, hide_env_values = true, value_parser = signing_secret)]
    pub(crate) jwt_session_secret: Secret,
    /// How tokens are signed; no other value is accepted
    #[arg(long, env, default_value = "HS256")]
    pub(crate) jwt_algorithm: SigningAlgorithm,
    /// Days that an API key is valid
    #[arg(long, env, default_value = "365", value_parser = whole_number(1, 36_500))]
    jwt_apikey_expire_days: u32,
    /// Hours that a session is valid
    #[arg(long, env, default_value = "24", value_parser = whole_number(1, 8_760))]
    jwt_session_expire_hours: u32,
    /// Encrypts stored secrets, such as the passwords of routers; base64 of 32 bytes (`head -c 32 /dev/urandom | base64`)
    #[arg(long, env, hide_env_values = true)]
    encryption_key: EncryptionKey,
    /// Earlier values of `ENCRYPTION_KEY`, which only decrypt; separated by commas
    #[arg(long, env, hide_env_values = true)]
    encryption_keys_old: Option<OldEncryptionKeys>,
    /// Start even if some stored secrets cannot be decrypted with the configured keys
    #[arg(long, env, default_value = "false", action = clap::ArgAction::Set)]
    pub(crate) allow_lost_secrets: bool,
}

/// How tokens are signed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SigningAlgorithm {
    /// HMAC with SHA-256.
    #[value(name = "HS256")]
    Hs256,
}

impl KeyConfig {
    pub(super) fn api_key_life(&self) -> Duration {
        Duration::days(self.jwt_apikey_expire_days.into())
    }

    pub(super) fn session_life(&self) -> Duration {
        Duration::hours(self.jwt_session_expire_hours.into())
    }

    /// The keys that encrypt and decrypt stored secrets.
    pub(crate) fn encryption(&self) -> EncryptionKeys {
        let old = self.encryption_keys_old.clone().unwrap_or_default();
        EncryptionKeys { current: self.encryption_key.0, old: old.0 }
    }
}
