//! The use cases over a store in memory: what they answer, what they refuse, and that a failure leaves no trace.

#![cfg(test)]

mod api_keys;
mod companies;
mod gateway_settings;
mod health;
mod hotspot;
mod mandates;
mod notifications;
mod passwords;
mod portal;
mod products;
mod purchases;
mod reconciliation;
mod router_access;
mod routers;
mod sessions;
mod support;
mod system;
mod users;
mod webhooks;
