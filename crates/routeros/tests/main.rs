//! The protocol and the client, held against documented bytes, chance, and peers of every kind.

#![cfg(test)]

mod connection;
mod login;
mod properties;
mod support;
mod tls;
mod vectors;
