use portero_domain::{
    Timestamp,
    api_key::KeyStatus,
    company::Company,
    ids::{CompanyId, WebhookToken},
    page::{Cursor, Listing, Page},
    ports::{Companies, CompanyStats, Stored, SystemStats, Taken},
    text::ForeignId,
    user::Role,
};

use crate::memory::{
    lists::oldest_first,
    tables::{count, refused},
    transaction::MemoryTransaction,
};

impl Companies for MemoryTransaction<'_> {
    fn find(&mut self, id: &CompanyId) -> Stored<Option<Company>> {
        self.step(|tables| Ok(tables.companies.iter().find(|company| company.id == *id).cloned()))
    }

    fn is_active(&mut self, id: &CompanyId) -> Stored<Option<bool>> {
        Ok(Companies::find(self, id)?.map(|company| company.active))
    }

    fn lock(&mut self, id: &CompanyId) -> Stored<Option<Company>> {
        Companies::find(self, id)
    }

    fn lock_active(&mut self, id: &CompanyId) -> Stored<Option<bool>> {
        self.is_active(id)
    }

    fn set_active(&mut self, id: &CompanyId, active: bool) -> Stored<()> {
        self.step(|tables| match tables.companies.iter_mut().find(|row| row.id == *id) {
            Some(row) => {
                row.active = active;
                Ok(())
            }
            None => refused("a company that is written is there"),
        })
    }

    fn find_by_webhook_token(&mut self, token: &WebhookToken) -> Stored<Option<Company>> {
        self.step(|tables| Ok(tables.companies.iter().find(|company| company.webhook_token == *token).cloned()))
    }

    fn find_by_mercado_pago_user(&mut self, user: &ForeignId) -> Stored<Vec<Company>> {
        self.step(|tables| {
            let is_theirs = |company: &&Company| {
                company.mercado_pago.access.as_ref().is_some_and(|access| access.user.as_ref() == Some(user))
            };
            let mut found: Vec<_> = tables.companies.iter().filter(is_theirs).cloned().collect();
            found.sort_by_key(|company| (company.created_at, tables.number(company.id.as_str())));
            Ok(found)
        })
    }

    fn list(&mut self, page: Page<Company>) -> Stored<Listing<Company>> {
        self.step(|tables| {
            let cursor = |company: &Company| Cursor::new(company.created_at, tables.number(company.id.as_str()));
            Ok(oldest_first(tables.companies.iter(), cursor, &page))
        })
    }

    fn insert(&mut self, company: &Company) -> Stored<Result<(), Taken>> {
        self.step(|tables| {
            if tables.has_company(&company.id) || tables.has_webhook_token(&company.webhook_token) {
                return Ok(Err(Taken));
            }
            tables.add_company(company.clone()).map(Ok)
        })
    }

    fn update(&mut self, company: &Company) -> Stored<()> {
        self.step(|tables| match tables.companies.iter_mut().find(|row| row.id == company.id) {
            Some(row) => {
                row.clone_from(company);
                Ok(())
            }
            None => refused("a company that is written is there"),
        })
    }

    fn stats(&mut self, id: &CompanyId, now: Timestamp) -> Stored<CompanyStats> {
        self.step(|tables| {
            let routers = || tables.routers.iter().filter(|router| router.company == *id);
            let keys = tables.keys.iter().filter(|row| row.key.parts().company == *id);
            let admin = Role::CompanyAdmin(id.clone());
            Ok(CompanyStats {
                routers: count(routers()),
                active_routers: count(routers().filter(|router| router.active)),
                admins: count(tables.users.iter().filter(|user| user.profile.role == admin)),
                active_keys: count(keys.filter(|row| row.key.status(now) == KeyStatus::Active)),
            })
        })
    }

    fn system_stats(&mut self) -> Stored<SystemStats> {
        self.step(|tables| {
            Ok(SystemStats {
                companies: count(&tables.companies),
                active_companies: count(tables.companies.iter().filter(|company| company.active)),
                users: count(&tables.users),
            })
        })
    }
}
