//! The simulators over their sockets, and the program as its own process.

#![cfg(test)]

mod client;
mod conekta;
mod faults;
mod mercado_pago;
mod program;
mod telegram;
mod webhooks;
