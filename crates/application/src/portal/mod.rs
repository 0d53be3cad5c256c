//! What a captive portal may do with its router's key.

mod admit_portal;
mod catalogue;

pub use self::{
    admit_portal::{AdmitPortal, AdmitPortalError, Recognised},
    catalogue::Catalogue,
};
