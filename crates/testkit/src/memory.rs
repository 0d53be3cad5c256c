//! A store in memory that keeps the rules of the one in PostgreSQL.

pub(crate) mod faults;
pub(crate) mod lists;
pub(crate) mod tables;
pub(crate) mod transaction;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use portero_domain::{
    api_key::ApiKey,
    company::Company,
    ports::{Clock, StorageError, Stored, UnitOfWork, Work},
    product::Product,
    purchase::Purchase,
    router::Router,
    secret::Fingerprint,
    session::Session,
    user::User,
};
use time::Duration;

use self::{faults::Faults, transaction::MemoryTransaction};
use crate::FixedClock;

pub use self::tables::{EventRow, HealthRow, KeyRow, NoticeRow, Tables};

/// A store in memory, and the gate to it. Its clones are the same store.
///
/// A transaction works on a copy of the tables, under a lock: `Ok` puts the copy in place, `Err` drops it. Like
/// PostgreSQL, it takes nothing more after a failure but the rollback.
#[derive(Clone, Debug, Default)]
pub struct InMemory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tables: Tables,
    pub(crate) faults: Faults,
    pub(crate) clock: FixedClock,
}

impl InMemory {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is in the store now.
    pub fn tables(&self) -> Tables {
        self.state().tables.clone()
    }

    /// Lets this much time pass by the store's own clock, by which leases count.
    pub fn pass_time(&self, span: Duration) {
        let mut state = self.state();
        state.tables.elapsed += span;
        for row in &mut state.tables.webhook_events {
            row.received_at = row.received_at.plus(-span);
            row.next_try = row.next_try.map(|at| at.plus(-span));
        }
    }

    /// Lets the next call fail with this error, which is the beginning of a transaction, an admission or a ping.
    pub fn fail_next(&self, error: StorageError) {
        self.state().faults.arm(1, error);
    }

    /// Lets the `n`th call from now fail: 1 is the next. The beginning of a transaction, each step of it, its commit,
    /// an admission and a ping are a call each. So a test can fail at every point:
    ///
    /// ```
    /// # use portero_testkit::InMemory;
    /// # use portero_domain::ports::UnitOfWork as _;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// let store = InMemory::new();
    /// for n in 1.. {
    ///     store.fail_at(n);
    ///     let answer = store.ping().await;
    ///     if store.disarm() {
    ///         break; // there were fewer than `n` calls: this was a run without a failure
    ///     }
    ///     assert!(answer.is_err());
    /// }
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn fail_at(&self, n: usize) {
        self.state().faults.arm(n, StorageError::Failed("told to fail".into()));
    }

    /// Like [`fail_at`](Self::fail_at), with a failure that is over at the next call.
    pub fn be_away_at(&self, n: usize) {
        self.state().faults.arm(n, StorageError::Unavailable("told to be away".into()));
    }

    /// Loses the answer to the `n`th commit from now, as when a connection breaks: the commit is carried out.
    pub fn lose_answer_of_commit(&self, n: usize) {
        self.state().faults.lose(n);
    }

    /// Takes back a failure that has not happened yet. Answers whether there was one.
    pub fn disarm(&self) -> bool {
        self.state().faults.disarm()
    }

    /// With this company.
    #[must_use]
    pub fn with_company(self, company: Company) -> Self {
        self.given(|tables| tables.add_company(company))
    }

    /// With this router, whose company is there.
    #[must_use]
    pub fn with_router(self, router: Router) -> Self {
        self.given(|tables| tables.add_router(router))
    }

    /// With this key, whose router is there.
    #[must_use]
    pub fn with_key(self, key: ApiKey, fingerprint: Fingerprint) -> Self {
        self.given(|tables| tables.add_key(KeyRow { key, fingerprint }))
    }

    /// With this person, whose company is there.
    #[must_use]
    pub fn with_user(self, user: User) -> Self {
        self.given(|tables| tables.add_user(user))
    }

    /// With this session, whose person is there.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        self.given(|tables| tables.add_session(session))
    }

    /// With this product, whose router is there.
    #[must_use]
    pub fn with_product(self, product: Product) -> Self {
        self.given(|tables| tables.add_product(product))
    }

    /// With this purchase, under the next id. No process holds it, and it is not due.
    #[must_use]
    pub fn with_purchase(self, purchase: Purchase) -> Self {
        self.given(|tables| tables.add_whole_purchase(purchase))
    }

    /// With this clock as the store's own.
    #[must_use]
    pub fn with_clock(self, clock: &FixedClock) -> Self {
        self.state().clock = clock.clone();
        self
    }

    fn given<T>(self, add: impl FnOnce(&mut Tables) -> Stored<T>) -> Self {
        add(&mut self.state().tables).expect("what is given to the store keeps its rules");
        self
    }

    /// A piece of work that panicked has changed its own copy only, so the lock is as good as ever.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl UnitOfWork for InMemory {
    async fn run(&self, work: Work) -> Stored<()> {
        let State { tables, faults, clock } = &mut *self.state();
        faults.strike()?;
        let mut transaction = MemoryTransaction::begin(tables.clone(), faults, clock.now());
        if work(&mut transaction).is_ok() {
            *tables = transaction.commit()?;
            faults.answer()?;
        }
        Ok(())
    }

    async fn ping(&self) -> Stored<()> {
        self.state().faults.strike()
    }
}
