//! Sales by card in real processes, with gateways and routers that fail at each point.
//!
//! The invariant: a buyer has one charge at most. A charge that is not refunded has one enabled user. Without a charge there
//! is no user.

mod database;
mod gateway_faults;
mod invariant;
mod kills;
mod lane;
mod repeats;
mod router_faults;
mod secrets;
mod shop;
mod webhooks;
