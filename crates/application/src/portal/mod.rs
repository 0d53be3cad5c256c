//! What a captive portal may do with its router's key.

mod admit_portal;
mod catalogue;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    admit_portal::{AdmitPortal, AdmitPortalError, Recognised},
    catalogue::Catalogue,
};

/// What every captive portal asks for.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Portal {
    pub admit: AdmitPortal,
    pub catalogue: Catalogue,
}

impl Portal {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            admit: AdmitPortal {
                gate: Arc::clone(&ports.gate),
                clock: Arc::clone(&ports.clock),
                tokens: Arc::clone(&ports.api_key_tokens),
            },
            catalogue: Catalogue { storage: Arc::clone(&ports.storage) },
        }
    }
}
