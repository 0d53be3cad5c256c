use portero_domain::{
    Timestamp,
    filter::FleetFilter,
    health::{Claim, FleetRouter, HealthChange, RouterHealth},
    ids::{CompanyId, RouterId},
    page::{Cursor, Listing, Page},
    ports::{Claims, KEPT_CHANGES, RouterHealths, Stored},
    router::Router,
};

use crate::memory::{
    lists::oldest_first,
    tables::{HealthRow, Tables},
    transaction::MemoryTransaction,
};

impl RouterHealths for MemoryTransaction<'_> {
    fn find(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Option<RouterHealth>> {
        self.step(|tables| Ok(row(tables, company, router).and_then(|row| row.health.clone())))
    }

    fn changes(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<HealthChange>> {
        self.step(|tables| {
            let changes = row(tables, company, router).map(|row| row.changes.iter().rev().cloned().collect());
            Ok(changes.unwrap_or_default())
        })
    }

    fn fleet(&mut self, filter: &FleetFilter, page: Page<FleetRouter>) -> Stored<Listing<FleetRouter>> {
        self.step(|tables| {
            let fleet: Vec<(FleetRouter, &Router)> =
                tables.routers.iter().map(|router| (of_fleet(tables, router), router)).collect();
            let wanted = fleet.iter().map(|(router, _)| router);
            let wanted = wanted.filter(|router| filter.matches(router));
            let cursor = |wanted: &FleetRouter| {
                let registered = fleet.iter().find(|(router, _)| router.router == wanted.router);
                let (_, router) = registered.expect("a router that is listed is there");
                Cursor::new(router.created_at, tables.number(router.id.as_str()))
            };
            Ok(oldest_first(wanted, cursor, &page))
        })
    }

    fn make_due(&mut self, company: &CompanyId, router: &RouterId) -> Stored<()> {
        self.step(|tables| {
            if let Some(row) = row(tables, company, router) {
                row.next_check = HealthRow::at_once();
            }
            Ok(())
        })
    }

    fn claim_due(&mut self, now: Timestamp, limit: u16, next: &dyn Fn(&RouterId) -> Timestamp) -> Stored<Claims> {
        self.step(|tables| {
            let mut due: Vec<_> = tables.healths.iter_mut().filter(|row| row.next_check <= now).collect();
            due.sort_by_key(|row| row.next_check);
            due.truncate(limit.into());
            let more = due.len() == usize::from(limit);
            for row in &mut due {
                row.next_check = next(&row.router);
            }
            let taken: Vec<_> = due.iter().map(|row| (row.router.clone(), row.next_check)).collect();
            let claims = taken.into_iter().filter_map(|(id, next_check)| {
                let router = tables.routers.iter().find(|router| router.id == id && is_watched(tables, router))?;
                Some(Ok(Claim { router: router.clone(), next_check }))
            });
            Ok(Claims { claims: claims.collect(), more })
        })
    }

    fn record(&mut self, claim: &Claim, found: &RouterHealth, change: Option<&HealthChange>) -> Stored<bool> {
        self.step(|tables| {
            let row =
                row(tables, &claim.router.company, &claim.router.id).filter(|row| row.next_check == claim.next_check);
            let Some(row) = row else { return Ok(false) };
            row.health = Some(found.clone());
            row.changes.extend(change.cloned());
            let beyond = row.changes.len().saturating_sub(KEPT_CHANGES.into());
            row.changes.drain(..beyond);
            Ok(true)
        })
    }
}

fn row<'a>(tables: &'a mut Tables, company: &CompanyId, router: &RouterId) -> Option<&'a mut HealthRow> {
    if !tables.has_router(company, router) {
        return None;
    }
    tables.healths.iter_mut().find(|row| row.router == *router)
}

fn is_watched(tables: &Tables, router: &Router) -> bool {
    router.active && tables.companies.iter().any(|company| company.id == router.company && company.active)
}

fn of_fleet(tables: &Tables, router: &Router) -> FleetRouter {
    FleetRouter {
        router: router.id.clone(),
        company: router.company.clone(),
        name: router.name.clone(),
        watched: is_watched(tables, router),
        health: tables.healths.iter().find(|row| row.router == router.id).and_then(|row| row.health.clone()),
    }
}
