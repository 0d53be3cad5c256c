//! The configuration: environment variables, read once at the start.
//!
//! A wrong or missing value stops the start with one sentence that names the variable.

mod limits;

use std::{
    env,
    net::{SocketAddr, ToSocketAddrs},
};

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use portero_application::{Settings, health::HealthChecks};
use portero_domain::{secret::Secret, text::Email, user::NewPassword};
use portero_http::web::{caller::TrustedProxies, limits::Rules};
use time::Duration;

/// A variable of the environment, for `--help`.
struct Variable {
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
}

const VARIABLES: [Variable; 27] = [
    Variable { name: "DATABASE_URL", default: "required", meaning: "PostgreSQL 15 or newer, as libpq takes it" },
    Variable { name: "DATABASE_POOL_SIZE", default: "10", meaning: "connections at most" },
    Variable { name: "BIND_ADDR", default: "127.0.0.1:8000", meaning: "where to listen" },
    Variable { name: "JWT_APIKEY_SECRET", default: "required", meaning: "signs API keys; 32 bytes or more" },
    Variable { name: "JWT_SESSION_SECRET", default: "required", meaning: "signs sessions; 32 bytes or more, another" },
    Variable { name: "JWT_APIKEY_EXPIRE_DAYS", default: "365", meaning: "how long an API key lives" },
    Variable { name: "JWT_SESSION_EXPIRE_HOURS", default: "24", meaning: "how long a session lives" },
    Variable { name: "ENCRYPTION_KEY", default: "required", meaning: "seals stored secrets; base64 of 32 bytes" },
    Variable { name: "ENCRYPTION_KEYS_OLD", default: "none", meaning: "open what was sealed before; comma list" },
    Variable {
        name: "SUPER_ADMIN_INITIAL_EMAIL",
        default: "none",
        meaning: "the first super admin, made when there is none",
    },
    Variable { name: "SUPER_ADMIN_INITIAL_PASSWORD", default: "none", meaning: "their password; 8 characters or more" },
    Variable {
        name: "BACKEND_CORS_ORIGINS",
        default: "none",
        meaning: "origins whose pages may call; comma or JSON list",
    },
    Variable {
        name: "PORTAL_GATE",
        default: "group",
        meaning: "group, or single: a statement for each call, to compare",
    },
    Variable { name: "RATE_LIMITS", default: "on", meaning: "on or off: whether there are limits at all" },
    Variable { name: "RATE_LIMIT_KEY", default: "100/s burst 400", meaning: "calls of portals with one key" },
    Variable { name: "RATE_LIMIT_ADDRESS", default: "50/s burst 200", meaning: "calls of portals from one address" },
    Variable { name: "RATE_LIMIT_WRONG_KEY", default: "1/s burst 30", meaning: "those of them without a good key" },
    Variable {
        name: "RATE_LIMIT_LOGIN_EMAIL",
        default: "6/min burst 10",
        meaning: "attempts to sign in as one e-mail",
    },
    Variable {
        name: "RATE_LIMIT_LOGIN_ADDRESS",
        default: "30/min burst 60",
        meaning: "attempts to sign in from one address",
    },
    Variable {
        name: "RATE_LIMIT_GUEST_USER",
        default: "6/min burst 12",
        meaning: "attempts to come back as one hotspot user",
    },
    Variable {
        name: "RATE_LIMIT_GUEST_ADDRESS",
        default: "60/min burst 300",
        meaning: "those from one address; a wrong one counts 15 times",
    },
    Variable {
        name: "TRUSTED_PROXIES",
        default: "none",
        meaning: "whose X-Forwarded-For is believed; addresses or blocks, comma list",
    },
    Variable {
        name: "ALLOW_LOOPBACK_ROUTERS",
        default: "false",
        meaning: "true or false: whether routers may be on this machine; for demos and tests",
    },
    Variable {
        name: "ALLOW_LOST_SECRETS",
        default: "false",
        meaning: "true or false: whether to start though stored secrets were sealed by a key that is not at hand",
    },
    Variable {
        name: "ROUTER_CHECK_INTERVAL_SECONDS",
        default: "60",
        meaning: "how often each router is looked at; 30 or more, 0 for never",
    },
    Variable { name: "RUST_LOG", default: "info", meaning: "what is logged" },
    Variable { name: "LOG_FORMAT", default: "text", meaning: "text or json" },
];

