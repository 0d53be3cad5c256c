use portero_domain::{
    ids::CompanyId,
    ports::{Reconciliations, Stored},
};
use time::Duration;

use crate::memory::transaction::MemoryTransaction;

impl Reconciliations for MemoryTransaction<'_> {
    fn claim_due(&mut self, limit: u16, lease: Duration) -> Stored<Vec<CompanyId>> {
        self.step(|tables| {
            let now = tables.elapsed;
            for company in &tables.companies {
                tables.reconciliations.entry(company.id.clone()).or_insert(now + Duration::DAY);
            }
            let mut due: Vec<_> = tables.reconciliations.iter_mut().filter(|(_, due)| **due <= now).collect();
            due.sort_by_key(|(_, due)| **due);
            due.truncate(limit.into());
            let claim = |(company, due): (&CompanyId, &mut Duration)| {
                *due = now + lease;
                company.clone()
            };
            Ok(due.into_iter().map(claim).collect())
        })
    }

    fn settle(&mut self, company: &CompanyId) -> Stored<()> {
        self.step(|tables| {
            let next = tables.elapsed + Duration::DAY;
            tables.reconciliations.entry(company.clone()).and_modify(|due| *due = next);
            Ok(())
        })
    }
}
