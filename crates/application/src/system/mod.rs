//! The service as a whole.

mod check_secrets;
mod readiness;
mod reseal_secrets;
mod system_overview;

use std::sync::Arc;

use portero_domain::ports::Ports;

use portero_domain::ports::{SealedSecret, SecretPlace, Stored, UnitOfWork, transact};

pub use self::{
    check_secrets::{CheckSecrets, CheckedSecrets},
    readiness::Readiness,
    reseal_secrets::{ResealError, ResealSecrets, Resealed},
    system_overview::SystemOverview,
};

/// The whole installation.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct System {
    pub overview: SystemOverview,
    pub readiness: Readiness,
    pub check_secrets: CheckSecrets,
    pub reseal_secrets: ResealSecrets,
}

impl System {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            overview: SystemOverview { storage: Arc::clone(&ports.storage), clock: Arc::clone(&ports.clock) },
            readiness: Readiness::new(Arc::clone(&ports.storage), Arc::clone(&ports.clock)),
            check_secrets: CheckSecrets { storage: Arc::clone(&ports.storage), vault: Arc::clone(&ports.vault) },
            reseal_secrets: ResealSecrets { storage: Arc::clone(&ports.storage), vault: Arc::clone(&ports.vault) },
        }
    }
}

/// The next stored secrets after a place, so many at most.
async fn sealed_after(storage: &dyn UnitOfWork, place: Option<SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
    transact(storage, move |storage| storage.sealed_secrets().after(place.as_ref(), limit)).await
}

/// How often a fresh identity is drawn before giving up. With a million routers among 2^32 identities, eight draws in a
/// row are all taken once in 10^29.
pub(crate) const DRAWS: usize = 8;
