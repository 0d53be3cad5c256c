//! What a captive portal may do with its router's key.

mod admit_portal;
mod catalogue;

use std::sync::Arc;

use portero_domain::{
    ports::{AdmittedCompany, Ports},
    text::ForeignId,
};

use crate::Settings;

pub use self::{
    admit_portal::{AdmitPortal, AdmitPortalError, Recognised},
    catalogue::Catalogue,
};

/// What every captive portal asks for.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Portal {
    pub admit: AdmitPortal,
    pub catalogue: Catalogue,
    default_conekta_public_key: Option<ForeignId>,
}

impl Portal {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            admit: AdmitPortal {
                gate: Arc::clone(&ports.gate),
                clock: Arc::clone(&ports.clock),
                tokens: Arc::clone(&ports.api_key_tokens),
            },
            catalogue: Catalogue { storage: Arc::clone(&ports.storage) },
            default_conekta_public_key: settings.default_conekta_public_key.clone(),
        }
    }

    /// The public key with which the company's portals turn cards into tokens for Conekta. The operator's key is only for a
    /// company without any key, because a token works with the private key of the same account alone.
    pub fn conekta_public_key<'a>(&'a self, company: &'a AdmittedCompany) -> Option<&'a ForeignId> {
        let default = self.default_conekta_public_key.as_ref().filter(|_| !company.has_conekta_private_key);
        company.conekta_public_key.as_ref().or(default)
    }
}
