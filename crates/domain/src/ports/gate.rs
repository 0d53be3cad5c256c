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

/// Admits the calls of captive portals, and counts every one that it admits.
///
/// The promise (decisions, "Beyond the documents"): once a revocation, regeneration, deletion or switching off has been
/// answered, no call that begins later is admitted, by any process on the same store; and a key's count is exactly the
/// number of its admissions. So whoever plays this role keeps no memory of its own of which keys are good.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Gate: Send + Sync {
    /// Admits and counts one call, or refuses it and counts nothing. The admission is the count: there is no moment
    /// between the two.
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError>;
}

/// A call that was admitted and counted, with what most calls need next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The key that was used.
    pub key: KeyId,
    /// The router it belongs to.
    pub router: AdmittedRouter,
    /// That router's company, which is active.
    pub company: AdmittedCompany,
}

/// The router behind an admitted call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedRouter {
    /// Its identity.
    pub id: RouterId,
    /// What it is called.
    pub name: Name,
    /// Where it stands.
    pub location: Option<Location>,
    /// Whether it sells: an inactive one may read, so that its portal can say so, and no more.
    pub active: bool,
}

/// The company behind an admitted call, as far as the world may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedCompany {
    /// Its identity.
    pub id: CompanyId,
    /// What it is called.
    pub name: Name,
    /// Its public key with Conekta.
    pub conekta_public_key: Option<ForeignId>,
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
    /// Its company is switched off.
    #[error("the company is switched off")]
    CompanyInactive,
}

/// Why a call was not admitted.
#[derive(Debug, Error)]
pub enum GateError {
    /// The key is no good.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody could say.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
