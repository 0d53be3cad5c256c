//! The parts that every surface of the service shares: the caller's address, credentials, limits, request ids, panics,
//! security headers, CORS and the log.
//!
//! Nothing here knows the JSON API. A surface gives [`finish`] a function that writes its own error responses.

pub mod caller;
pub mod credentials;
pub mod finish;
pub mod limits;

mod cors;
mod final_slash;
mod options;
mod panics;
mod security_headers;
mod span;

pub(crate) use self::{cors::cors, final_slash::final_slash};
pub use self::{
    options::{BodyTimeout, Options},
    panics::log_panics,
    span::RequestSpan,
};
