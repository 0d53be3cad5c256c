//! The service as a whole.

mod check_secrets;
mod readiness;
mod reseal_secrets;
mod system_overview;
mod tell_time;

pub use self::{
    check_secrets::{CheckSecrets, CheckedSecrets},
    readiness::Readiness,
    reseal_secrets::{ResealError, ResealSecrets, Resealed},
    system_overview::SystemOverview,
    tell_time::TellTime,
};

/// How often a fresh identity is drawn before giving up. With a million routers among 2^32 identities, eight draws in a
/// row are all taken once in 10^29.
pub(crate) const DRAWS: usize = 8;
