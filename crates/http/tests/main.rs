//! The service on the wire, over a store in memory: whole answers against `docs/wire.md`, and every way to be refused.

#![cfg(test)]

mod api_keys;
mod companies;
mod credentials;
mod csv;
mod document;
mod failures;
mod faulty_requests;
mod gateway_settings;
mod health;
mod hotspot;
mod inactive_company;
mod limits;
mod logos;
mod logs;
mod my_company;
mod operations;
mod paging;
mod payments;
mod portal;
mod products;
mod reconciliation;
mod registration;
mod router_access;
mod routers;
mod security_headers;
mod service;
mod sessions;
mod support;
mod telegram;
mod users;
mod webhooks;
