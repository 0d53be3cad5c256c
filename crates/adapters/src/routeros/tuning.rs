//! The timeouts and sizes of the adapter.

use std::time::Duration;

use portero_routeros::client::Options;

/// The limits. The defaults are for real routers. Tests use shorter timeouts.
#[derive(Clone, Debug)]
pub struct Tuning {
    /// The timeout of a read, connecting included. 10 seconds.
    pub read: Duration,
    /// The timeout of a change, connecting and checking its result included. 15 seconds.
    pub write: Duration,
    /// How long a change waits for its reply. Then the adapter checks whether the change was made. 8 seconds, because
    /// the reply of a busy router can be 7 seconds late (`F27`).
    pub write_answer: Duration,
    /// How long a caller waits for its turn to make a user. 10 seconds. The remaining 5 seconds are enough to make a
    /// user and get the reply.
    pub maker_turn: Duration,
    /// The timeout of opening a session, from the host's name to the login. 9 seconds, which is less than `read`, so that
    /// callers get the cause of a failure.
    pub opening: Duration,
    /// The timeout of resolving a host name. 3 seconds.
    pub resolving: Duration,
    /// How long a probe waits for another probe of the same router. 5 seconds.
    pub probe_turn: Duration,
    /// A router that owes a reply and is silent for this long counts as gone. 5 seconds.
    pub silence: Duration,
    /// A kept session that is silent for this long gets a test command. 45 seconds.
    pub keepalive: Duration,
    /// After how long without use a session is closed. 5 minutes.
    pub idle: Duration,
    /// How many routers have a session at a time. 1,000; the one that was used least recently gives way.
    pub open_routers: usize,
    /// How long a guest's session is waited for once the router took the login. 6 seconds.
    pub session_wait: Duration,
    /// How long between two looks for it. 300 milliseconds.
    pub session_step: Duration,
    /// How long to wait before a login is tried again that the router says is under way. 2 seconds.
    pub authorizing: Duration,
    /// How long the circuit breaker stays open after the third failure in a row. The time doubles after each further
    /// one. 2 seconds.
    pub first_pause: Duration,
    /// The longest time that the circuit breaker stays open after failures. 60 seconds.
    pub longest_pause: Duration,
    /// How long a router is left alone that refused the login or showed another certificate: trying again fills its log
    /// and looks like an attack. 5 minutes.
    pub lockout: Duration,
    /// The limits of one session.
    ///
    /// More may wait than the protocol's 64: guests come in crowds, each costs a few commands, and every wait ends.
    pub session: Options,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(10),
            write: Duration::from_secs(15),
            write_answer: Duration::from_secs(8),
            maker_turn: Duration::from_secs(10),
            opening: Duration::from_secs(9),
            resolving: Duration::from_secs(3),
            probe_turn: Duration::from_secs(5),
            silence: Duration::from_secs(5),
            keepalive: Duration::from_secs(45),
            idle: Duration::from_mins(5),
            open_routers: 1_000,
            session_wait: Duration::from_secs(6),
            session_step: Duration::from_millis(300),
            authorizing: Duration::from_secs(2),
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_mins(1),
            lockout: Duration::from_mins(5),
            session: Options { queue: 1_024, ..Options::default() },
        }
    }
}
