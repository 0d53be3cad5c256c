//! The device: a MikroTik router that serves a hotspot.

use thiserror::Error;

use crate::{
    Timestamp,
    company::ActiveCompany,
    ids::{CompanyId, RouterId},
    network::Endpoint,
    secret::Sealed,
    text::{Name, text},
};

text! {
    /// Where a router stands, such as "Lobby Piso 1". Up to 200 characters.
    Location, max 200
}
text! {
    /// The name that Portero signs in to a router with. Up to 64 characters.
    ApiUsername, max 64
}

/// A router as it stands. Any combination of its parts is a valid one, so they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// Its identity.
    pub id: RouterId,
    /// Whose it is.
    pub company: CompanyId,
    /// What it is called.
    pub name: Name,
    /// Where its API listens.
    pub endpoint: Endpoint,
    /// How Portero signs in to it.
    pub credentials: Credentials,
    /// Where it stands.
    pub location: Option<Location>,
    /// Whether it sells. An inactive one neither sells nor touches its hotspot (routers page).
    pub active: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// How Portero signs in to a router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The RouterOS user.
    pub username: ApiUsername,
    /// Its password, sealed.
    pub password: Sealed,
}

/// What is known of a router before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterDetails {
    /// What it is called.
    pub name: Name,
    /// Where its API listens.
    pub endpoint: Endpoint,
    /// Where it stands.
    pub location: Option<Location>,
}

/// The router is inactive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the router is inactive")]
pub struct RouterInactive;

/// The proof that a router is active, which alone may be given keys.
#[derive(Clone, Copy, Debug)]
pub struct ActiveRouter<'a>(&'a Router);

impl ActiveRouter<'_> {
    /// The router's identity.
    pub const fn id(&self) -> &RouterId {
        &self.0.id
    }

    /// Whose it is.
    pub const fn company(&self) -> &CompanyId {
        &self.0.company
    }
}

impl Router {
    /// A new router of a company that trades. It is active from the start (routers page).
    pub fn register(
        company: ActiveCompany<'_>,
        id: RouterId,
        details: RouterDetails,
        credentials: Credentials,
        now: Timestamp,
    ) -> Self {
        let RouterDetails { name, endpoint, location } = details;
        Self { id, company: company.id().clone(), name, endpoint, credentials, location, active: true, created_at: now }
    }

    /// The router as an active one.
    pub fn active(&self) -> Result<ActiveRouter<'_>, RouterInactive> {
        self.active.then_some(ActiveRouter(self)).ok_or(RouterInactive)
    }
}
