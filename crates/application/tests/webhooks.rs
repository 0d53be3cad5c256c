//! Webhooks: who may send them, and what becomes of their events.

mod process;
mod receive;
