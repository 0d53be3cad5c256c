use portero_domain::{
    Timestamp,
    ids::CompanyId,
    ports::{Stored, Taken, WebhookEvents},
    webhook::{EventClaim, WebhookEvent},
};
use time::Duration;

use crate::{
    builders::start,
    memory::{
        tables::{EventRow, Tables, refused},
        transaction::MemoryTransaction,
    },
};

/// The time by the store's clock, which stands still: [`InMemory::pass_time`](crate::InMemory::pass_time) makes rows older.
fn now() -> Timestamp {
    start()
}

impl WebhookEvents for MemoryTransaction<'_> {
    fn insert(&mut self, event: &WebhookEvent) -> Stored<Result<(), Taken>> {
        self.step(|tables| {
            if tables.webhook_events.iter().any(|row| is_same(&row.event, event)) {
                return Ok(Err(Taken));
            }
            if !tables.has_company(&event.company) {
                return refused("an event has a company");
            }
            let row = EventRow { event: event.clone(), received_at: now(), tries: 0, next_try: Some(now()) };
            tables.webhook_events.push(row);
            Ok(Ok(()))
        })
    }

    fn companies_due(&mut self, except: &[CompanyId], limit: u16) -> Stored<Vec<CompanyId>> {
        self.step(|tables| {
            let mut due: Vec<_> = tables.webhook_events.iter().filter(|row| is_due(row)).collect();
            due.sort_by_key(|row| (row.next_try, row.event.company.clone()));
            let mut companies: Vec<CompanyId> = Vec::new();
            for EventRow { event: WebhookEvent { company, .. }, .. } in due {
                if !except.contains(company) && !companies.contains(company) {
                    companies.push(company.clone());
                }
            }
            companies.truncate(limit.into());
            Ok(companies)
        })
    }

    fn claim_due(&mut self, company: &CompanyId, limit: u16, lease: Duration) -> Stored<Vec<EventClaim>> {
        self.step(|tables| {
            let rows = tables.webhook_events.iter_mut();
            let mut due: Vec<_> = rows.filter(|row| row.event.company == *company && is_due(row)).collect();
            due.sort_by_key(|row| row.next_try);
            due.truncate(limit.into());
            let claim = |row: &mut EventRow| {
                row.tries += 1;
                row.next_try = Some(now().plus(lease));
                let (event, received_at, tries) = (row.event.clone(), row.received_at, row.tries);
                EventClaim { event, received_at, claimed_at: now(), tries }
            };
            Ok(due.into_iter().map(claim).collect())
        })
    }

    fn settle(&mut self, claim: &EventClaim) -> Stored<bool> {
        self.step(|tables| Ok(claimed(tables, claim).map(|row| row.next_try = None).is_some()))
    }

    fn put_off(&mut self, claim: &EventClaim, wait: Duration) -> Stored<bool> {
        self.step(|tables| Ok(claimed(tables, claim).map(|row| row.next_try = Some(now().plus(wait))).is_some()))
    }

    fn give_up(&mut self, claim: &EventClaim) -> Stored<bool> {
        self.step(|tables| {
            let before = tables.webhook_events.len();
            tables.webhook_events.retain(|row| !is_claimed(row, claim));
            Ok(tables.webhook_events.len() < before)
        })
    }

    fn prune(&mut self, limit: u16) -> Stored<usize> {
        self.step(|tables| {
            let mut left = usize::from(limit);
            let before = tables.webhook_events.len();
            tables.webhook_events.retain(|row| {
                let is_deleted = left > 0 && now().since(row.received_at) > EventClaim::KEPT;
                left -= usize::from(is_deleted);
                !is_deleted
            });
            Ok(before - tables.webhook_events.len())
        })
    }
}

fn is_due(row: &EventRow) -> bool {
    row.next_try.is_some_and(|at| at <= now())
}

fn is_same(one: &WebhookEvent, other: &WebhookEvent) -> bool {
    let key = |event: &WebhookEvent| (event.company.clone(), event.gateway, event.id.clone(), event.charge.clone());
    key(one) == key(other)
}

fn is_claimed(row: &EventRow, claim: &EventClaim) -> bool {
    is_same(&row.event, &claim.event) && row.tries == claim.tries && row.next_try.is_some()
}

fn claimed<'a>(tables: &'a mut Tables, claim: &EventClaim) -> Option<&'a mut EventRow> {
    tables.webhook_events.iter_mut().find(|row| is_claimed(row, claim))
}
