use std::sync::Arc;

use portero_domain::{
    api_key::{Advice, ApiKey, KeyStatus},
    ids::{CompanyId, RouterId},
    ports::{Clock, Stored, UnitOfWork, transact},
};

/// Tells how a router's key stands (`R400`).
pub struct ApiKeyStatus {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// How a router's key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterKeyStatus {
    /// The router.
    pub router: RouterId,
    /// The active key. An expired key is not active (`R402`).
    pub active: Option<ActiveKey>,
}

/// A key that opens the gate now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveKey {
    /// The key.
    pub key: ApiKey,
    /// Whole days until it ends, rounded down.
    pub days_left: i64,
    /// What its keeper should know.
    pub advice: Option<Advice>,
}

impl ApiKeyStatus {
    /// How this router's key stands, if the company has the router.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Stored<Option<RouterKeyStatus>> {
        let now = self.clock.now();
        transact(&*self.storage, move |storage| {
            if storage.routers().find(&company, &router)?.is_none() {
                return Ok(None);
            }
            let open = storage.api_keys().open(&company, &router)?;
            let active = open.into_iter().find(|key| key.status(now) == KeyStatus::Active).map(|key| ActiveKey {
                days_left: key.days_left(now),
                advice: key.advice(now),
                key,
            });
            Ok(Some(RouterKeyStatus { router, active }))
        })
        .await
    }
}
