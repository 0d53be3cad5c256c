//! A client on tokio: one socket, many commands at once, and a timeout for every wait.

mod connect;
mod connection;
mod login;
mod options;
mod outcome;
mod reader;
mod table;
mod tls;
mod writer;

pub use connect::{ConnectError, Security, Stage, Stream, connect, open, probe_certificate};
pub use connection::Connection;
pub use login::Login;
pub use options::Options;
pub use outcome::{Answer, Closed, Failure, NotSent, Rejection, Unknown};
pub use tls::{Fingerprint, InvalidFingerprint};
