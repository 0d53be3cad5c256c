use std::sync::Arc;

use portero_domain::{
    ids::CompanyId,
    ports::{Stored, UnitOfWork, transact},
};

use crate::Activation;

/// Activates or deactivates a company. The keys of an inactive company are rejected from the next request on.
pub struct SetCompanyActive {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl SetCompanyActive {
    /// Activates or deactivates this company. Returns whether it is active then, if there is such a company.
    pub async fn execute(&self, company: CompanyId, activation: Activation) -> Stored<Option<bool>> {
        transact(&*self.storage, move |storage| {
            let Some(was_active) = storage.companies().lock_active(&company)? else { return Ok(None) };
            let active = activation.from(was_active);
            storage.companies().set_active(&company, active)?;
            Ok(Some(active))
        })
        .await
    }
}
