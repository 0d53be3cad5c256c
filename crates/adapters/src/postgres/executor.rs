//! The way from async code to a database connection.

use std::{
    fmt,
    time::{Duration, Instant},
};

use diesel::PgConnection;
use portero_domain::ports::{StorageError, Stored};
use r2d2::Pool;

use super::{
    connection_string,
    error::no_answer,
    pool::{self, Manager},
};
use crate::blocking::{BlockingPool, NoAnswer};

/// How long a caller waits for its turn before it hears [`StorageError::Busy`].
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a caller waits all in all, whatever PostgreSQL does, before it hears [`StorageError::Unavailable`].
pub(super) const LIMIT: Duration = Duration::from_millis(2_500);

/// Runs work on pooled connections, a whole unit of work a time: one hop to a blocking thread, none per query.
///
/// There are as many permits as connections, so that callers queue here, where waiting costs no thread.
#[derive(Clone)]
pub struct PgExecutor {
    blocking: BlockingPool,
    pool: Pool<Manager>,
}

impl PgExecutor {
    /// An executor on `size` connections at most to the database that this libpq connection string names. It connects when
    /// there is work, so this neither waits nor fails.
    pub fn new(database_url: &str, size: u32) -> Self {
        Self {
            blocking: BlockingPool::new(usize::try_from(size).unwrap_or(usize::MAX), PATIENCE),
            pool: pool::pool(connection_string::for_requests(database_url), size),
        }
    }

    /// An executor on connections with the settings of the gate.
    #[cfg(feature = "bench")]
    pub(super) fn for_gate(database_url: &str, size: u32) -> Self {
        Self { pool: pool::pool(connection_string::for_gate(database_url), size), ..Self::new(database_url, size) }
    }

    /// Runs the work. The work gets the moment after which its caller no longer waits.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection, Instant) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let pool = self.pool.clone();
        let blocking = move |deadline: Instant| {
            let mut pooled = pool.get().map_err(|error| StorageError::Unavailable(Box::new(error)))?;
            if Instant::now() >= deadline {
                return Err(no_answer(NoAnswer::TimedOut));
            }
            let answer = work(&mut pooled.connection, deadline);
            pooled.used();
            answer
        };
        self.blocking.run(LIMIT, blocking).await.map_err(no_answer)?
    }
}

impl fmt::Debug for PgExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgExecutor").field("pool", &self.pool.state()).finish_non_exhaustive()
    }
}
