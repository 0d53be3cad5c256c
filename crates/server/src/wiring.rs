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
    AesVault, Argon2Passwords, JwtApiKeyTokens, JwtSessionTokens, NanoIds, PgExecutor, PgUnitOfWork, SystemClock,
    gateways::RingSignatures,
};
use portero_application::Application;

use portero_domain::ports::{Gate, Hotspot, Ports};
use portero_http::web::limits::{Limits, Rules};

use crate::{
    config::{Config, FirstSuperAdmin},
    connections::Timeouts,
};

/// The whole program, ready to run a command.
pub(crate) struct Wiring {
    pub(crate) application: Data<Application>,
    pub(crate) bind: Vec<SocketAddr>,
    pub(crate) timeouts: Timeouts,
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
        let encryption = config.keys.encryption();
        let routers = Arc::new(config.routers.routers()?);
        let ports = Ports {
            storage: Arc::new(PgUnitOfWork::new(executor)),
            gate: gate(url)?,
            clock: Arc::new(SystemClock),
            ids: Arc::new(NanoIds::new().map_err(|_| anyhow!("the system has no randomness to give."))?),
            api_key_tokens: Arc::new(JwtApiKeyTokens::new(config.keys.jwt_apikey_secret.expose().as_bytes())?),
            session_tokens: Arc::new(JwtSessionTokens::new(config.keys.jwt_session_secret.expose().as_bytes())?),
            passwords: Arc::new(Argon2Passwords::new()?),
            vault: Arc::new(AesVault::new(encryption.current, encryption.old)?),
            gateways: config.payments.gateways()?,
            webhook_signatures: Arc::new(RingSignatures),
            notifier: config.notices.notifier()?,
            hotspot: Arc::clone(&routers) as Arc<dyn Hotspot>,
            router_probe: routers,
        };
        Ok(Self {
            application: Data::new(Application::new(&ports, &config.settings())),
            bind: config.http.bind(),
            timeouts: config.http.timeouts(),
            http: portero_http::Options {
                cors_origins: config.http.cors_origins(),
                limits: config.limits.rules().as_ref().map(limits),
                trusted_proxies: Data::new(config.http.trusted_proxies()),
                body_timeout: config.http.body_timeout(),
            },
            first_super_admin: config.first_super_admin.user(),
            watches_routers: config.routers.checks_routers(),
            allow_lost_secrets: config.keys.allow_lost_secrets,
        })
    }
}

#[cfg(not(feature = "bench"))]
fn gate(url: &str) -> anyhow::Result<Arc<dyn Gate>> {
    Ok(Arc::new(portero_adapters::PgGate::new(url)?))
}

/// `make bench` compares the gate with one that sends a statement for each request. `BENCH_GATE=single` selects that one.
#[cfg(feature = "bench")]
fn gate(url: &str) -> anyhow::Result<Arc<dyn Gate>> {
    Ok(match std::env::var("BENCH_GATE").as_deref() {
        Ok("single") => Arc::new(portero_adapters::PgSingleGate::new(url, 10)),
        _ => Arc::new(portero_adapters::PgGate::new(url)?),
    })
}

/// The limits, by the monotonic clock: setting the system's time neither locks anyone out nor lets them in.
fn limits(rules: &Rules) -> Data<Limits> {
    let (seed, start) = (RandomState::new().hash_one(()), Instant::now());
    Data::new(Limits::new(rules, seed, move || start.elapsed()))
}
