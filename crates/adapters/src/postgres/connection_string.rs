//! How connections are made: by the operator's connection string, with Portero's limits where the operator sets none.

use diesel::{Connection, ConnectionError, ConnectionResult, PgConnection, connection::SimpleConnection};

/// Parameters of libpq, so that no thread waits for ever for a server or a network that is gone.
///
/// `tcp_user_timeout` (milliseconds) ends a connection whose packets are not acknowledged. The keepalives end one that
/// is silent. Neither has an effect on a local socket.
const PARAMETERS: [(&str, &str); 7] = [
    ("application_name", "portero"),
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "2000"),
    ("keepalives", "1"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
];

type Settings = &'static [(&'static str, &'static str)];

/// How long a thread can be held, in milliseconds. All limits are longer than the 2.5 seconds that a caller waits. So the
/// caller's response is the same in every case, and the limits only free the thread.
const FOR_REQUESTS: Settings =
    &[("statement_timeout", "5000"), ("lock_timeout", "3000"), ("idle_in_transaction_session_timeout", "10000")];

/// For the gate, where all requests that wait share one statement. A request waits for one such statement and then for its
/// own. Both end before the caller gives up, so a request that fails because of a held row is not counted.
///
/// Its statements are planned once, with indexes. Otherwise PostgreSQL would plan each batch again, which took longer
/// than its execution. Or it would keep a plan that reads whole tables, made when they were small. Commits do not wait
/// for the disk, because counts may be lost in a crash (`R313`).
const FOR_GATE: Settings = &[
    ("statement_timeout", "1000"),
    ("lock_timeout", "0"),
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("synchronous_commit", "off"),
];

/// The gate's `statement_timeout`.
pub(super) const GATE_TIME_LIMIT: std::time::Duration = std::time::Duration::from_secs(1);

/// For migrations, which wait for each other and may take long. The server's own limits do not hold for them.
const FOR_MIGRATIONS: Settings =
    &[("statement_timeout", "0"), ("lock_timeout", "0"), ("idle_in_transaction_session_timeout", "0")];

/// Makes connections of one kind.
#[derive(Clone)]
pub(super) struct Connector {
    url: String,
    settings: Settings,
}

/// Makes connections that serve requests.
pub(super) fn for_requests(url: &str) -> Connector {
    Connector::new(url, FOR_REQUESTS)
}

/// Makes the gate's own connections.
pub(super) fn for_gate(url: &str) -> Connector {
    Connector::new(url, FOR_GATE)
}

/// Makes the connection that migrates.
pub(super) fn for_migrations(url: &str) -> Connector {
    Connector::new(url, FOR_MIGRATIONS)
}

impl Connector {
    fn new(url: &str, settings: Settings) -> Self {
        Self { url: with_parameters(url), settings }
    }

    /// Connects.
    ///
    /// The settings are sent once the connection stands, and not as start-up `options`, which PgBouncer refuses or drops.
    /// What the operator sets by `options` in the connection string wins.
    pub(super) fn establish(&self) -> ConnectionResult<PgConnection> {
        let mut connection = PgConnection::establish(&self.url)?;
        let ours: Vec<String> = self.settings.iter().map(|(name, value)| format!("('{name}', '{value}')")).collect();
        let set = format!(
            "SELECT set_config(ours.name, ours.value, false) FROM (VALUES {}) AS ours (name, value) \
             JOIN pg_settings ON pg_settings.name = ours.name WHERE pg_settings.source <> 'client'",
            ours.join(", ")
        );
        connection.batch_execute(&set).map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}

/// Puts our parameters before the operator's: where libpq finds a parameter twice, the last one counts.
fn with_parameters(given: &str) -> String {
    let pairs = PARAMETERS.map(|(name, value)| format!("{name}={value}"));
    if !given.contains("://") {
        return format!("{} {given}", pairs.join(" "));
    }
    let (base, query) = given.split_once('?').unwrap_or((given, ""));
    let joint = if query.is_empty() { "" } else { "&" };
    format!("{base}?{}{joint}{query}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use diesel::{RunQueryDsl, dsl::sql, sql_types::Text};

    use super::*;
    use crate::postgres::testing::TestDatabase;

    /// A setting as `pg_settings` shows it: times in milliseconds.
    fn shown(connection: &mut PgConnection, name: &str) -> String {
        let setting = sql::<Text>(&format!("(SELECT setting FROM pg_settings WHERE name = '{name}')"));
        diesel::select(setting).get_result(connection).unwrap()
    }

    #[test]
    fn the_operators_parameters_come_last_and_the_string_ends_without_a_space() {
        let ours = "application_name=portero&connect_timeout=2&tcp_user_timeout=2000&keepalives=1&keepalives_idle=10\
                    &keepalives_interval=2&keepalives_count=3";
        for (given, expected) in [
            ("postgres://ana:p%40ss@db.mx:5433/portero", format!("postgres://ana:p%40ss@db.mx:5433/portero?{ours}")),
            ("postgres:///p?host=/run&connect_timeout=9", format!("postgres:///p?{ours}&host=/run&connect_timeout=9")),
            ("host=/run connect_timeout=9", format!("{} host=/run connect_timeout=9", ours.replace('&', " "))),
        ] {
            assert_eq!(with_parameters(given), expected);
        }
    }

    #[test]
    fn each_kind_of_connection_has_its_settings() {
        let database = TestDatabase::empty();
        for connector in [for_requests(database.url()), for_gate(database.url()), for_migrations(database.url())] {
            let mut connection = connector.establish().unwrap();
            for (name, value) in connector.settings {
                assert_eq!(shown(&mut connection, name), *value, "{name}");
            }
        }
    }

    #[test]
    fn what_the_connection_string_sets_wins_and_the_rest_is_ours() {
        let database = TestDatabase::empty();
        let mut url = database.url().to_owned();
        if url.contains("://") {
            url = url.replace("options=", "options=-c%20statement_timeout%3D7000%20");
        } else {
            url = url.replace("options='", "options='-c statement_timeout=7000 ");
        }
        let mut connection = for_requests(&url).establish().unwrap();
        assert_eq!(shown(&mut connection, "statement_timeout"), "7000");
        assert_eq!(shown(&mut connection, "lock_timeout"), "3000");
    }

    #[test]
    fn no_settings_travel_at_the_start_of_a_connection() {
        let connector = for_gate("postgres://db/portero");
        assert!(!connector.url.contains("options"), "{}", connector.url);
    }
}
