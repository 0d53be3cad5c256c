//! The simulator on real sockets, asked as clients ask.

#![cfg(test)]

mod client;
mod commands;
mod faults;
mod guests;
mod probe;
mod program;
mod sessions;
mod streams;
mod tls;
mod transcripts;
