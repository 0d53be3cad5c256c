//! The database's URL: libpq's form, or SQLAlchemy's, which the existing system's `.env` has.

use std::{fmt, str::FromStr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use portero_domain::secret::Secret;

use super::value::unquoted;

/// What a part of a URL may contain as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Options of Python's drivers and of connection pools that mean nothing to libpq.
const PASSED_OVER: [&str; 28] = [
    "async_fallback",
    "autocommit",
    "charset",
    "command_timeout",
    "connection_class",
    "cursor_factory",
    "direct_tls",
    "echo",
    "executemany_batch_page_size",
    "executemany_mode",
    "executemany_values_page_size",
    "isolation_level",
    "max_cacheable_statement_size",
    "max_cached_statement_lifetime",
    "max_overflow",
    "pool_pre_ping",
    "pool_recycle",
    "pool_size",
    "pool_timeout",
    "prepare_threshold",
    "prepared_statement_cache_size",
    "prepared_statement_name_func",
    "row_factory",
    "server_settings",
    "statement_cache_size",
    "tcp_keepalive",
    "timeout",
    "use_native_unicode",
];

const NOT_POSTGRESQL: &str =
    "must be the URL of a PostgreSQL database, such as postgresql://user:password@host/database";
const UNKNOWN_SSL: &str = "has an ssl option that must be disable, allow, prefer, require, verify-ca or verify-full";

/// A connection string in a form that libpq understands.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseUrl {
    libpq: Secret,
    /// The options that were left out.
    passed_over: Vec<&'static str>,
}

impl DatabaseUrl {
    /// The connection string, which may hold a password.
    pub(crate) fn expose(&self) -> &str {
        self.libpq.expose()
    }

    /// Tells the log which options have no effect.
    pub(crate) fn log_passed_over(&self) {
        for option in &self.passed_over {
            tracing::warn!(option, "an option of DATABASE_URL has no effect: it belongs to a Python driver");
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = unquoted(text);
        let as_it_is = || Self { libpq: Secret::new(text.to_owned()), passed_over: Vec::new() };
        let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            // The form `key=value`, or nonsense that libpq refuses.
            return Ok(as_it_is());
        };
        let (dialect, driver) =
            scheme.split_once('+').map_or((scheme, None), |(dialect, driver)| (dialect, Some(driver)));
        if !matches!(dialect, "postgres" | "postgresql") {
            return Err(NOT_POSTGRESQL);
        }
        let (user, rest) = split_user(rest);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut query = Query::parse(query, driver.is_some())?;
        if driver.is_some() {
            query.spread_hosts();
        }
        let url = format!("postgresql://{user}{place}{query}");
        Ok(Self { libpq: Secret::new(url), passed_over: query.passed_over })
    }
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
}

/// The user and password, encoded for libpq, and what follows. Python's URLs may have `/` or `?` in a password as they are.
fn split_user(rest: &str) -> (String, &str) {
    let Some((user, after)) = rest.split_once('@') else { return (String::new(), rest) };
    let (before_slash, has_slash) = rest.split_once(['/', '?']).map_or((rest, false), |(before, _)| (before, true));
    // Without an `@` in front of the first slash, what is there is a host, if it can be one.
    if has_slash && before_slash.len() < user.len() && is_place(before_slash) {
        return (String::new(), rest);
    }
    let encoded = |text| utf8_percent_encode(&percent_decode_str(text).decode_utf8_lossy(), ENCODED).to_string();
    let user = match user.split_once(':') {
        Some((name, password)) => format!("{}:{}@", encoded(name), encoded(password)),
        None => format!("{}@", encoded(user)),
    };
    (user, after)
}

/// Whether this can be hosts, each with a port or without.
fn is_place(text: &str) -> bool {
    text.split(',').all(|host| match host.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => port.bytes().all(|byte| byte.is_ascii_digit()),
        _ => true,
    })
}

/// The options at the end of a URL.
struct Query {
    /// Encoded values by name.
    options: Vec<(String, String)>,
    passed_over: Vec<&'static str>,
}

