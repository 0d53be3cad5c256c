//! Purchases.

use std::time::Instant;

use async_trait::async_trait;
use diesel::{Connection, PgConnection, RunQueryDsl, result::Error, sql_query};
use portero_domain::ports::{
    ApiKeys, Companies, Logos, Notices, Processes, Products, Purchases, Reconciliations, RouterHealths, Routers,
    SealedSecrets, Sessions, Storage, Stored, UnitOfWork, Users, WebhookEvents, Work,
};

use super::{
    error::{no_answer, storage},
    executor::PgExecutor,
};
use crate::blocking::NoAnswer;

/// Runs each piece of work between BEGIN and COMMIT, READ COMMITTED, on one connection.
#[derive(Clone, Debug)]
pub struct PgUnitOfWork {
    executor: PgExecutor,
}

impl PgUnitOfWork {
    /// Purchases by this executor.
    pub const fn new(executor: PgExecutor) -> Self {
        Self { executor }
    }
}

#[async_trait]
impl UnitOfWork for PgUnitOfWork {
    async fn run(&self, work: Work) -> Stored<()> {
        self.executor.run(move |connection, deadline| transaction(connection, deadline, work)).await
    }

    async fn ping(&self) -> Stored<()> {
        self.executor.run(|connection, _| sql_query("SELECT 1").execute(connection).map(drop).map_err(storage)).await
    }
}

/// How a transaction ends without a commit.
enum End {
    /// As the work wished.
    RolledBack,
    /// The caller no longer waits, and its response said that nothing was done.
    TooLate,
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn transaction(connection: &mut PgConnection, deadline: Instant, work: Work) -> Stored<()> {
    let result = connection.transaction(|connection| {
        work(&mut PgStorage { connection }).map_err(|_| End::RolledBack)?;
        if Instant::now() < deadline { Ok(()) } else { Err(End::TooLate) }
    });
    match result {
        Ok(()) | Err(End::RolledBack) => Ok(()),
        Err(End::TooLate) => Err(no_answer(NoAnswer::TimedOut)),
        Err(End::Failed(error)) => Err(storage(error)),
    }
}

/// What one transaction reaches: every port on the same connection. A file each implements them.
pub(super) struct PgStorage<'a> {
    pub(super) connection: &'a mut PgConnection,
}

impl Storage for PgStorage<'_> {
    fn companies(&mut self) -> &mut dyn Companies {
        self
    }

    fn routers(&mut self) -> &mut dyn Routers {
        self
    }

    fn api_keys(&mut self) -> &mut dyn ApiKeys {
        self
    }

    fn users(&mut self) -> &mut dyn Users {
        self
    }

    fn sessions(&mut self) -> &mut dyn Sessions {
        self
    }

    fn products(&mut self) -> &mut dyn Products {
        self
    }

    fn purchases(&mut self) -> &mut dyn Purchases {
        self
    }

    fn processes(&mut self) -> &mut dyn Processes {
        self
    }

    fn router_healths(&mut self) -> &mut dyn RouterHealths {
        self
    }

    fn notices(&mut self) -> &mut dyn Notices {
        self
    }

    fn webhook_events(&mut self) -> &mut dyn WebhookEvents {
        self
    }

    fn logos(&mut self) -> &mut dyn Logos {
        self
    }

    fn reconciliations(&mut self) -> &mut dyn Reconciliations {
        self
    }

    fn sealed_secrets(&mut self) -> &mut dyn SealedSecrets {
        self
    }
}
