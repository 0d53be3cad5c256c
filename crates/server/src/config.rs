//! The configuration: environment variables, read once at the start.
//!
//! Each field of the structs below is one variable of the same name. Its comment is its line in `--help` and in the
//! README's table. A wrong or missing value stops the start with one sentence that names the variable.

mod cors_origins;
mod database;
mod database_url;
mod encryption_keys;
mod first_super_admin;
mod help;
mod http;
mod keys;
mod limits;
mod log;
mod notices;
mod payments;
mod read;
mod routers;
mod value;

use clap::Parser;
use portero_application::Settings;

use crate::demo::SimulatedGateways;

pub(crate) use self::{
    database::{DatabaseConfig, MigrateConfig},
    encryption_keys::EncryptionKeys,
    first_super_admin::FirstSuperAdmin,
    help::help,
    log::{LogConfig, LogFormat},
    read::{ConfigError, environment, read},
};

/// Everything that the service needs.
#[derive(Debug, Parser)]
pub(crate) struct Config {
    #[command(flatten)]
    pub(crate) database: DatabaseConfig,
    #[command(flatten)]
    pub(crate) http: http::HttpConfig,
    #[command(flatten)]
    pub(crate) keys: keys::KeyConfig,
    #[command(flatten)]
    pub(crate) first_super_admin: first_super_admin::FirstSuperAdminConfig,
    #[command(flatten)]
    pub(crate) limits: limits::LimitConfig,
    #[command(flatten)]
    pub(crate) routers: routers::RouterConfig,
    #[command(flatten)]
    pub(crate) payments: payments::PaymentConfig,
    #[command(flatten)]
    pub(crate) notices: notices::NoticeConfig,
    #[command(flatten)]
    pub(crate) log: LogConfig,
}

impl Config {
    /// Reads the configuration from `source`.
    pub(crate) fn read(source: read::Source<'_>) -> Result<Self, ConfigError> {
        let config: Self = read(source)?;
        if config.keys.jwt_apikey_secret == config.keys.jwt_session_secret {
            return Err(ConfigError::new("JWT_SESSION_SECRET", "must differ from JWT_APIKEY_SECRET"));
        }
        Ok(config)
    }

    /// The configured payment gateways and messenger, of which the operator says that they are simulators.
    pub(crate) fn simulated_gateways(&self) -> SimulatedGateways {
        let (conekta, mercado_pago) = self.payments.addresses();
        SimulatedGateways { conekta, mercado_pago, telegram: self.notices.address() }
    }

    /// What the use cases need to know.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            api_key_life: self.keys.api_key_life(),
            session_life: self.keys.session_life(),
            health_checks: self.routers.health_checks(),
            patience: self.payments.patience(),
            gateway_timeout: self.payments.gateway_timeout(),
            public_base_url: self.payments.public_base_url(),
            default_conekta_key: self.payments.default_conekta_key(),
            default_conekta_public_key: self.payments.default_conekta_public_key(),
        }
    }
}

#[cfg(test)]
mod tests;
