//! Portero's ports served by PostgreSQL, RouterOS, HTTP, JWT, argon2, AES-GCM and the system.
//!
//! | port | who plays it |
//! |---|---|
//! | `UnitOfWork` and all that it reaches | [`postgres::PgUnitOfWork`] |
//! | `Gate` | [`postgres::PgGate`] |
//! | `Hotspot`, `RouterProbe` | [`routeros::RouterOs`] |
//! | `CardGateway` | [`gateways::Conekta`], [`gateways::MercadoPago`] |
//! | `Notifier` | [`notifier::Telegram`] |
//! | `ApiKeyTokens`, `SessionTokens` | [`jwt::JwtApiKeyTokens`], [`jwt::JwtSessionTokens`] |
//! | `Passwords` | [`passwords::Argon2Passwords`] |
//! | `CardGateway` | [`gateways::Conekta`], [`gateways::MercadoPago`] |
//! | `WebhookSignatures` | [`gateways::RingSignatures`] |
//! | `Vault` | [`vault::AesVault`] |
//! | `Clock`, `Ids` | [`system::SystemClock`], [`system::NanoIds`] |

pub mod blocking;
pub mod gateways;
mod http_client;
pub mod jwt;
pub mod notifier;
pub mod passwords;
pub mod postgres;
pub mod routeros;
pub mod system;
pub mod vault;

pub use blocking::BlockingPool;
pub use http_client::{BadUrl, HttpClient, HttpLimits};
pub use jwt::{JwtApiKeyTokens, JwtSessionTokens, SecretTooShort};
pub use passwords::Argon2Passwords;
pub use postgres::{MigrateError, PgExecutor, PgGate, PgUnitOfWork, migrate};
pub use routeros::{NoNetwork, RouterNetworks, RouterOs};
pub use system::{NanoIds, SystemClock};
pub use vault::AesVault;

#[cfg(feature = "bench")]
pub use postgres::PgSingleGate;
