//! What these tests share.

pub(crate) mod client;
pub(crate) mod program;
pub(crate) mod proxy;
pub(crate) mod router_owner;
pub(crate) mod sql;
pub(crate) mod tenant;

use std::time::{Duration, Instant};

/// Waits until something is so, asking again and again.
///
/// # Panics
/// When it is not so in time.
#[track_caller]
pub(crate) fn eventually(within: Duration, what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + within;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
