use std::sync::Arc;

use portero_domain::{
    company::Company,
    ids::CompanyId,
    ports::{Stored, UnitOfWork, transact},
};

use crate::Switch;

/// Switches a tenant on or off. The keys of one that is off are refused from the next call on.
pub struct SwitchCompany {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl SwitchCompany {
    /// Switches this company and answers it as it is then, if there is one.
    pub async fn execute(&self, company: CompanyId, switch: Switch) -> Stored<Option<Company>> {
        transact(&*self.storage, move |storage| {
            let Some(mut company) = storage.companies().lock(&company)? else { return Ok(None) };
            company.active = switch.from(company.active);
            storage.companies().update(&company)?;
            Ok(Some(company))
        })
        .await
    }
}
