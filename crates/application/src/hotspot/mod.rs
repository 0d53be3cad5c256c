//! What a captive portal does on its router's hotspot.

mod guest_profile;
mod reconnect_guest;
mod validate_router;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::routers::Accesses;

use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername, PaidAccess},
    ports::{Hotspot, HotspotError},
    router::RouterAccess,
};
use thiserror::Error;

use crate::routers::AccessError;

pub use self::{
    guest_profile::{GuestProfile, GuestProfileOf},
    reconnect_guest::{ReconnectGuest, Reconnection, ReturningGuest},
    validate_router::{RouterValidity, ValidateRouter},
};

/// What a captive portal does on the hotspot of its router.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Hotspots {
    pub validate_router: ValidateRouter,
    pub reconnect: ReconnectGuest,
    pub profile: GuestProfileOf,
}

impl Hotspots {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            validate_router: ValidateRouter { accesses: Accesses::new(ports), probe: Arc::clone(&ports.router_probe) },
            reconnect: ReconnectGuest {
                accesses: Accesses::new(ports),
                hotspot: Arc::clone(&ports.hotspot),
                ids: Arc::clone(&ports.ids),
            },
            profile: GuestProfileOf { accesses: Accesses::new(ports), hotspot: Arc::clone(&ports.hotspot) },
        }
    }
}

/// Why a guest gets nothing on a hotspot.
#[derive(Debug, Error)]
pub enum GuestError {
    /// There is no such user on the hotspot (any more).
    #[error("there is no such hotspot user")]
    UnknownUser,
    /// The password is not that user's.
    #[error("the password is wrong")]
    WrongPassword,
    /// Whether it is cannot be told: the router keeps passwords from Portero's account. For a guest that is as good as wrong.
    #[error("the router keeps the user's password from Portero")]
    PasswordHidden,
    /// An admin has disabled the user.
    #[error("the hotspot user is disabled")]
    Blocked,
    /// What was paid is used up.
    #[error("what was paid is used up")]
    UsedUp,
    /// It was used on as many devices as it may be.
    #[error("the user has as many devices as it may have")]
    TooManyDevices,
    /// The profile that was sold is not on the router any more.
    #[error("the hotspot profile is gone")]
    ProfileGone,
    /// Others were at the same user at the same time, again and again.
    #[error("the user is being moved to another device")]
    Contended,
    /// There is no access to the router.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The router gave no good answer.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
}

/// What a guest paid for, as it is on the router, for the right password. The name may be that of any of its users.
async fn prove(
    hotspot: &dyn Hotspot,
    router: &RouterAccess,
    name: &HotspotUsername,
    password: &HotspotPassword,
) -> Result<PaidAccess, GuestError> {
    let users = hotspot.users(router, &PaidAccess::names(name)).await?;
    let access = PaidAccess::of(users).ok_or(GuestError::UnknownUser)?;
    match access.accepts(password) {
        Some(true) => Ok(access),
        Some(false) => Err(GuestError::WrongPassword),
        // The router would judge it at a login, but a login alone may already put somebody off. Only the operator can mend
        // it, so they are told what the guest is not.
        None => {
            let router = &router.router;
            tracing::warn!(%router, "a guest was refused: Portero's account on the router lacks the policy sensitive");
            Err(GuestError::PasswordHidden)
        }
    }
}

impl GuestError {
    /// Whether whoever is told this may have guessed. All else is told to who knows the password, or says nothing of users.
    pub const fn may_be_a_guess(&self) -> bool {
        matches!(self, Self::UnknownUser | Self::WrongPassword | Self::PasswordHidden)
    }
}