/// The variables, one a line.
pub(crate) fn help() -> String {
    let lines = VARIABLES.iter().map(|variable| {
        let Variable { name, default, meaning } = variable;
        format!("  {name:<29} {meaning} [{default}]")
    });
    format!("Environment:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// Where values come from: a variable's name in, its value out.
pub(crate) type Source<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's own environment.
pub(crate) fn environment(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// What is wrong with the configuration.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigError {
    name: &'static str,
    problem: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}.", self.name, self.problem)
    }
}

impl std::error::Error for ConfigError {}

type Read<T> = Result<T, ConfigError>;

fn wrong(name: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError { name, problem: problem.into() }
}

/// Everything that can be set.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) database: DatabaseConfig,
    pub(crate) bind: Vec<SocketAddr>,
    pub(crate) api_key_secret: Secret,
    pub(crate) session_secret: Secret,
    pub(crate) encryption: EncryptionKeys,
    pub(crate) settings: Settings,
    pub(crate) first_super_admin: Option<FirstSuperAdmin>,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) limits: Option<Rules>,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) allow_loopback_routers: bool,
    pub(crate) allow_lost_secrets: bool,
    /// Whether routers are looked at.
    pub(crate) watches_routers: bool,
    pub(crate) log_format: LogFormat,
}

/// Where the database is.
#[derive(Debug)]
pub(crate) struct DatabaseConfig {
    /// A connection string, which may hold a password.
    pub(crate) url: Secret,
    pub(crate) pool_size: u32,
    pub(crate) gate: GateKind,
}

/// How the calls of captive portals are admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GateKind {
    /// One statement for all who wait.
    Group,
    /// One statement for each call, to compare with.
    Single,
}

/// The keys that seal stored secrets. They are never shown.
pub(crate) struct EncryptionKeys {
    pub(crate) current: [u8; 32],
    pub(crate) old: Vec<[u8; 32]>,
}

impl std::fmt::Debug for EncryptionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EncryptionKeys(…)")
    }
}

/// The person who can sign in to a fresh installation.
#[derive(Clone, Debug)]
pub(crate) struct FirstSuperAdmin {
    pub(crate) email: Email,
    pub(crate) password: NewPassword,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl DatabaseConfig {
    /// What the variables about the database say.
    pub(crate) fn read(source: Source<'_>) -> Read<Self> {
        let pool_size = number(source, "DATABASE_POOL_SIZE", 10, 1, 1_000)?;
        let gate = match optional(source, "PORTAL_GATE").as_deref() {
            None | Some("group") => GateKind::Group,
            Some("single") => GateKind::Single,
            Some(_) => return Err(wrong("PORTAL_GATE", "must be group or single")),
        };
        Ok(Self { url: Secret::new(required(source, "DATABASE_URL")?), pool_size, gate })
    }
}

impl Config {
    /// What the variables say, all in all.
    pub(crate) fn read(source: Source<'_>) -> Read<Self> {
        let database = DatabaseConfig::read(source)?;
        let api_key_secret = signing_secret(source, "JWT_APIKEY_SECRET")?;
        let session_secret = signing_secret(source, "JWT_SESSION_SECRET")?;
        if api_key_secret == session_secret {
            return Err(wrong("JWT_SESSION_SECRET", "must differ from JWT_APIKEY_SECRET"));
        }
        let encryption = EncryptionKeys {
            current: encryption_key("ENCRYPTION_KEY", &required(source, "ENCRYPTION_KEY")?)?,
            old: list(source, "ENCRYPTION_KEYS_OLD")
                .iter()
                .map(|key| encryption_key("ENCRYPTION_KEYS_OLD", key))
                .collect::<Read<_>>()?,
        };
        let check_interval = check_interval(source)?;
        let settings = Settings {
            api_key_life: Duration::days(number(source, "JWT_APIKEY_EXPIRE_DAYS", 365, 1, 36_500)?.into()),
            session_life: Duration::hours(number(source, "JWT_SESSION_EXPIRE_HOURS", 24, 1, 8_760)?.into()),
            health_checks: check_interval
                .map_or_else(HealthChecks::default, |interval| HealthChecks { interval, ..HealthChecks::default() }),
        };
        Ok(Self {
            database,
            bind: bind_address(source)?,
            api_key_secret,
            session_secret,
            encryption,
            settings,
            first_super_admin: first_super_admin(source)?,
            cors_origins: cors_origins(source)?,
            limits: limits::rules(source)?,
            trusted_proxies: limits::trusted_proxies(source)?,
            allow_loopback_routers: flag(source, "ALLOW_LOOPBACK_ROUTERS", false)?,
            allow_lost_secrets: flag(source, "ALLOW_LOST_SECRETS", false)?,
            watches_routers: check_interval.is_some(),
            log_format: log_format(source)?,
        })
    }
}

/// What `LOG_FORMAT` says.
pub(crate) fn log_format(source: Source<'_>) -> Read<LogFormat> {
    match optional(source, "LOG_FORMAT").as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(_) => Err(wrong("LOG_FORMAT", "must be text or json")),
    }
}

