use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    gateway::Gateway,
    ids::CompanyId,
    ports::{Ports, StorageError, Stored, UnitOfWork, transact},
    webhook::{EventClaim, WebhookEvent},
};
use time::Duration;

use crate::side_by_side::{Busy, Finished, work_side_by_side};

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
        let (claim, process) = (|busy| self.claim(busy), |claim| self.process(claim));
        work_side_by_side(stop, pause, claim, |claim: &EventClaim| &claim.event.company, process).await
    }

    /// Claims as many due events as there is room for, and no more of a company than it has room for.
    async fn claim(&self, busy: Busy) -> Stored<Vec<EventClaim>> {
        let room = AT_ONCE.saturating_sub(busy.total());
        if room == 0 {
            return Ok(Vec::new());
        }
        transact(&*self.storage, move |storage| {
            let events = storage.webhook_events();
            let mut claims = Vec::new();
            for company in events.companies_due(&busy.at_least(AT_ONCE_OF_COMPANY), room)? {
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
