//! Work that is claimed from the store and done side by side: webhooks and notices.

use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
};

use futures_util::{
    FutureExt, StreamExt,
    future::{Either, Fuse, FusedFuture, select},
    stream::FuturesUnordered,
};
use portero_domain::{
    ids::CompanyId,
    ports::{StorageError, Stored},
};

/// A piece of work that was done.
pub(crate) struct Finished {
    pub(crate) company: CompanyId,
    /// Why the work itself failed. It does not delay other work.
    pub(crate) refusal: Option<StorageError>,
    /// Whether the store has what became of the work. Otherwise nothing more is claimed.
    pub(crate) noted: Stored<()>,
}

/// Claims work of companies and does it, until none is due any more. Returns the number of pieces that were done.
///
/// After `stop`, nothing more is claimed. While work is done, it claims again after each `pause`. So slow work of one company
/// does not delay that of others. The first error is returned when all work is done.
pub(crate) async fn work_side_by_side<P, T, C, W>(
    stop: impl Future<Output = ()>,
    pause: impl Fn() -> P,
    claim: impl Fn(Busy) -> C,
    company_of: impl Fn(&T) -> &CompanyId,
    work: impl Fn(T) -> W,
) -> Stored<usize>
where
    P: Future<Output = ()>,
    C: Future<Output = Stored<Vec<T>>>,
    W: Future<Output = Finished>,
{
    let mut stop = pin!(stop.fuse());
    let (mut running, mut busy) = (FuturesUnordered::new(), Busy::default());
    let (mut done, mut failure, mut store_failed) = (0, None, false);
    loop {
        let is_ending = store_failed || has_ended(&mut stop);
        if !is_ending {
            match claim(busy.clone()).await {
                Ok(claims) => {
                    for claim in claims {
                        busy.begin(company_of(&claim));
                        running.push(work(claim));
                    }
                }
                Err(error) => (failure, store_failed) = (failure.or(Some(error)), true),
            }
        }
        let finished = if is_ending {
            running.next().await
        } else {
            match select(running.next(), pin!(pause())).await {
                Either::Left((finished, _)) => finished,
                Either::Right(((), _)) => continue,
            }
        };
        let Some(Finished { company, refusal, noted }) = finished else { break };
        busy.end(&company);
        done += usize::from(refusal.is_none() && noted.is_ok());
        store_failed |= noted.is_err();
        failure = failure.or(refusal).or(noted.err());
    }
    failure.map_or(Ok(done), Err)
}

/// Whether the future has ended.
fn has_ended(future: &mut Pin<&mut Fuse<impl Future<Output = ()>>>) -> bool {
    future.is_terminated() || future.as_mut().now_or_never().is_some()
}

/// How many pieces of work of each company are being done.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(BTreeMap<CompanyId, u16>);

impl Busy {
    fn begin(&mut self, company: &CompanyId) {
        *self.0.entry(company.clone()).or_default() += 1;
    }

    fn end(&mut self, company: &CompanyId) {
        if let Some(number) = self.0.get_mut(company) {
            *number -= 1;
        }
        self.0.retain(|_, number| *number > 0);
    }

    pub(crate) fn of(&self, company: &CompanyId) -> u16 {
        self.0.get(company).copied().unwrap_or_default()
    }

    pub(crate) fn total(&self) -> u16 {
        self.0.values().sum()
    }

    /// The companies with at least so many.
    pub(crate) fn at_least(&self, number: u16) -> Vec<CompanyId> {
        let busy = self.0.iter().filter(|(_, running)| **running >= number);
        busy.map(|(company, _)| company.clone()).collect()
    }
}
