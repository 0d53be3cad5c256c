//! The service on the wire, over a store in memory: whole answers against `docs/wire.md`, and every way to be refused.

#![cfg(test)]

mod api_keys;
mod companies;
mod credentials;
mod document;
mod failures;
mod faulty_requests;
mod limits;
mod logs;
mod my_company;
mod operations;
mod portal;
mod products;
mod registration;
mod routers;
mod service;
mod sessions;
mod support;
mod users;
