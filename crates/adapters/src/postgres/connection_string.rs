//! What Portero adds to an operator's connection string, without changing what it says already.

use std::{fmt::Write, time::Duration};

/// So that no thread waits for ever on a server or network that is gone.
///
/// `tcp_user_timeout` (milliseconds) ends a connection whose packets nobody acknowledges, the keepalives one that is
/// silent; both are no concern of a local socket.
const PARAMETERS: [(&str, &str); 7] = [
    ("application_name", "portero"),
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "2000"),
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

/// How long a thread can be held, in milliseconds. All of them lie beyond the 2.5 seconds a caller waits, so that a caller
/// hears the same whatever language the server speaks, and only the thread is freed by them.
const TIME_LIMITS: &str = "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000";

/// As above for the gate, where all who wait stand behind one statement. A call waits for one such statement and then for its
/// own: both are over before the caller has stopped waiting, so what failed for a row that somebody holds is not counted.
///
/// Its statements are planned once, and by indexes: PostgreSQL would else plan a batch anew each time, which took it longer than
/// to carry it out, or settle on reading whole tables because it was small when they were. They commit without waiting for the
/// disk, as counts may.
const GATE_SETTINGS: &str = "-c statement_timeout=1000 -c lock_timeout=0 -c plan_cache_mode=force_generic_plan \
     -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c synchronous_commit=off";

/// The same as a span: what fails no sooner has failed for it.
pub(super) const GATE_TIME_LIMIT: Duration = Duration::from_secs(1);

/// Without limits: for migrations, which wait for one another and may take their time.
const NO_TIME_LIMITS: &str = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0";

/// The string for connections that serve requests.
pub(super) fn for_requests(given: &str) -> String {
    extend(given, TIME_LIMITS)
}

/// The string for the gate's own connections.
pub(super) fn for_gate(given: &str) -> String {
    extend(given, GATE_SETTINGS)
}

/// The string for the connection that migrates.
pub(super) fn for_migrations(given: &str) -> String {
    extend(given, NO_TIME_LIMITS)
}

/// Adds our parameters where the operator has none, and server `options` before the operator's own, so that those win.
/// Takes both forms that libpq takes, a URI and `key=value` pairs. A string in neither form is left for libpq to refuse.
pub(super) fn extend(given: &str, options: &str) -> String {
    if given.starts_with("postgres://") || given.starts_with("postgresql://") {
        extend_uri(given, options)
    } else {
        extend_pairs(given, options).unwrap_or_else(|| given.to_owned())
    }
}

fn extend_uri(given: &str, options: &str) -> String {
    let (base, query) = given.split_once('?').unwrap_or((given, ""));
    let named = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).rfind(|(key, _)| *key == name);
    let mut parameters: Vec<String> = PARAMETERS
        .iter()
        .filter(|(name, _)| named(name).is_none())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters
        .extend(query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("options=")).map(Into::into));
    let theirs = named("options").map_or("", |(_, value)| value);
    parameters.push(format!("options={}%20{theirs}", percent_encoded(options)));
    format!("{base}?{}", parameters.join("&"))
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

fn extend_pairs(given: &str, options: &str) -> Option<String> {
    let theirs = pairs(given)?;
    let named = |name: &str| theirs.iter().rfind(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let ours = PARAMETERS.iter().filter(|(name, _)| named(name).is_none()).map(|(name, value)| quoted(name, value));
    let kept = theirs.iter().filter(|(name, _)| name != "options").map(|(name, value)| quoted(name, value));
    let merged = quoted("options", format!("{options} {}", named("options").unwrap_or_default()).trim_end());
    Some(ours.chain(kept).chain([merged]).collect::<Vec<_>>().join(" "))
}

fn quoted(name: &str, value: &str) -> String {
    format!("{name}='{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// The pairs of a `key=value` string, by libpq's rules: spaces around `=` are nothing, a value may stand in single quotes,
/// a backslash takes the next character as it is.
fn pairs(given: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    let mut rest = given.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start())?;
        pairs.push((name.trim().to_owned(), value));
        rest = after.trim_start();
    }
    Some(pairs)
}

fn value(text: &str) -> Option<(String, &str)> {
    let (body, in_quotes) = text.strip_prefix('\'').map_or((text, false), |body| (body, true));
    let mut value = String::new();
    let mut letters = body.char_indices();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '\\' => value.push(letters.next()?.1),
            '\'' if in_quotes => return Some((value, body.split_at(place + 1).1)),
            space if !in_quotes && space.is_whitespace() => return Some((value, body.split_at(place).1)),
            other => value.push(other),
        }
    }
    if in_quotes { None } else { Some((value, "")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_gains_what_it_does_not_say() {
        let extended = extend("postgres://ana:p%40ss@db.mx:5433/portero", "-c lock_timeout=1");
        assert!(extended.starts_with("postgres://ana:p%40ss@db.mx:5433/portero?application_name=portero&"));
        assert!(extended.contains("&connect_timeout=2&tcp_user_timeout=2000&"), "{extended}");
        assert!(extended.ends_with("&options=-c%20lock_timeout%3D1%20"), "{extended}");
    }

    #[test]
    fn what_a_uri_says_stays_and_its_options_come_last() {
        let given = "postgresql:///portero?host=/run/pg&connect_timeout=9&options=-c%20search_path%3Dx&sslmode=require";
        let extended = extend(given, "-c lock_timeout=1");
        assert_eq!(extended.matches("connect_timeout=").count(), 1);
        assert!(extended.contains("host=/run/pg&connect_timeout=9&sslmode=require&"), "{extended}");
        assert!(extended.ends_with("options=-c%20lock_timeout%3D1%20-c%20search_path%3Dx"), "{extended}");
    }

    #[test]
    fn pairs_are_read_as_libpq_reads_them() {
        let given = r"host = /run/pg  user=ana password='it\'s \\ here' options='-c a=b' dbname=a\ b empty=''";
        let read: Vec<_> = pairs(given).unwrap();
        let expected = [
            ("host", "/run/pg"),
            ("user", "ana"),
            ("password", r"it's \ here"),
            ("options", "-c a=b"),
            ("dbname", "a b"),
            ("empty", ""),
        ];
        assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn pairs_gain_what_they_do_not_say_and_keep_the_rest() {
        let extended = extend(r"user=ana password='it\'s' connect_timeout=9 options='-c a=b'", "-c lock_timeout=1");
        let read = pairs(&extended).unwrap();
        let all = |name: &str| -> Vec<&str> {
            read.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
        };
        assert_eq!(all("password"), ["it's"]);
        assert_eq!(all("connect_timeout"), ["9"]);
        assert_eq!(all("tcp_user_timeout"), ["2000"]);
        assert_eq!(all("options"), ["-c lock_timeout=1 -c a=b"]);
    }

    #[test]
    fn what_is_in_neither_form_is_left_alone() {
        for given in ["nonsense", "password='open"] {
            assert_eq!(extend(given, "-c a=b"), given);
        }
    }
}
