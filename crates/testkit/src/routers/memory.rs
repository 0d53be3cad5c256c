use portero_domain::{
    filter::RouterFilter,
    ids::{CompanyId, RouterId},
    page::{Cursor, Listing, Page},
    ports::{Routers, Stored, Taken},
    router::Router,
};

use crate::memory::{
    lists::oldest_first,
    tables::{count, refused},
    transaction::MemoryTransaction,
};

impl Routers for MemoryTransaction<'_> {
    fn find(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>> {
        self.step(|tables| {
            let router = tables.routers.iter().find(|router| router.id == *id && router.company == *company);
            Ok(router.cloned())
        })
    }

    fn lock(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>> {
        Routers::find(self, company, id)
    }

    fn lock_active(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<bool>> {
        Ok(Routers::find(self, company, id)?.map(|router| router.active))
    }

    fn set_active(&mut self, company: &CompanyId, id: &RouterId, active: bool) -> Stored<()> {
        self.step(|tables| match tables.routers.iter_mut().find(|row| row.id == *id && row.company == *company) {
            Some(row) => {
                row.active = active;
                Ok(())
            }
            None => refused("a router that is written is there"),
        })
    }

    fn count(&mut self, company: &CompanyId) -> Stored<u64> {
        self.step(|tables| Ok(count(tables.routers.iter().filter(|router| router.company == *company))))
    }

    fn list(&mut self, company: &CompanyId, filter: &RouterFilter, page: Page<Router>) -> Stored<Listing<Router>> {
        self.step(|tables| {
            let routers = tables.routers.iter().filter(|router| router.company == *company && filter.matches(router));
            let cursor = |router: &Router| Cursor::new(router.created_at, tables.number(router.id.as_str()));
            Ok(oldest_first(routers, cursor, &page))
        })
    }

    fn insert(&mut self, router: &Router) -> Stored<Result<(), Taken>> {
        self.step(|tables| {
            if tables.routers.iter().any(|other| other.id == router.id) {
                return Ok(Err(Taken));
            }
            tables.add_router(router.clone()).map(Ok)
        })
    }

    fn update(&mut self, router: &Router) -> Stored<()> {
        self.step(|tables| {
            let mut rows = tables.routers.iter_mut();
            match rows.find(|row| row.id == router.id && row.company == router.company) {
                Some(row) => {
                    row.clone_from(router);
                    Ok(())
                }
                None => refused("a router that is written is there"),
            }
        })
    }

    fn remove(&mut self, router: &Router) -> Stored<()> {
        self.step(|tables| {
            let id = &router.id;
            if tables.products.iter().any(|product| product.offer.router == *id && product.offer.active) {
                return refused("a product on sale keeps its router");
            }
            tables.products.retain(|product| product.offer.router != *id);
            tables.keys.retain(|row| row.key.parts().router != *id);
            tables.healths.retain(|row| row.router != *id);
            tables.routers.retain(|row| row.id != *id);
            Ok(())
        })
    }
}
