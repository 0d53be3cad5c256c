use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::{
    FutureExt, StreamExt,
    future::{Either, pending, select},
    stream::FuturesUnordered,
};
use portero_domain::{
    ids::CompanyId,
    ports::{Clock, Hold, Ports, StorageError, Stored, UnitOfWork, transact},
    purchase::Purchase,
};
use time::Duration;

use super::drive::{Driver, Held};

/// Goes on with purchases that are due: unfinished ones, refunds, users to be removed.
///
/// Purchases of one company run side by side up to a limit, so a slow gateway or router of one company does not delay the
/// others.
pub struct ResumePurchases {
    storage: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    driver: Arc<Driver>,
    hold: Hold,
}

impl ResumePurchases {
    /// How many purchases run side by side.
    const AT_ONCE: usize = 128;
    /// How many of one company, apart from those that are taken in one go.
    const OF_ONE_COMPANY: usize = 16;
    /// How many are taken in one go.
    const PORTION: u16 = 32;
    /// How long the store is left alone after it had nothing due.
    const PAUSE: Duration = Duration::milliseconds(500);
    /// How long a process is believed to be alive after its last sign.
    const ALIVE: Duration = Duration::seconds(4);

    pub(super) fn new(ports: &Ports, driver: Arc<Driver>, hold: Hold) -> Self {
        Self { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock), driver, hold }
    }

    /// Says that this process is alive, and lets the purchases of processes that are gone become due. Returns how many
    /// purchases that were.
    pub async fn beat(&self) -> Stored<u64> {
        let process = self.hold.process;
        transact(&*self.storage, move |storage| storage.processes().beat(process, Self::ALIVE)).await
    }

    /// Ends this process in order: what it holds becomes due for others.
    pub async fn leave(&self) -> Stored<()> {
        let process = self.hold.process;
        transact(&*self.storage, move |storage| storage.processes().leave(process)).await
    }

    /// Goes on with due purchases until none is due, and returns the number of steps that were carried on. After `stop`,
    /// no further purchase is taken, and those under way come to a rest.
    pub async fn execute(&self, stop: impl Future<Output = ()>) -> Stored<usize> {
        let (busy, mut running) = (Busy::default(), FuturesUnordered::new());
        let (mut stop, mut done, mut failure) = (pin!(stop.fuse()), 0, None);
        let (mut open, mut idle) = (true, false);
        loop {
            if open && !idle && running.len() + usize::from(Self::PORTION) <= Self::AT_ONCE {
                match self.claim(&busy).await {
                    Ok(claimed) if claimed.is_empty() => idle = true,
                    Ok(claimed) => running.extend(claimed.into_iter().map(|purchase| self.resume(purchase, &busy))),
                    Err(error) => (open, failure) = (false, Some(error)),
                }
                continue;
            }
            if running.is_empty() {
                return failure.map_or(Ok(done), Err);
            }
            let (asks_again, clock) = (open && idle, &self.clock);
            let pause = async move { if asks_again { clock.sleep(Self::PAUSE).await } else { pending().await } };
            match select(running.next(), select(&mut stop, pin!(pause))).await {
                Either::Left((Some(Err(error)), _)) => failure = failure.or(Some(error)),
                Either::Left((outcome, _)) => done += usize::from(outcome.is_some()),
                Either::Right((Either::Left(_), _)) => open = false,
                Either::Right((Either::Right(_), _)) => idle = false,
            }
        }
    }

    async fn claim(&self, busy: &Busy) -> Stored<Vec<Stored<Purchase>>> {
        let (hold, busy) = (self.hold, busy.companies(Self::OF_ONE_COMPANY));
        transact(&*self.storage, move |storage| storage.purchases().claim_due(hold, Self::PORTION, &busy)).await
    }

    async fn resume(&self, purchase: Stored<Purchase>, busy: &Busy) -> Result<(), StorageError> {
        let purchase = purchase?;
        let company = purchase.order.company.clone();
        busy.change(&company, 1);
        let outcome = self.driver.drive(Held::without_card(purchase)).await;
        busy.change(&company, -1);
        outcome.map(drop)
    }
}

/// How many purchases of each company are under way.
#[derive(Default)]
struct Busy(Mutex<HashMap<CompanyId, isize>>);

impl Busy {
    fn change(&self, company: &CompanyId, by: isize) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(company.clone()).or_default();
        *count += by;
        if *count == 0 {
            counts.remove(company);
        }
    }

    /// The companies with at least so many.
    fn companies(&self, limit: usize) -> Vec<CompanyId> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let busy = counts.iter().filter(|(_, count)| usize::try_from(**count).is_ok_and(|count| count >= limit));
        busy.map(|(company, _)| company.clone()).collect()
    }
}