impl Query {
    fn parse(text: &str, by_python: bool) -> Result<Self, &'static str> {
        let mut query = Self { options: Vec::new(), passed_over: Vec::new() };
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // Python writes a space as a plus, libpq does not.
            let value = if by_python { value.replace('+', "%20") } else { value.to_owned() };
            if let Some(option) = PASSED_OVER.iter().find(|option| **option == name) {
                query.passed_over.push(option);
            } else if name == "ssl" {
                query.options.push(("sslmode".to_owned(), ssl_mode(&value)?.to_owned()));
            } else if name == "unix_sock" {
                let folder = value.rsplit_once("/.s.PGSQL").map_or(value.as_str(), |(folder, _)| folder);
                query.options.push(("host".to_owned(), folder.to_owned()));
            } else {
                query.options.push((name.to_owned(), value));
            }
        }
        Ok(query)
    }

    /// SQLAlchemy names several hosts as `host=a:1&host=b:2`, libpq as `host=a,b&port=1,2`.
    fn spread_hosts(&mut self) {
        let hosts: Vec<String> = self
            .options
            .iter()
            .filter(|(name, _)| name == "host")
            .flat_map(|(_, host)| host.split(',').map(decoded))
            .collect();
        let places: Vec<(&str, &str)> = hosts.iter().filter_map(|host| host.rsplit_once(':')).collect();
        let with_port = !places.is_empty() && places.len() == hosts.len();
        if !with_port && hosts.len() < 2 {
            return;
        }
        self.options.retain(|(name, _)| name != "host" && !(with_port && name == "port"));
        let list = |items: Vec<&str>| items.join(",");
        if with_port {
            let (names, ports) = places.into_iter().unzip();
            self.options.push(("host".to_owned(), list(names)));
            self.options.push(("port".to_owned(), list(ports)));
        } else {
            self.options.push(("host".to_owned(), hosts.join(",")));
        }
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (name, value)) in self.options.iter().enumerate() {
            write!(f, "{}{name}={value}", if position == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn ssl_mode(text: &str) -> Result<&'static str, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "disable" | "false" | "0" | "off" | "no" => Ok("disable"),
        "allow" => Ok("allow"),
        "prefer" => Ok("prefer"),
        "require" | "true" | "1" | "on" | "yes" => Ok("require"),
        "verify-ca" | "verify_ca" => Ok("verify-ca"),
        "verify-full" | "verify_full" => Ok("verify-full"),
        _ => Err(UNKNOWN_SSL),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libpq(text: &str) -> String {
        text.parse::<DatabaseUrl>().unwrap().expose().to_owned()
    }

    #[test]
    fn the_drivers_of_sqlalchemy_are_dropped() {
        let drivers = [
            "postgres",
            "postgresql",
            "postgresql+asyncpg",
            "postgresql+psycopg2",
            "postgresql+psycopg",
            "postgresql+pg8000",
        ];
        for scheme in drivers {
            assert_eq!(
                libpq(&format!("{scheme}://ana:pw@db.mx:5433/portero")),
                "postgresql://ana:pw@db.mx:5433/portero"
            );
        }
        assert_eq!("mysql+pymysql://ana:pw@db.mx/portero".parse::<DatabaseUrl>().unwrap_err(), NOT_POSTGRESQL);
    }

    #[test]
    fn white_space_quotes_and_a_final_line_break_are_dropped() {
        for text in [" postgres://db/p\r\n", "\"postgres://db/p\"\n", "'postgres://db/p'"] {
            assert_eq!(libpq(text), "postgresql://db/p", "{text:?}");
        }
        assert_eq!(libpq("host=db password='it is'\n"), "host=db password='it is'");
    }

    #[test]
    fn passwords_come_encoded_or_as_python_takes_them() {
        for (given, expected) in [
            ("ana:p%40ss%2Fw@db/p", "ana:p%40ss%2Fw@db/p"),
            ("ana:pa/ss?w#rd@db/p", "ana:pa%2Fss%3Fw%23rd@db/p"),
            ("ana:100%@db/p", "ana:100%25@db/p"),
            ("ana:a+b@db/p", "ana:a%2Bb@db/p"),
            ("ana:a:b@db/p", "ana:a%3Ab@db/p"),
            ("ana@db/p", "ana@db/p"),
            ("a,b:5433/p?application_name=x@y", "a,b:5433/p?application_name=x@y"),
            ("[::1]:5433/p?application_name=x@y", "[::1]:5433/p?application_name=x@y"),
            ("/p?host=/run/a@b", "/p?host=/run/a@b"),
        ] {
            assert_eq!(libpq(&format!("postgresql://{given}")), format!("postgresql://{expected}"));
        }
    }

    #[test]
    fn the_ssl_option_becomes_sslmode() {
        for (given, mode) in
            [("require", "require"), ("true", "require"), ("disable", "disable"), ("verify-full", "verify-full")]
        {
            let url = libpq(&format!("postgresql+asyncpg://db/p?ssl={given}&application_name=x"));
            assert_eq!(url, format!("postgresql://db/p?sslmode={mode}&application_name=x"));
        }
        assert_eq!("postgresql+asyncpg://db/p?ssl=maybe".parse::<DatabaseUrl>().unwrap_err(), UNKNOWN_SSL);
    }

    #[test]
    fn options_of_python_drivers_are_passed_over_and_others_kept() {
        let text = "postgresql+asyncpg://db/p?prepared_statement_cache_size=0&sslmode=require&async_fallback=true&command_timeout=60";
        let url: DatabaseUrl = text.parse().unwrap();
        assert_eq!(url.expose(), "postgresql://db/p?sslmode=require");
        assert_eq!(url.passed_over, ["prepared_statement_cache_size", "async_fallback", "command_timeout"]);
        assert_eq!(
            libpq("postgresql://db/p?sslmod=require"),
            "postgresql://db/p?sslmod=require",
            "libpq refuses a misspelt option"
        );
    }

    #[test]
    fn a_plus_is_a_space_in_pythons_options_alone() {
        assert_eq!(libpq("postgresql+psycopg2://db/p?options=-c+a%3Db"), "postgresql://db/p?options=-c%20a%3Db");
        assert_eq!(libpq("postgresql://db/p?application_name=a+b"), "postgresql://db/p?application_name=a+b");
    }

    #[test]
    fn hosts_in_the_options_are_understood() {
        for (given, expected) in [
            ("host=/run/postgresql", "host=/run/postgresql"),
            ("host=a:5432&host=b:5433", "host=a,b&port=5432,5433"),
            ("host=a:5432,b:5433", "host=a,b&port=5432,5433"),
            ("host=a&host=b&port=5433", "port=5433&host=a,b"),
            ("unix_sock=/run/postgresql/.s.PGSQL.5432", "host=/run/postgresql"),
        ] {
            assert_eq!(
                libpq(&format!("postgresql+psycopg2://ana@/p?{given}")),
                format!("postgresql://ana@/p?{expected}")
            );
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let url: DatabaseUrl = "postgresql+asyncpg://ana:hunter2@db/p".parse().unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
