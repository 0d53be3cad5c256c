//! Which adapter plays which of the domain's roles.

use std::{
    hash::{BuildHasher, RandomState},
    net::SocketAddr,
    sync::Arc,
    time::Instant,
};

use actix_web::web::Data;
use anyhow::anyhow;
use portero_adapters::{
    AesVault, Argon2Passwords, JwtApiKeyTokens, JwtSessionTokens, NanoIds, PgExecutor, PgGate, PgGroupGate,
    PgUnitOfWork, RouterOs, SystemClock,
};
use portero_application::Application;

use portero_domain::ports::{Gate, Hotspot, Ports};
use portero_http::web::limits::{Limits, Rules};

use crate::config::{Config, FirstSuperAdmin, GateKind};

/// The whole program, ready to run a command.
pub(crate) struct Wiring {
    pub(crate) application: Data<Application>,
    pub(crate) bind: Vec<SocketAddr>,
    pub(crate) http: portero_http::Options,
    pub(crate) first_super_admin: Option<FirstSuperAdmin>,
    pub(crate) watches_routers: bool,
    /// Whether to serve though stored secrets do not open.
    pub(crate) allow_lost_secrets: bool,
}

impl Wiring {
    /// Wires everything together. Nothing is connected to yet.
    pub(crate) fn new(config: &Config) -> anyhow::Result<Self> {
        let url = config.database.database_url.expose();
        let executor = PgExecutor::new(url, config.database.database_pool_size);
        let gate: Arc<dyn Gate> = match config.database.portal_gate {
            GateKind::Group => Arc::new(PgGroupGate::new(url)?),
            GateKind::Single => Arc::new(PgGate::new(executor.clone())),
        };
        let encryption = config.keys.encryption();
        let routers = Arc::new(RouterOs::new(config.routers.allow_loopback_routers)?);
        let ports = Ports {
            storage: Arc::new(PgUnitOfWork::new(executor)),
            gate,
            clock: Arc::new(SystemClock),
            ids: Arc::new(NanoIds::new().map_err(|_| anyhow!("the system has no randomness to give."))?),
            api_key_tokens: Arc::new(JwtApiKeyTokens::new(config.keys.jwt_apikey_secret.expose().as_bytes())?),
            session_tokens: Arc::new(JwtSessionTokens::new(config.keys.jwt_session_secret.expose().as_bytes())?),
            passwords: Arc::new(Argon2Passwords::new()?),
            vault: Arc::new(AesVault::new(encryption.current, encryption.old)?),
            hotspot: Arc::clone(&routers) as Arc<dyn Hotspot>,
            router_probe: routers,
        };
        Ok(Self {
            application: Data::new(Application::new(&ports, &config.settings())),
            bind: config.http.bind(),
            http: portero_http::Options {
                cors_origins: config.http.cors_origins(),
                limits: config.limits.rules().as_ref().map(limits),
                trusted_proxies: Data::new(config.http.trusted_proxies()),
            },
            first_super_admin: config.first_super_admin.user(),
            watches_routers: config.routers.checks_routers(),
            allow_lost_secrets: config.keys.allow_lost_secrets,
        })
    }
}

/// The limits, by the monotonic clock: setting the system's time neither locks anyone out nor lets them in.
fn limits(rules: &Rules) -> Data<Limits> {
    let (seed, start) = (RandomState::new().hash_one(()), Instant::now());
    Data::new(Limits::new(rules, seed, move || start.elapsed()))
}
