//! Payment gateways over HTTP.
//!
//! Both gateways use the program's one kind of [`HttpClient`](crate::HttpClient). A gateway is a folder: `mod.rs` has its requests, `words.rs` says what each of
//! its answers means.

pub mod conekta;
pub mod mercado_pago;
mod number;
mod signatures;

use portero_domain::purchase::ChargeAnswer;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

pub use self::{conekta::Conekta, mercado_pago::MercadoPago, signatures::RingSignatures};
use crate::http_client::{Reply, read};

impl Reply {
    /// The charge in the answer to a request for one charge, by its id.
    pub(crate) fn charge<T: DeserializeOwned>(self) -> Result<T, ChargeAnswer> {
        match self {
            Self::Answered { status: StatusCode::OK, body, .. } => read(&body).ok_or(ChargeAnswer::Unknown(None)),
            Self::Answered { status: StatusCode::NOT_FOUND, .. } => Err(ChargeAnswer::Absent),
            Self::Answered { wait, .. } => Err(ChargeAnswer::Unknown(wait)),
            Self::NotSent | Self::Lost => Err(ChargeAnswer::Unknown(None)),
        }
    }
}
