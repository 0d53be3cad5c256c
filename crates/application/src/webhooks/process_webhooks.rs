use std::{
    collections::BTreeMap,
    pin::{Pin, pin},
    sync::Arc,
};

use async_trait::async_trait;
use futures_util::{
    FutureExt, StreamExt,
    future::{Either, Fuse, FusedFuture, select},
    stream::FuturesUnordered,
};
use portero_domain::{
    gateway::Gateway,
    ids::CompanyId,
    ports::{Ports, StorageError, Stored, UnitOfWork, transact},
    webhook::{EventClaim, WebhookEvent},
};
use time::Duration;

/// The part that knows what to do when a gateway reports a charge.
#[async_trait]
pub trait ChargeReports: Send + Sync {
    /// A gateway says that the event's charge changed. The implementation asks the gateway what is true: a webhook is never
    /// believed.
    ///
    /// It may be called again for the same event, also at the same time by another process, and in any order. It bounds
    /// all its waits: within a minute in all, or another process begins with the same event.
    async fn changed(&self, company: &CompanyId, gateway: Gateway, event: &WebhookEvent)
    -> Result<Noted, StorageError>;
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noted {
    /// The purchase is as the gateway says now.
    Done,
    /// No purchase of the company has this charge. It may be a purchase whose own response is still on its way.
    UnknownReference,
    /// The gateway did not answer, or the purchase is being worked on.
    TryLater,
}

/// Processes the events of the gateways that are due.
pub struct ProcessWebhooks {
    storage: Arc<dyn UnitOfWork>,
    reports: Arc<dyn ChargeReports>,
}

/// How many events are processed at the same time.
const AT_ONCE: u16 = 32;

/// How many events of one company are processed at the same time, so that a company whose gateway is slow does not delay
/// the others.
const AT_ONCE_OF_COMPANY: u16 = 8;

/// How long a claim lasts: longer than an implementation of [`ChargeReports`] may take.
const LEASE: Duration = Duration::minutes(2);

impl ProcessWebhooks {
    /// Processes events of these ports' store, and reports them.
    pub fn new(ports: &Ports, reports: Arc<dyn ChargeReports>) -> Self {
        Self { storage: Arc::clone(&ports.storage), reports }
    }

    /// Processes events until none is due any more, and returns the number of processed events. After `stop`, no further
    /// event is claimed. While events are processed, it looks for due ones after each `pause`. So an event that takes long
    /// does not delay events that arrive meanwhile.
    ///
    /// An error of one event puts that event off. It is returned when all others are done.
    pub async fn execute<P>(&self, stop: impl Future<Output = ()>, pause: impl Fn() -> P) -> Stored<usize>
    where
        P: Future<Output = ()>,
    {
        let mut stop = pin!(stop.fuse());
        let (mut running, mut busy) = (FuturesUnordered::new(), Busy::default());
        let (mut processed, mut failure, mut store_failed) = (0, None, false);
        loop {
            let is_ending = store_failed || has_ended(&mut stop);
            if !is_ending {
                match self.claim(&busy).await {
                    Ok(claims) => {
                        for claim in claims {
                            busy.begin(&claim.event.company);
                            running.push(self.process(claim));
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
            processed += usize::from(refusal.is_none() && noted.is_ok());
            store_failed |= noted.is_err();
            failure = failure.or(refusal).or(noted.err());
        }
        failure.map_or(Ok(processed), Err)
    }

    /// Claims as many due events as there is room for, and no more of a company than it has room for.
    async fn claim(&self, busy: &Busy) -> Stored<Vec<EventClaim>> {
        let (room, busy) = (AT_ONCE.saturating_sub(busy.total()), busy.clone());
        if room == 0 {
            return Ok(Vec::new());
        }
        transact(&*self.storage, move |storage| {
            let events = storage.webhook_events();
            let mut claims = Vec::new();
            for company in events.companies_due(&busy.full(), room)? {
                let left = room.saturating_sub(u16::try_from(claims.len()).unwrap_or(u16::MAX));
                let limit = left.min(AT_ONCE_OF_COMPANY.saturating_sub(busy.of(&company)));
                if limit > 0 {
                    claims.extend(events.claim_due(&company, limit, LEASE)?);
                }
            }
            Ok(claims)
        })
        .await
    }

    async fn process(&self, claim: EventClaim) -> Finished {
        let WebhookEvent { company, gateway, .. } = &claim.event;
        let company = company.clone();
        let (noted, refusal) = match self.reports.changed(&company, *gateway, &claim.event).await {
            Ok(noted) => (noted, None),
            Err(error) => (Noted::TryLater, Some(error)),
        };
        Finished { company, refusal, noted: self.note(claim, noted).await }
    }

    async fn note(&self, claim: EventClaim, noted: Noted) -> Stored<()> {
        transact(&*self.storage, move |storage| {
            let events = storage.webhook_events();
            // A claim that another one followed changes nothing. Its event is in the hands of another process then.
            let _is_current = match noted {
                Noted::Done => events.settle(&claim)?,
                Noted::UnknownReference if claim.is_overdue() => events.give_up(&claim)?,
                Noted::UnknownReference | Noted::TryLater => events.put_off(&claim, claim.wait())?,
            };
            Ok(())
        })
        .await
    }
}

/// An event that was processed.
struct Finished {
    company: CompanyId,
    /// Why the event could not be reported.
    refusal: Option<StorageError>,
    /// Whether the store has what became of the event.
    noted: Stored<()>,
}

/// Whether the future has ended.
fn has_ended(future: &mut Pin<&mut Fuse<impl Future<Output = ()>>>) -> bool {
    future.is_terminated() || future.as_mut().now_or_never().is_some()
}

/// How many events of each company are being processed.
#[derive(Clone, Debug, Default)]
struct Busy(BTreeMap<CompanyId, u16>);

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

    fn of(&self, company: &CompanyId) -> u16 {
        self.0.get(company).copied().unwrap_or_default()
    }

    fn total(&self) -> u16 {
        self.0.values().sum()
    }

    /// The companies that have no room for another event.
    fn full(&self) -> Vec<CompanyId> {
        let full = self.0.iter().filter(|(_, number)| **number >= AT_ONCE_OF_COMPANY);
        full.map(|(company, _)| company.clone()).collect()
    }
}
