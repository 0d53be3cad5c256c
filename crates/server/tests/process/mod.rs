//! The program as its users run it: from start to stop, killed, misconfigured, beside another.

mod commands;
mod configuration;
mod connections;
mod damaged;
mod guests;
mod health;
mod life;
mod limits;
mod log;
mod notices;
mod rekey;
mod starting;
mod stopping;
mod webhooks;
mod wire;
