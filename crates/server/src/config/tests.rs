use std::{ffi::OsString, fs, os::unix::ffi::OsStringExt};

use portero_application::health::HealthChecks;
use portero_domain::{secret::Secret, text::ForeignId};
use portero_http::web::caller::TrustedProxies;
use time::Duration;

use super::*;

const COMPLETE: [(&str, &str); 4] = [
    ("DATABASE_URL", "postgres://portero@localhost/portero"),
    ("JWT_APIKEY_SECRET", "an API key secret of 32 bytes or"),
    ("JWT_SESSION_SECRET", "a session secret of 32 bytes or so"),
    ("ENCRYPTION_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
];

/// A complete configuration, with some variables set otherwise.
fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::read(&|name| {
        let all = changes.iter().chain(&COMPLETE);
        all.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    })
}

fn cors_origins(text: &str) -> Vec<String> {
    read(&[("BACKEND_CORS_ORIGINS", text)]).unwrap().http.cors_origins()
}

#[test]
fn what_is_not_set_has_the_documented_default() {
    for changes in
        [&[][..], &[("DATABASE_POOL_SIZE", " "), ("BIND_ADDR", ""), ("RATE_LIMITS", ""), ("LOG_FORMAT", "\n")]]
    {
        let config = read(changes).unwrap();
        assert_eq!(config.database.database_pool_size, 10);
        assert_eq!(config.http.bind(), ["127.0.0.1:8000".parse().unwrap()]);
        assert_eq!(config.settings(), Settings::default());
        assert!(config.routers.checks_routers());
        assert_eq!(config.log.log_format, LogFormat::Text);
        assert!(config.http.cors_origins().is_empty() && config.first_super_admin.user().is_none());
        assert!(config.limits.rules().is_some());
        assert_eq!(config.http.trusted_proxies(), TrustedProxies::default());
    }
}

