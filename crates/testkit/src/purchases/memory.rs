use portero_domain::{
    Timestamp,
    filter::PurchaseFilter,
    gateway::Gateway,
    ids::{CompanyId, ProcessId, PurchaseId, PurchaseReference},
    money::{Currency, Money},
    page::{Cursor, Listing, Page},
    ports::{Hold, KnownPurchase, NewPurchase, Processes, PurchaseMoment, Purchases, Stored, Then},
    purchase::{
        ChargeId, Income, PaymentStatus, Progress, Purchase, PurchaseSummary, Refund, Share, Stage, StageKind,
        StageParts,
    },
    secret::Fingerprint,
};
use time::Duration;

use crate::memory::{
    lists::newest_first,
    tables::{Tables, count, refused},
    transaction::MemoryTransaction,
};

/// A purchase as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseRow {
    /// The purchase.
    pub purchase: Purchase,
    /// What makes a second request the same purchase.
    pub identity: Fingerprint,
    /// The request that opened it.
    pub request: Fingerprint,
    /// The card token.
    pub card: Fingerprint,
    /// The process that holds it.
    pub holder: Option<ProcessId>,
    /// When its next step may be taken.
    pub due_at: Option<Timestamp>,
    /// Its stages, oldest first.
    pub timeline: Vec<PurchaseMoment>,
    /// Its refunds, oldest first.
    pub refunds: Vec<Refund>,
}

impl PurchaseRow {
    /// The moment that lists go by, and the number that breaks ties.
    fn cursor(purchase: &Purchase) -> Cursor<Purchase> {
        Cursor::new(purchase.progress.opened_at(), purchase.id.get())
    }

    fn go_on(&mut self, then: Then, now: Timestamp) {
        (self.due_at, self.holder) = match then {
            Then::Hold(hold) => (Some(now.plus(hold.lease)), Some(hold.process)),
            Then::After(span) => (Some(now.plus(span)), None),
            Then::Soon if self.holder.is_some() => (self.due_at, self.holder),
            Then::Soon => (Some(now), None),
            Then::Done => (None, None),
        };
    }
}

fn of<'a>(tables: &'a Tables, company: &CompanyId) -> impl Iterator<Item = &'a PurchaseRow> {
    tables.purchases.iter().filter(move |row| row.purchase.order.company == *company)
}

fn row<'a>(tables: &'a mut Tables, company: &CompanyId, id: PurchaseId) -> Option<&'a mut PurchaseRow> {
    tables.purchases.iter_mut().find(|row| row.purchase.order.company == *company && row.purchase.id == id)
}

