use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{Stored, UnitOfWork, transact},
};

use crate::Activation;

/// Activates or deactivates a router. An inactive router sells nothing. A router that becomes active is due for a health
/// check at once.
pub struct SetRouterActive {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl SetRouterActive {
    /// Activates or deactivates this router. Returns whether it is active then, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId, activation: Activation) -> Stored<Option<bool>> {
        transact(&*self.storage, move |storage| {
            let Some(was_active) = storage.routers().lock_active(&company, &router)? else { return Ok(None) };
            let active = activation.from(was_active);
            storage.routers().set_active(&company, &router, active)?;
            if active && !was_active {
                storage.router_healths().make_due(&company, &router)?;
            }
            Ok(Some(active))
        })
        .await
    }
}
