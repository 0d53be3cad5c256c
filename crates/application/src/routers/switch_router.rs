use std::sync::Arc;

use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{Stored, UnitOfWork, transact},
    router::Router,
};

use crate::Switch;

/// Switches a router on or off. One that is off sells nothing (routers page, `toggle-activo`), and one that is on again is
/// looked at at once.
pub struct SwitchRouter {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl SwitchRouter {
    /// Switches this router and answers it as it is then, if the company has it.
    pub async fn execute(&self, company: CompanyId, router: RouterId, switch: Switch) -> Stored<Option<Router>> {
        transact(&*self.storage, move |storage| {
            let Some(mut router) = storage.routers().lock(&company, &router)? else { return Ok(None) };
            let was_active = router.active;
            router.active = switch.from(was_active);
            storage.routers().update(&router)?;
            if router.active && !was_active {
                storage.router_healths().make_due(&router.id)?;
            }
            Ok(Some(router))
        })
        .await
    }
}
