//! The card gateways, against simulated ones on sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod charging;
mod faults;
mod refunds;
mod support;
mod webhooks;
