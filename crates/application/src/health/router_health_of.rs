use std::sync::Arc;

use portero_domain::{
    health::{FleetRouter, HealthChange},
    ids::{CompanyId, RouterId},
    ports::{Stored, UnitOfWork, transact},
};

/// Returns the health of a router and its last changes (`R1400`).
pub struct RouterHealthOf {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// What is known of how a router is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownHealth {
    /// The router as one of the fleet.
    pub router: FleetRouter,
    /// The last changes, newest first.
    pub changes: Vec<HealthChange>,
}

impl RouterHealthOf {
    /// What is known of this router, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId) -> Stored<Option<KnownHealth>> {
        transact(&*self.storage, move |storage| {
            let Some(owner) = storage.companies().find(&company)? else { return Ok(None) };
            let Some(router) = storage.routers().find(&company, &router)? else { return Ok(None) };
            let healths = storage.router_healths();
            let (health, changes) = (healths.find(&company, &router.id)?, healths.changes(&company, &router.id)?);
            let watched = router.active && owner.active;
            let router = FleetRouter { router: router.id, company: router.company, name: router.name, watched, health };
            Ok(Some(KnownHealth { router, changes }))
        })
        .await
    }
}
