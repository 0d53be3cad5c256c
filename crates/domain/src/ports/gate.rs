use async_trait::async_trait;
use thiserror::Error;

use crate::{
    Timestamp,
    company::GatewayMode,
    ids::{CompanyId, KeyId, RouterId},
    ports::{PresentedKey, StorageError},
    router::{Location, RouterInactive},
    text::{ForeignId, Name},
};

/// Admits the requests of captive portals, and counts every admission.
///
/// Once a revocation, regeneration, deletion or deactivation has returned, no process on the same store admits a later
/// request (`R312`). A key's count is exactly the number of its admissions (`R313`). So an implementation keeps no cache
/// of valid keys.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Gate: Send + Sync {
    /// Admits and counts one request, or rejects it and counts nothing. Admission and count are one step.
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError>;
}

/// A request that was admitted and counted, with the data that most requests need next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The key that was used.
    pub key: KeyId,
    /// The key's router.
    pub router: AdmittedRouter,
    /// That router's company, which is active.
    pub company: AdmittedCompany,
}

/// The router of an admitted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedRouter {
    /// Its identity.
    pub id: RouterId,
    /// Its name.
    pub name: Name,
    /// Its location.
    pub location: Option<Location>,
    /// Whether it is active. The key of an inactive router may only read (`R214`).
    pub active: bool,
}

/// The public data of the company of an admitted request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedCompany {
    /// Its identity.
    pub id: CompanyId,
    /// Its name.
    pub name: Name,
    /// Its public key with Conekta.
    pub conekta_public_key: Option<ForeignId>,
    /// Whether it has a private key with Conekta.
    pub has_conekta_private_key: bool,
    /// Whether its Conekta account moves real money.
    pub conekta_mode: GatewayMode,
    /// Its public key with Mercado Pago.
    pub mercado_pago_public_key: Option<ForeignId>,
}

/// The proof that the router of an admitted request is active. Every use case that sells or uses the hotspot takes it, so
/// none of them has a side effect for an inactive router.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingRouter(Admission);

impl Admission {
    /// The proof that the router is active.
    pub fn selling(self) -> Result<SellingRouter, RouterInactive> {
        if self.router.active { Ok(SellingRouter(self)) } else { Err(RouterInactive) }
    }
}

impl SellingRouter {
    /// The router.
    pub const fn router(&self) -> &AdmittedRouter {
        &self.0.router
    }

    /// The router's company.
    pub const fn company(&self) -> &AdmittedCompany {
        &self.0.company
    }
}

/// Why a key with a good signature is not admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// It has no record any more: its router was deleted.
    #[error("the key has no record")]
    Unknown,
    /// It was revoked.
    #[error("the key is revoked")]
    Revoked,
    /// Its time is over.
    #[error("the key has expired")]
    Expired,
    /// Its company is inactive.
    #[error("the company is inactive")]
    CompanyInactive,
}

/// Why a call was not admitted.
#[derive(Debug, Error)]
pub enum GateError {
    /// The key is no good.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