/// The value, unless it is not there or empty.
fn optional(source: Source<'_>, name: &'static str) -> Option<String> {
    source(name).filter(|value| !value.trim().is_empty())
}

fn required(source: Source<'_>, name: &'static str) -> Read<String> {
    optional(source, name).ok_or_else(|| wrong(name, "is not set"))
}

fn flag(source: Source<'_>, name: &'static str, default: bool) -> Read<bool> {
    match optional(source, name).as_deref() {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(wrong(name, "must be true or false")),
    }
}

fn number(source: Source<'_>, name: &'static str, default: u32, least: u32, most: u32) -> Read<u32> {
    let Some(value) = optional(source, name) else { return Ok(default) };
    let number = value.trim().parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| wrong(name, format!("must be a whole number from {least} to {most}")))
}

/// How often each router is looked at, if ever. More often than every 30 seconds, a look could meet the one before.
fn check_interval(source: Source<'_>) -> Read<Option<Duration>> {
    const NAME: &str = "ROUTER_CHECK_INTERVAL_SECONDS";
    match number(source, NAME, 60, 0, 86_400) {
        Ok(0) => Ok(None),
        Ok(seconds @ 30..) => Ok(Some(Duration::seconds(seconds.into()))),
        _ => Err(wrong(NAME, "must be 0, or a whole number from 30 to 86400")),
    }
}

/// A list by commas, or as JSON writes a list of texts.
fn list(source: Source<'_>, name: &'static str) -> Vec<String> {
    let value = optional(source, name).unwrap_or_default();
    let value = value.trim();
    let value = value.strip_prefix('[').and_then(|value| value.strip_suffix(']')).unwrap_or(value);
    let items = value.split(',').map(|item| item.trim().trim_matches('"').trim());
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

fn signing_secret(source: Source<'_>, name: &'static str) -> Read<Secret> {
    let secret = required(source, name)?;
    if secret.len() < 32 {
        return Err(wrong(name, "must have 32 bytes or more"));
    }
    Ok(Secret::new(secret))
}

/// 32 bytes in base64, of either alphabet, padded or not.
fn encryption_key(name: &'static str, text: &str) -> Read<[u8; 32]> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = text.trim();
    [alphabet::STANDARD, alphabet::URL_SAFE]
        .iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, lenient).decode(text).ok())
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| wrong(name, "must be base64 of 32 bytes"))
}

fn bind_address(source: Source<'_>) -> Read<Vec<SocketAddr>> {
    let text = optional(source, "BIND_ADDR").unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    match text.trim().to_socket_addrs().map(Vec::from_iter) {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        _ => Err(wrong("BIND_ADDR", "must be an address and a port, such as 127.0.0.1:8000")),
    }
}

fn cors_origins(source: Source<'_>) -> Read<Vec<String>> {
    let origins = list(source, "BACKEND_CORS_ORIGINS");
    let fits = |origin: &String| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*']))
    };
    if origins == ["*"] || origins.iter().all(fits) {
        return Ok(origins);
    }
    Err(wrong("BACKEND_CORS_ORIGINS", "must be * or origins such as https://panel.example, without a path"))
}

