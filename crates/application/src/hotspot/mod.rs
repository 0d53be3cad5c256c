//! What a captive portal does on its router's hotspot.

mod fold_leftovers;
mod guest_profile;
mod prove;
mod reconnect_guest;
mod validate_router;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::routers::RouterAccessLoader;

use portero_domain::ports::HotspotError;
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
            validate_router: ValidateRouter {
                access: RouterAccessLoader::new(ports),
                probe: Arc::clone(&ports.router_probe),
            },
            reconnect: ReconnectGuest { access: RouterAccessLoader::new(ports), hotspot: Arc::clone(&ports.hotspot) },
            profile: GuestProfileOf { access: RouterAccessLoader::new(ports), hotspot: Arc::clone(&ports.hotspot) },
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
    /// Whether it is cannot be told: the router hides passwords from Portero's account. To a guest that is the same as wrong.
    #[error("the router hides the user's password from Portero")]
    PasswordHidden,
    /// An admin has disabled the user.
    #[error("the hotspot user is disabled")]
    Blocked,
    /// What was paid is used up.
    #[error("the paid time or data is used up")]
    UsedUp,
    /// A limit or a counter of the user cannot be read. Nothing is given on a guess.
    #[error("a limit or counter of the hotspot user cannot be read")]
    Unreadable,
    /// The profile that was sold is not on the router any more.
    #[error("the hotspot profile is gone")]
    ProfileGone,
    /// Another device took the user at the same time.
    #[error("another device took the hotspot user at the same time")]
    Contended,
    /// There is no access to the router.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The router gave no good answer.
    #[error(transparent)]
    Hotspot(#[from] HotspotError),
}

impl GuestError {
    /// Whether the caller may have guessed. Every other error is for callers with the right password, or says nothing of users.
    pub const fn may_be_a_guess(&self) -> bool {
        matches!(self, Self::UnknownUser | Self::WrongPassword | Self::PasswordHidden)
    }
}
