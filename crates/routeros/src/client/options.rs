//! The timeouts and sizes of a connection.

use std::time::Duration;

use crate::proto::Limits;

/// The limits of a connection. The defaults suit an interactive service with one connection for each router.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long connecting may take. 5 seconds.
    pub connect: Duration,
    /// How long the TLS handshake may take. 5 seconds.
    pub tls: Duration,
    /// How long logging in may take, in all. 5 seconds.
    pub login: Duration,
    /// The connection is closed if the router accepts no byte of a write for this long. 10 seconds.
    pub stall: Duration,
    /// The connection is closed if a cancelled command runs for this much longer. 5 seconds.
    pub cancel: Duration,
    /// How long the router has to close the connection after this side has closed it. 1 second.
    pub linger: Duration,
    /// How many commands the router works on at once. 16.
    pub in_flight: usize,
    /// How many more may wait. A further one fails at once with [`NotSent::Busy`](super::NotSent::Busy). 64.
    pub queue: usize,
    /// How many rows an answer may have. 10,000.
    pub rows: usize,
    /// How many bytes an answer may have, errors included. 2 MiB, which is some 10,000 hotspot users.
    pub reply_bytes: usize,
    /// How long words and sentences may be.
    pub sentences: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            tls: Duration::from_secs(5),
            login: Duration::from_secs(5),
            stall: Duration::from_secs(10),
            cancel: Duration::from_secs(5),
            linger: Duration::from_secs(1),
            in_flight: 16,
            queue: 64,
            rows: 10_000,
            reply_bytes: 2 << 20,
            sentences: Limits::default(),
        }
    }
}
