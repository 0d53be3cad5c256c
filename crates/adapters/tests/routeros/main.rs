//! The RouterOS adapter against simulated routers on real sockets.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its helpers too")]

mod addresses;
mod breaker;
mod bytes;
mod certificates;
mod contract;
mod cost;
mod faults;
mod guests;
mod logs;
mod peers;
mod sessions;
mod signing_in;
mod support;