fn first_super_admin(source: Source<'_>) -> Read<Option<FirstSuperAdmin>> {
    const EMAIL: &str = "SUPER_ADMIN_INITIAL_EMAIL";
    const PASSWORD: &str = "SUPER_ADMIN_INITIAL_PASSWORD";
    match (optional(source, EMAIL), optional(source, PASSWORD)) {
        (None, None) => Ok(None),
        (Some(_), None) => Err(wrong(PASSWORD, "is not set, though SUPER_ADMIN_INITIAL_EMAIL is")),
        (None, Some(_)) => Err(wrong(EMAIL, "is not set, though SUPER_ADMIN_INITIAL_PASSWORD is")),
        (Some(email), Some(password)) => Ok(Some(FirstSuperAdmin {
            email: Email::parse(&email).map_err(|_| wrong(EMAIL, "must be an e-mail address"))?,
            password: NewPassword::parse(&password).map_err(|error| wrong(PASSWORD, format!("is refused: {error}")))?,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A complete configuration, with some variables set otherwise.
    fn read(changes: &[(&str, &str)]) -> Read<Config> {
        let complete = [
            ("DATABASE_URL", "postgres://portero@localhost/portero"),
            ("JWT_APIKEY_SECRET", "an API key secret of 32 bytes or"),
            ("JWT_SESSION_SECRET", "a session secret of 32 bytes or so"),
            ("ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ];
        Config::read(&|name| {
            let all = changes.iter().chain(&complete);
            all.into_iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_not_set_has_the_documented_default() {
        let config = read(&[]).unwrap();
        assert_eq!(config.database.pool_size, 10);
        assert_eq!(config.bind, ["127.0.0.1:8000".parse().unwrap()]);
        assert_eq!(config.settings, Settings::default());
        assert!(config.watches_routers);
        assert_eq!(config.log_format, LogFormat::Text);
        assert!(config.cors_origins.is_empty() && config.first_super_admin.is_none());
        assert!(config.limits.is_some());
        assert_eq!(config.trusted_proxies, TrustedProxies::default());
    }

    #[test]
    fn a_wrong_or_missing_value_is_named() {
        for (name, value) in [
            ("DATABASE_URL", ""),
            ("DATABASE_POOL_SIZE", "0"),
            ("DATABASE_POOL_SIZE", "ten"),
            ("BIND_ADDR", "8000"),
            ("JWT_APIKEY_SECRET", "short"),
            ("JWT_SESSION_SECRET", " "),
            ("JWT_SESSION_SECRET", "an API key secret of 32 bytes or"),
            ("JWT_APIKEY_EXPIRE_DAYS", "-1"),
            ("JWT_SESSION_EXPIRE_HOURS", "1.5"),
            ("ENCRYPTION_KEY", "AAAA"),
            ("ENCRYPTION_KEY", "not base64 at all, of whatever size"),
            ("ENCRYPTION_KEYS_OLD", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAA"),
            ("BACKEND_CORS_ORIGINS", "panel.example"),
            ("BACKEND_CORS_ORIGINS", "https://a.example,*"),
            ("BACKEND_CORS_ORIGINS", "https://a.example/path"),
            ("LOG_FORMAT", "xml"),
            ("PORTAL_GATE", "wide"),
            ("ALLOW_LOOPBACK_ROUTERS", "perhaps"),
            ("ALLOW_LOST_SECRETS", "perhaps"),
            ("ROUTER_CHECK_INTERVAL_SECONDS", "29"),
            ("ROUTER_CHECK_INTERVAL_SECONDS", "86401"),
            ("ROUTER_CHECK_INTERVAL_SECONDS", "never"),
            ("RATE_LIMITS", "perhaps"),
            ("RATE_LIMIT_KEY", "many"),
            ("RATE_LIMIT_ADDRESS", "0/s"),
            ("RATE_LIMIT_WRONG_KEY", "1/day"),
            ("RATE_LIMIT_LOGIN_EMAIL", "6"),
            ("RATE_LIMIT_LOGIN_ADDRESS", "30/min burst"),
            ("RATE_LIMIT_GUEST_USER", "6/day"),
            ("RATE_LIMIT_GUEST_ADDRESS", "none"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert_eq!(error.name, name, "{value:?}: {error}");
            assert!(VARIABLES.iter().any(|variable| variable.name == name), "{name} is not in --help");
        }
    }

    #[test]
    fn routers_are_looked_at_as_often_as_is_set_or_never() {
        let checks = |seconds| {
            let config = read(&[("ROUTER_CHECK_INTERVAL_SECONDS", seconds)]).unwrap();
            config.watches_routers.then_some(config.settings.health_checks)
        };
        let every = |interval| Some(HealthChecks { interval, ..HealthChecks::default() });
        assert_eq!(checks("30"), every(Duration::seconds(30)));
        assert_eq!(checks("86400"), every(Duration::DAY));
        assert_eq!(checks("60"), Some(HealthChecks::default()));
        assert_eq!(checks("0"), None);
    }

    #[test]
    fn half_a_first_super_admin_is_refused() {
        assert_eq!(read(&[("SUPER_ADMIN_INITIAL_EMAIL", "a@b.mx")]).unwrap_err().name, "SUPER_ADMIN_INITIAL_PASSWORD");
        assert_eq!(
            read(&[("SUPER_ADMIN_INITIAL_PASSWORD", "12345678")]).unwrap_err().name,
            "SUPER_ADMIN_INITIAL_EMAIL"
        );
        let both = [("SUPER_ADMIN_INITIAL_EMAIL", "a@b.mx"), ("SUPER_ADMIN_INITIAL_PASSWORD", "1234567")];
        assert_eq!(read(&both).unwrap_err().name, "SUPER_ADMIN_INITIAL_PASSWORD");
    }

    #[test]
    fn lists_come_by_commas_or_as_json() {
        let expected = ["https://a.example", "http://b.example:8080"];
        for text in ["https://a.example, http://b.example:8080", r#"["https://a.example","http://b.example:8080"]"#] {
            assert_eq!(read(&[("BACKEND_CORS_ORIGINS", text)]).unwrap().cors_origins, expected);
        }
    }

    #[test]
    fn limits_are_sized_one_by_one_and_switched_off_together() {
        let limits = |changes| read(changes).unwrap().limits;
        let mut rules = limits(&[]).unwrap();
        let changes = [("RATE_LIMIT_KEY", "5/s burst 7")];
        assert_ne!(limits(&changes).unwrap(), rules);
        rules.key = "5/s burst 7".parse().unwrap();
        assert_eq!(limits(&changes).unwrap(), rules);
        assert_eq!(limits(&[("RATE_LIMITS", "off")]), None);
        assert_eq!(read(&[("RATE_LIMITS", "off"), ("RATE_LIMIT_KEY", "x")]).unwrap_err().name, "RATE_LIMIT_KEY");
    }

    #[test]
    fn trusted_proxies_are_addresses_and_blocks() {
        let expected = ["10.0.0.0/8", "::1"].map(|text| text.parse().unwrap()).into_iter().collect();
        let changes = [("TRUSTED_PROXIES", "10.0.0.0/8, ::1"), ("RATE_LIMITS", "off")];
        assert_eq!(read(&changes).unwrap().trusted_proxies, expected);
    }

    #[test]
    fn the_help_names_the_defaults_of_the_limits() {
        let default = |name| VARIABLES.iter().find(|variable| variable.name == name).unwrap().default.parse().unwrap();
        let rules = read(&[]).unwrap().limits.unwrap();
        assert_eq!(rules.key, default("RATE_LIMIT_KEY"));
        assert_eq!(rules.address, default("RATE_LIMIT_ADDRESS"));
        assert_eq!(rules.wrong_key, default("RATE_LIMIT_WRONG_KEY"));
        assert_eq!(rules.login_email, default("RATE_LIMIT_LOGIN_EMAIL"));
        assert_eq!(rules.login_address, default("RATE_LIMIT_LOGIN_ADDRESS"));
        assert_eq!(rules.guest_user, default("RATE_LIMIT_GUEST_USER"));
        assert_eq!(rules.guest_address, default("RATE_LIMIT_GUEST_ADDRESS"));
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!("{:?}", read(&[]).unwrap());
        for secret in ["postgres://", "bytes", "AAAA", "[0, 0"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
