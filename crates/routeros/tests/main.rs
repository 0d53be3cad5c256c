//! Tests of the protocol and the client: documented bytes, random input, and peers that behave well or badly.

#![cfg(test)]

mod connection;
mod login;
mod properties;
mod support;
mod tls;
mod vectors;
