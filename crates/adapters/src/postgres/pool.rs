//! Connections kept open between requests: how r2d2 makes them and knows good from bad.

use std::time::{Duration, Instant};

use diesel::{
    ConnectionError, PgConnection, RunQueryDsl,
    connection::{AnsiTransactionManager, TransactionManager},
    sql_query,
};
use r2d2::{HandleError, ManageConnection, Pool};
use thiserror::Error;

use super::connection_string::Connector;

/// A connection that was used within this time is not checked again. If it has ended since, its next user gets an error.
/// A check costs every user a round trip.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How long a caller waits for a connection. With the wait for a permit it stays within the executor's limit.
const CONNECTION_TIMEOUT: Duration = Duration::from_millis(1_400);

/// A pool of `size` connections at most, made as they are wanted: nothing is connected to yet when this returns.
pub(super) fn pool(connector: Connector, size: u32) -> Pool<Manager> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1.min(size)))
        .connection_timeout(CONNECTION_TIMEOUT)
        .error_handler(Box::new(LogError))
        .build_unchecked(Manager::new(connector))
}

/// A connection and when it last answered.
pub(super) struct Pooled {
    pub(super) connection: PgConnection,
    last_used: Instant,
}

impl Pooled {
    /// Notes that the connection has just answered.
    pub(super) fn used(&mut self) {
        self.last_used = Instant::now();
    }
}

/// Makes connections and judges them.
pub(super) struct Manager {
    connector: Connector,
}

/// Why a connection was not made or not kept.
#[derive(Debug, Error)]
pub(super) enum PoolError {
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

impl Manager {
    /// Manages the connections that `connector` makes.
    pub(super) const fn new(connector: Connector) -> Self {
        Self { connector }
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = PoolError;

    fn connect(&self) -> Result<Pooled, PoolError> {
        let connection = self.connector.establish()?;
        Ok(Pooled { connection, last_used: Instant::now() })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), PoolError> {
        if pooled.last_used.elapsed() > TRUSTED_FOR {
            sql_query("SELECT 1").execute(&mut pooled.connection)?;
        }
        Ok(())
    }

    /// Diesel's own account is enough: libpq tells it when a connection has ended, and it knows of a transaction left open
    /// or a rollback that failed. A panic may have left anything behind.
    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || AnsiTransactionManager::is_broken_transaction_manager(&mut pooled.connection)
    }
}

#[derive(Debug)]
struct LogError;

impl HandleError<PoolError> for LogError {
    fn handle_error(&self, error: PoolError) {
        tracing::debug!(%error, "a database connection failed");
    }
}
