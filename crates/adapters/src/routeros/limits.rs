//! What a user may use, as routers take it.

use std::time::Duration;

use portero_domain::hotspot::Allowance;
use portero_routeros::{proto::Command, value::format_duration};

/// The command with these limits, all of them. Zero is how a router writes "without limit", so who may use nothing is
/// given the least that can be said: a second, a byte.
pub(super) fn set(command: Command, allowance: &Allowance) -> Command {
    let time = allowance.time.map_or(0, |time| time.as_secs().max(1));
    let bytes = |limit: Option<u64>| limit.map_or(0, |bytes| bytes.max(1)).to_string();
    command
        .attribute("limit-uptime", format_duration(Duration::from_secs(time)))
        .attribute("limit-bytes-in", bytes(allowance.bytes_in))
        .attribute("limit-bytes-out", bytes(allowance.bytes_out))
        .attribute("limit-bytes-total", bytes(allowance.bytes_total))
}
