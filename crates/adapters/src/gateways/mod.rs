//! Payment gateways over HTTP.
//!
//! Both gateways share one [`HttpClient`]. A gateway is a folder: `mod.rs` has its requests, `words.rs` says what each of
//! its answers means.

mod client;
pub mod conekta;
pub mod mercado_pago;
mod number;

pub use self::{
    client::{BadGatewayUrl, GatewayLimits, HttpClient},
    conekta::Conekta,
    mercado_pago::MercadoPago,
};