impl Purchases for MemoryTransaction<'_> {
    fn list(
        &mut self,
        company: &CompanyId,
        filter: &PurchaseFilter,
        page: Page<Purchase>,
    ) -> Stored<Listing<Purchase>> {
        self.step(|tables| {
            let purchases = of(tables, company).map(|row| &row.purchase).filter(|purchase| filter.matches(purchase));
            Ok(newest_first(purchases, PurchaseRow::cursor, &page))
        })
    }

    fn summary(&mut self, company: &CompanyId) -> Stored<PurchaseSummary> {
        self.step(|tables| {
            let shares = || of(tables, company).map(|row| (row.purchase.order.terms.currency, row.purchase.share()));
            let sum = |part: fn(Share) -> i64| shares().map(|(_, share)| part(share)).sum::<i64>();
            let income = Currency::ALL.into_iter().filter_map(|currency| {
                let mut of_currency = shares().filter(|(at, share)| *at == currency && share.paid > 0).peekable();
                of_currency.peek()?;
                let minor = of_currency.map(|(_, share)| share.paid_minor - share.returned_minor).sum();
                Some(Money::from_minor(minor).map(|amount| Income { currency, amount }))
            });
            let Some(income) = income.collect::<Option<Vec<_>>>() else { return refused("income is never negative") };
            let paid = u64::try_from(sum(|share| share.paid - share.returned));
            let undecided = |row: &&PurchaseRow| {
                matches!(row.purchase.status(), PaymentStatus::Pending | PaymentStatus::Confirming)
            };
            match paid {
                Ok(paid) => Ok(PurchaseSummary {
                    total: count(of(tables, company)),
                    paid,
                    pending: count(of(tables, company).filter(undecided)),
                    income,
                }),
                Err(_) => refused("a count is never negative"),
            }
        })
    }

    fn find(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Option<Purchase>> {
        self.step(|tables| Ok(row(tables, company, id).map(|row| row.purchase.clone())))
    }

    fn find_by_reference(&mut self, company: &CompanyId, reference: &PurchaseReference) -> Stored<Option<Purchase>> {
        self.step(|tables| {
            let found = of(tables, company).find(|row| row.purchase.order.reference == *reference);
            Ok(found.map(|row| row.purchase.clone()))
        })
    }

    fn find_by_identity(
        &mut self,
        company: &CompanyId,
        identity: &Fingerprint,
    ) -> Stored<Option<(Purchase, Fingerprint)>> {
        self.step(|tables| {
            let found = of(tables, company).find(|row| row.identity == *identity);
            Ok(found.map(|row| (row.purchase.clone(), row.request)))
        })
    }

    fn find_by_charge(&mut self, company: &CompanyId, gateway: Gateway, charge: &ChargeId) -> Stored<Option<Purchase>> {
        self.step(|tables| {
            let mut found = of(tables, company).filter(|row| row.purchase.order.gateway == gateway);
            let found = found.find(|row| row.purchase.charge.as_ref() == Some(charge));
            Ok(found.map(|row| row.purchase.clone()))
        })
    }

    fn known_references(&mut self, references: &[PurchaseReference]) -> Stored<Vec<PurchaseReference>> {
        self.step(|tables| {
            let stored = tables.purchases.iter().map(|row| &row.purchase.order.reference);
            Ok(stored.filter(|reference| references.contains(reference)).cloned().collect())
        })
    }

    fn open(&mut self, new: &NewPurchase, hold: Hold) -> Stored<Result<Purchase, KnownPurchase>> {
        let now = self.now();
        self.step(|tables| {
            let company = &new.order.company;
            if of(tables, company).any(|row| row.identity == new.identity) {
                return Ok(Err(KnownPurchase::SameIdentity));
            }
            if of(tables, company).any(|row| row.card == new.card) {
                return Ok(Err(KnownPurchase::CardUsed));
            }
            tables.add_purchase(new, hold, now).map(Ok)
        })
    }

    fn save(&mut self, before: &Purchase, after: &Purchase, then: Then) -> Stored<bool> {
        let now = self.now();
        self.step(|tables| {
            let Some(row) = row(tables, &after.order.company, after.id) else { return Ok(false) };
            if row.purchase.version != before.version {
                return Ok(false);
            }
            let (was, is) = (StageParts::from(before.progress.stage()), StageParts::from(after.progress.stage()));
            if (was.kind, was.cause) != (is.kind, is.cause) {
                row.timeline.push(PurchaseMoment { at: now, stage: is.kind, cause: is.cause });
            }
            row.purchase = Purchase { version: before.version + 1, ..after.clone() };
            row.go_on(then, now);
            Ok(true)
        })
    }

    fn claim_due(&mut self, hold: Hold, limit: u16, busy: &[CompanyId]) -> Stored<Vec<Stored<Purchase>>> {
        let now = self.now();
        self.step(|tables| {
            let due = |row: &&mut PurchaseRow| {
                row.due_at.is_some_and(|due| due <= now) && !busy.contains(&row.purchase.order.company)
            };
            let mut due: Vec<_> = tables.purchases.iter_mut().filter(due).collect();
            due.sort_by_key(|row| row.due_at);
            let claimed = due.into_iter().take(limit.into()).map(|row| {
                row.go_on(Then::Hold(hold), now);
                Ok(row.purchase.clone())
            });
            Ok(claimed.collect())
        })
    }

    fn timeline(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<PurchaseMoment>> {
        self.step(|tables| Ok(row(tables, company, id).map(|row| row.timeline.clone()).unwrap_or_default()))
    }

    fn refunds(&mut self, company: &CompanyId, id: PurchaseId) -> Stored<Vec<Refund>> {
        self.step(|tables| Ok(row(tables, company, id).map(|row| row.refunds.clone()).unwrap_or_default()))
    }

    fn put_refund(&mut self, company: &CompanyId, id: PurchaseId, refund: &Refund) -> Stored<()> {
        self.step(|tables| {
            let Some(row) = row(tables, company, id) else { return refused("a refund has a purchase") };
            if let Some(known) = row.refunds.iter_mut().find(|known| known.number == refund.number) {
                known.state = refund.state;
            } else {
                row.refunds.push(refund.clone());
                row.refunds.sort_by_key(|refund| refund.number);
            }
            Ok(())
        })
    }
}

impl Tables {
    /// Adds a purchase that this process holds.
    pub(crate) fn add_purchase(&mut self, new: &NewPurchase, hold: Hold, now: Timestamp) -> Stored<Purchase> {
        if !self.has_company(&new.order.company) {
            return refused("a purchase has a company");
        }
        let id = self.next_purchase();
        let purchase = Purchase {
            id,
            order: new.order.clone(),
            guest: new.guest.clone(),
            progress: Progress::open(new.opened_at),
            charge: None,
            cardholder: None,
            paid_at: None,
            refunded: Money::ZERO,
            refund_due: false,
            tries: 0,
            version: 0,
        };
        let mut row = PurchaseRow {
            purchase: purchase.clone(),
            identity: new.identity,
            request: new.request,
            card: new.card,
            holder: None,
            due_at: None,
            timeline: vec![PurchaseMoment { at: new.opened_at, stage: StageKind::Opened, cause: None }],
            refunds: Vec::new(),
        };
        row.go_on(Then::Hold(hold), now);
        self.purchases.push(row);
        Ok(purchase)
    }
}

impl Tables {
    /// Adds a purchase as it stands.
    pub(crate) fn add_whole_purchase(&mut self, purchase: Purchase) -> Stored<()> {
        let number = u8::try_from(self.purchases.len()).unwrap_or(u8::MAX);
        let unlike = |kind: u8| Fingerprint::new([[kind, number]; 16].concat().try_into().unwrap_or([0; 32]));
        let new = NewPurchase {
            order: purchase.order.clone(),
            guest: purchase.guest.clone(),
            identity: unlike(1),
            request: unlike(2),
            card: unlike(3),
            opened_at: purchase.progress.opened_at(),
        };
        let hold = Hold { process: ProcessId::new(0), lease: Duration::ZERO };
        let id = self.add_purchase(&new, hold, new.opened_at)?.id;
        if let Some(row) = self.purchases.last_mut() {
            row.purchase = Purchase { id, ..purchase };
            row.go_on(Then::Done, new.opened_at);
        }
        Ok(())
    }
}

impl Processes for MemoryTransaction<'_> {
    fn beat(&mut self, process: ProcessId, lease: Duration) -> Stored<u64> {
        let now = self.now();
        self.step(|tables| {
            tables.processes.insert(process.get(), now.plus(lease));
            let gone: Vec<i64> = tables
                .processes
                .iter()
                .filter(|(id, until)| **id != process.get() && **until < now)
                .map(|(id, _)| *id)
                .collect();
            tables.processes.retain(|process, _| !gone.contains(process));
            let is_gone = |row: &PurchaseRow| row.holder.is_some_and(|holder| gone.contains(&holder.get()));
            Ok(release(tables, now, is_gone))
        })
    }

    fn leave(&mut self, process: ProcessId) -> Stored<()> {
        let now = self.now();
        self.step(|tables| {
            tables.processes.remove(&process.get());
            release(tables, now, |row| row.holder == Some(process));
            Ok(())
        })
    }
}

/// Lets purchases become due, except those whose refund may be under way.
fn release(tables: &mut Tables, now: Timestamp, which: impl Fn(&PurchaseRow) -> bool) -> u64 {
    let refunds =
        |row: &PurchaseRow| row.purchase.refund_due || matches!(row.purchase.progress.stage(), Stage::Refunding { .. });
    let rows = tables.purchases.iter_mut().filter(|row| which(row) && !refunds(row));
    count(rows.map(|row| row.go_on(Then::After(Duration::ZERO), now)))
}
