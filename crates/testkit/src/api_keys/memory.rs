use portero_domain::{
    api_key::{ApiKey, ApiKeyParts},
    ids::{CompanyId, KeyId, RouterId},
    page::{Cursor, Listing, Page},
    ports::{ApiKeys, Stored},
    secret::Fingerprint,
};

use crate::memory::{
    lists::newest_first,
    tables::{KeyRow, refused},
    transaction::MemoryTransaction,
};

impl ApiKeys for MemoryTransaction<'_> {
    fn find(&mut self, company: &CompanyId, router: &RouterId, id: &KeyId) -> Stored<Option<ApiKey>> {
        self.step(|tables| {
            let mut keys = tables.keys.iter().map(|row| &row.key);
            Ok(keys.find(|key| key.id() == id && is_of(key, company, router)).cloned())
        })
    }

    fn open(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<ApiKey>> {
        self.step(|tables| {
            let keys = tables.keys.iter().map(|row| &row.key);
            let open = keys.filter(|key| is_of(key, company, router) && key.parts().revoked_at.is_none());
            Ok(open.cloned().collect())
        })
    }

    fn list(&mut self, company: &CompanyId, router: &RouterId, page: Page<ApiKey>) -> Stored<Listing<ApiKey>> {
        self.step(|tables| {
            let keys = tables.keys.iter().map(|row| &row.key).filter(|key| is_of(key, company, router));
            let cursor = |key: &ApiKey| Cursor::new(key.parts().issued_at, tables.number(key.id().as_str()));
            Ok(newest_first(keys, cursor, &page))
        })
    }

    fn insert(&mut self, key: &ApiKey, fingerprint: Fingerprint) -> Stored<()> {
        self.step(|tables| tables.add_key(KeyRow { key: key.clone(), fingerprint }))
    }

    fn record_revocation(&mut self, key: &ApiKey) -> Stored<()> {
        self.step(|tables| match tables.keys.iter_mut().find(|row| row.key.id() == key.id()) {
            Some(row) => {
                let revoked_at = key.parts().revoked_at;
                row.key = ApiKey::restore(ApiKeyParts { revoked_at, ..row.key.parts().clone() });
                Ok(())
            }
            None => refused("a key that is revoked is there"),
        })
    }
}

fn is_of(key: &ApiKey, company: &CompanyId, router: &RouterId) -> bool {
    key.parts().company == *company && key.parts().router == *router
}
