//! Entities with the values of wire.md's examples, changed where a test needs something else:
//! `a_router().inactive().build()`.
//!
//! They belong together: [`a_router`] is of [`a_company`], [`a_key`] and [`an_offer`] are of [`a_router`].

use portero_domain::{
    Timestamp,
    ids::{CompanyId, KeyId, RouterId, SessionId},
    money::Money,
    text::{Email, ForeignId, Name},
};
use time::macros::datetime;

pub use crate::{
    api_keys::builders::{KeyBuilder, a_key, fingerprint_of},
    companies::builders::{CompanyBuilder, a_company, a_webhook_key, webhook_token_of},
    hotspot::builders::{a_device, a_hotspot_user},
    logos::builders::{a_logo, a_logo_file},
    products::builders::{OfferBuilder, ProductBuilder, a_product, an_offer},
    purchases::builders::{PurchaseBuilder, a_purchase},
    routers::builders::{RouterBuilder, a_router},
    sessions::builders::{SessionBuilder, a_session},
    users::builders::{UserBuilder, a_user},
    webhooks::builders::{EventBuilder, a_webhook_event},
};

/// When the page's examples begin: 2025-01-15T09:00:00.
pub fn start() -> Timestamp {
    Timestamp::new(datetime!(2025-01-15 09:00 UTC))
}

/// The company's id in this text.
pub fn company_id(text: &str) -> CompanyId {
    CompanyId::parse(text).expect("a company's id")
}

/// The router's id in this text.
pub fn router_id(text: &str) -> RouterId {
    RouterId::parse(text).expect("a router's id")
}

/// The key's id in this text.
pub fn key_id(text: &str) -> KeyId {
    KeyId::parse(text).expect("a key's id")
}

/// The session's id in this text.
pub fn session_id(text: &str) -> SessionId {
    SessionId::parse(text).expect("a session's id")
}

/// The name in this text.
pub fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

/// The e-mail address in this text.
pub fn email(text: &str) -> Email {
    Email::parse(text).expect("an e-mail address")
}

/// The other system's id in this text.
pub fn foreign_id(text: &str) -> ForeignId {
    ForeignId::parse(text).expect("an id")
}

/// The amount in this decimal.
pub fn money(decimal: &str) -> Money {
    Money::parse(decimal).expect("an amount of money")
}
