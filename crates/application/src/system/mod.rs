//! The service as a whole.

mod check_secrets;
mod readiness;
mod reseal_secrets;
mod system_overview;
mod tell_time;

use portero_domain::ports::{SealedSecret, SecretPlace, Stored, UnitOfWork, transact};

pub use self::{
    check_secrets::{CheckSecrets, CheckedSecrets},
    readiness::Readiness,
    reseal_secrets::{ResealError, ResealSecrets, Resealed},
    system_overview::SystemOverview,
    tell_time::TellTime,
};

/// The next stored secrets after a place, so many at most.
async fn sealed_after(storage: &dyn UnitOfWork, place: Option<SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
    transact(storage, move |storage| storage.sealed_secrets().after(place.as_ref(), limit)).await
}

/// How often a fresh identity is drawn before giving up. With a million routers among 2^32 identities, eight draws in a
/// row are all taken once in 10^29.
pub(crate) const DRAWS: usize = 8;
