use std::collections::BTreeMap;

use portero_domain::{
    Timestamp,
    api_key::KeyStatus,
    company::Company,
    ids::CompanyId,
    page::{Cursor, Listing, Page},
    ports::{Companies, CompanyStats, SealedSecret, SealedSecrets, SecretPlace, Stored, SystemStats, Taken},
    secret::Sealed,
    user::Role,
};

use super::{
    lists::oldest_first,
    tables::{Tables, count, refused},
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

    fn list(&mut self, page: Page<Company>) -> Stored<Listing<Company>> {
        self.step(|tables| {
            let cursor = |company: &Company| Cursor::new(company.created_at, tables.number(company.id.as_str()));
            Ok(oldest_first(tables.companies.iter(), cursor, &page))
        })
    }

    fn insert(&mut self, company: &Company) -> Stored<Result<(), Taken>> {
        self.step(|tables| {
            if tables.has_company(&company.id) {
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

impl SealedSecrets for MemoryTransaction<'_> {
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
        self.step(|tables| {
            let secrets = secrets(tables).into_iter().filter(|(at, _)| place.is_none_or(|place| at > place));
            let secrets = secrets.take(limit.into());
            Ok(secrets.map(|(place, sealed)| SealedSecret { place, sealed: sealed.clone() }).collect())
        })
    }

    fn replace(&mut self, old: &SealedSecret, new: &Sealed) -> Stored<bool> {
        self.step(|tables| {
            let slot = secrets(tables).remove(&old.place).filter(|sealed| **sealed == old.sealed);
            Ok(slot.map(|sealed| sealed.clone_from(new)).is_some())
        })
    }
}

/// Every sealed secret, by its place.
fn secrets(tables: &mut Tables) -> BTreeMap<SecretPlace, &mut Sealed> {
    let mut secrets = BTreeMap::new();
    for router in &mut tables.routers {
        secrets.insert(router.password_place(), &mut router.credentials.password);
    }
    for Company { id, conekta, telegram, .. } in &mut tables.companies {
        let kept = [
            (SecretPlace::ConektaPrivateKey(id.clone()), conekta.private_key.as_mut()),
            (SecretPlace::TelegramBotToken(id.clone()), telegram.bot_token.as_mut()),
        ];
        secrets.extend(kept.into_iter().filter_map(|(place, sealed)| Some((place, sealed?))));
    }
    secrets
}
