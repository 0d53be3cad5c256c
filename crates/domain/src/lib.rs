//! Portero's rules as pure types, and the ports they are served through.
//!
//! A type here has no invalid value: it is made by a parser that may refuse, and never checked
//! again. Time, chance and identity are handed in. Nothing here knows of HTTP, SQL or JSON.

pub mod api_key;
pub mod base_url;
pub mod change;
pub mod company;
pub mod filter;
pub mod gateway;
pub mod health;
pub mod hotspot;
pub mod ids;
pub mod logo;
pub mod money;
pub mod network;
pub mod notification;
pub mod page;
pub mod ports;
pub mod product;
pub mod purchase;
pub mod router;
pub mod rsa_public_key;
pub mod secret;
pub mod session;
pub mod text;
pub mod timestamp;
pub mod user;
pub mod webhook;

pub use timestamp::Timestamp;
