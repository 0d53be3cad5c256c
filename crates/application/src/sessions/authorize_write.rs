use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    ids::CompanyId,
    ports::{StorageError, UnitOfWork, transact},
};
use thiserror::Error;

use crate::Mandate;

/// Gives a company's own admin the mandate to change the company.
///
/// This refuses the request before its body is read. What counts is that the use case checks the mandate again.
pub struct AuthorizeWrite {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why an admin may not change their company.
#[derive(Debug, Error)]
pub enum AuthorizeWriteError {
    /// The company is inactive: its admins may read only.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl AuthorizeWrite {
    /// The mandate of an admin of this company.
    pub async fn execute(&self, company: CompanyId) -> Result<Mandate, AuthorizeWriteError> {
        transact(&*self.storage, move |storage| match storage.companies().is_active(&company)? {
            Some(false) => Err(CompanyInactive.into()),
            _ => Ok(Mandate::of_company_admin(company)),
        })
        .await
    }
}
