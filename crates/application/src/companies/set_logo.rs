use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    logo::{Logo, LogoFile},
    ports::{Ids, StorageError, UnitOfWork, transact},
};
use thiserror::Error;

use crate::Mandate;

/// Stores a tenant's logo in place of the one before.
pub struct SetLogo {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) ids: Arc<dyn Ids>,
}

/// Why the company has the logo that it had.
#[derive(Debug, Error)]
pub enum SetLogoError {
    /// There is no such company.
    #[error("there is no such company")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl SetLogo {
    /// Stores this logo, and returns its file. The company's portals show it from then on.
    pub async fn execute(&self, mandate: Mandate, logo: Logo) -> Result<LogoFile, SetLogoError> {
        let tag = self.ids.logo_tag();
        transact(&*self.storage, move |storage| {
            let company = mandate.enter(storage)??;
            let mut company = storage.companies().lock(&company)?.ok_or(SetLogoError::NotFound)?;
            let file = LogoFile { company: company.id.clone(), tag, kind: logo.kind() };
            company.logo = Some(file.link());
            storage.companies().update(&company)?;
            storage.logos().replace(&file, &logo)?;
            Ok(file)
        })
        .await
    }
}