#[test]
fn a_wrong_or_missing_value_is_named() {
    for (name, value) in [
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://portero@localhost/portero"),
        ("DATABASE_URL", "postgresql+asyncpg://portero@localhost/portero?ssl=perhaps"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_SIZE", "ten"),
        ("BIND_ADDR", "8000"),
        ("JWT_APIKEY_SECRET", "short"),
        ("JWT_SESSION_SECRET", " "),
        ("JWT_SESSION_SECRET", "an API key secret of 32 bytes or"),
        ("JWT_ALGORITHM", "RS256"),
        ("JWT_APIKEY_EXPIRE_DAYS", "-1"),
        ("JWT_SESSION_EXPIRE_HOURS", "1.5"),
        ("ENCRYPTION_KEY", "AAAA"),
        ("ENCRYPTION_KEY", "not base64 at all, of whatever size"),
        ("ENCRYPTION_KEYS_OLD", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAA"),
        ("BACKEND_CORS_ORIGINS", "panel.example"),
        ("BACKEND_CORS_ORIGINS", "https://a.example,*"),
        ("BACKEND_CORS_ORIGINS", "https://a.example/path"),
        ("BACKEND_CORS_ORIGINS", "https://a.example?query"),
        ("BACKEND_CORS_ORIGINS", "https://a.example#part"),
        ("BACKEND_CORS_ORIGINS", "https://user@a.example"),
        ("BACKEND_CORS_ORIGINS", "https://user:password@a.example"),
        ("BACKEND_CORS_ORIGINS", "https://a.example:port"),
        ("BACKEND_CORS_ORIGINS", "https://*.example"),
        ("BACKEND_CORS_ORIGINS", "ftp://a.example"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "portero=loud"),
        ("ROUTER_NETWORKS", "10.0.0.0/33"),
        ("RATE_LIMIT_DIAL", "20"),
        ("HTTP_KEEP_ALIVE_SECONDS", "0"),
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
        ("RATE_LIMIT_CHANGE_PASSWORD", "6/day"),
        ("RATE_LIMIT_CREATE_USER", "1/min burst 0"),
        ("RATE_LIMIT_GUEST_USER", "6/day"),
        ("RATE_LIMIT_GUEST_ADDRESS", "none"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"),
        ("PUBLIC_BASE_URL", "portero.example"),
        ("PUBLIC_BASE_URL", "https://portero.example?query"),
        ("CONEKTA_DEFAULT_PRIVATE_KEY", "key\u{7}"),
        ("CONEKTA_DEFAULT_PUBLIC_KEY", "key\u{7}"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!(error.name, name, "{value:?}: {error}");
        let text = error.to_string();
        assert!(text.ends_with('.') && text.lines().count() == 1, "{text}");
    }
}

#[test]
fn the_sentence_says_what_is_accepted() {
    let sentence = |name, value| read(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(sentence("LOG_FORMAT", "xml"), "LOG_FORMAT must be text or json.");
    assert_eq!(sentence("ALLOW_LOST_SECRETS", "1"), "ALLOW_LOST_SECRETS must be true or false.");
    assert_eq!(sentence("DATABASE_POOL_SIZE", "0"), "DATABASE_POOL_SIZE must be a whole number from 1 to 1000.");
    assert_eq!(sentence("DATABASE_URL", ""), "DATABASE_URL is not set.");
    assert_eq!(sentence("JWT_ALGORITHM", "RS256"), "JWT_ALGORITHM must be HS256.");
}

#[test]
fn what_the_existing_system_sets_besides_is_accepted() {
    let changes = [
        ("JWT_ALGORITHM", "HS256"),
        ("SECRET_KEY", "x"),
        ("BCRYPT_ROUNDS", "12"),
        ("DEBUG", "True"),
        ("APP_NAME", "Hotspot"),
        ("ENCRYPTION_KEY_MERCADO_PAGO", "x"),
    ];
    read(&changes).unwrap();
}

#[test]
fn quotes_and_white_space_around_a_value_are_dropped() {
    let changes = [("DATABASE_POOL_SIZE", "\"12\"\r\n"), ("LOG_FORMAT", " 'json' ")];
    let config = read(&changes).unwrap();
    assert_eq!((config.database.database_pool_size, config.log.log_format), (12, LogFormat::Json));
}

#[test]
fn a_value_that_is_not_utf8_is_named() {
    let wrong = |name: &str| (name == "LOG_FORMAT").then(|| OsString::from_vec(vec![0xFF]));
    assert_eq!(Config::read(&wrong).unwrap_err().to_string(), "LOG_FORMAT must be UTF-8 text.");
}

#[test]
fn routers_are_checked_as_often_as_is_set_or_never() {
    let checks = |seconds| {
        let config = read(&[("ROUTER_CHECK_INTERVAL_SECONDS", seconds)]).unwrap();
        config.routers.checks_routers().then_some(config.settings().health_checks)
    };
    let every = |interval| Some(HealthChecks { interval, ..HealthChecks::default() });
    assert_eq!(checks("30"), every(Duration::seconds(30)));
    assert_eq!(checks("86400"), every(Duration::DAY));
    assert_eq!(checks("60"), Some(HealthChecks::default()));
    assert_eq!(checks("0"), None);
}

#[test]
fn the_gateways_settings_reach_the_use_cases() {
    let changes = [
        ("PUBLIC_BASE_URL", "https://portero.example/"),
        ("CONEKTA_DEFAULT_PRIVATE_KEY", "key_private"),
        ("CONEKTA_DEFAULT_PUBLIC_KEY", "key_public"),
    ];
    let config = read(&changes).unwrap();
    assert!(!format!("{config:?}").contains("key_private"));
    let settings = config.settings();
    assert_eq!(settings.public_base_url.map(|base| base.at("")).as_deref(), Some("https://portero.example"));
    assert_eq!(settings.default_conekta_key.as_ref().map(Secret::expose), Some("key_private"));
    assert_eq!(settings.default_conekta_public_key.as_ref().map(ForeignId::as_str), Some("key_public"));
}

#[test]
fn half_a_first_super_admin_is_refused() {
    let refused = |changes: &[(&str, &str)]| read(changes).unwrap_err().name;
    assert_eq!(refused(&[("SUPER_ADMIN_INITIAL_EMAIL", "a@b.mx")]), "SUPER_ADMIN_INITIAL_PASSWORD");
    assert_eq!(refused(&[("SUPER_ADMIN_INITIAL_PASSWORD", "12345678")]), "SUPER_ADMIN_INITIAL_EMAIL");
    let both = [("SUPER_ADMIN_INITIAL_EMAIL", "a@b.mx"), ("SUPER_ADMIN_INITIAL_PASSWORD", "1234567")];
    assert_eq!(refused(&both), "SUPER_ADMIN_INITIAL_PASSWORD");
}

#[test]
fn lists_are_separated_by_commas_or_json() {
    let expected = ["https://a.example", "http://b.example:8080"];
    for text in [
        "https://a.example, http://b.example:8080",
        r#"["https://a.example","http://b.example:8080"]"#,
        r#"["https://A.example/", "http://b.example:8080/"]"#,
    ] {
        assert_eq!(cors_origins(text), expected);
    }
    assert_eq!(cors_origins(r#"["*"]"#), ["*"]);
    assert_eq!(cors_origins("http://[::1]:3000,http://localhost"), ["http://[::1]:3000", "http://localhost"]);
}

#[test]
fn limits_are_sized_one_by_one_and_turned_off_together() {
    let limits = |changes| read(changes).unwrap().limits.rules();
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
    assert_eq!(read(&changes).unwrap().http.trusted_proxies(), expected);
}

#[test]
fn a_secret_may_be_in_a_file() {
    let file = std::env::temp_dir().join(format!("portero-config-{}", std::process::id()));
    let path = file.to_str().unwrap();
    for (name, value) in COMPLETE {
        fs::write(&file, format!("{value}\n")).unwrap();
        let twin = format!("{name}_FILE");
        let from_file = read(&[(name, ""), (&twin, path)]).unwrap();
        let given = read(&[]).unwrap();
        assert_eq!(from_file.database.database_url.expose(), given.database.database_url.expose());
        assert!(from_file.keys.jwt_apikey_secret == given.keys.jwt_apikey_secret, "{name}");
        assert!(from_file.keys.jwt_session_secret == given.keys.jwt_session_secret, "{name}");
        let both = read(&[(&twin, path)]).unwrap_err();
        assert_eq!(both.to_string(), format!("{name} and {twin} are both set; set one of them."));
        fs::write(&file, " \n").unwrap();
        assert_eq!(read(&[(name, ""), (&twin, path)]).unwrap_err().name, twin);
    }
    fs::remove_file(&file).unwrap();
    let missing = read(&[("DATABASE_URL", ""), ("DATABASE_URL_FILE", path)]).unwrap_err();
    assert_eq!(missing.name, "DATABASE_URL_FILE");
    for name in ["ENCRYPTION_KEYS_OLD_FILE", "SUPER_ADMIN_INITIAL_PASSWORD_FILE"] {
        assert_eq!(read(&[(name, path)]).unwrap_err().name, name);
    }
    read(&[("BIND_ADDR_FILE", path)]).unwrap();
}

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?}", read(&[("ENCRYPTION_KEYS_OLD", COMPLETE[3].1)]).unwrap());
    for secret in ["postgres", "bytes", "AAAA", "[0, 0"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
