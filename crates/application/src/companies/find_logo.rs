use std::sync::Arc;

use portero_domain::{
    logo::{Logo, LogoFile},
    ports::{Stored, UnitOfWork, transact},
};

/// Finds a tenant's logo, for everybody.
pub struct FindLogo {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl FindLogo {
    /// The logo in this file, if the company has it now.
    pub async fn execute(&self, file: LogoFile) -> Stored<Option<Logo>> {
        transact(&*self.storage, move |storage| storage.logos().find(&file)).await
    }
}
