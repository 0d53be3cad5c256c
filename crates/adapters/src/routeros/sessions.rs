//! Who is online, and who is there to be.

use std::cmp::Reverse;

use portero_domain::{
    hotspot::{ActiveSession, HotspotHost, Mac, SessionsOf},
    ports::HotspotResult,
};
use portero_routeros::proto::{Command, Query};

use super::{call::Call, rows};

/// The sessions under way.
pub(super) async fn find(call: &Call<'_>, of: &SessionsOf) -> HotspotResult<Vec<ActiveSession>> {
    let theirs = match of {
        SessionsOf::User(name) => Query::equals("user", name),
        SessionsOf::Device(mac) => Query::equals("mac-address", mac.to_string()),
        SessionsOf::Address(address) => Query::equals("address", address.to_string()),
    };
    let print = Command::new("/ip/hotspot/active/print").proplist(rows::SESSION).matching(theirs);
    call.read(&print).await?.rows.iter().map(rows::session).collect()
}

/// A device with the address that it uses now. An address that it used before is in the table for a while, and idle.
pub(super) async fn host(call: &Call<'_>, device: Mac) -> HotspotResult<Option<HotspotHost>> {
    let print = Command::new("/ip/hotspot/host/print")
        .proplist(&["address", "server", "idle-time"])
        .matching(Query::equals("mac-address", device.to_string()));
    let answer = call.read(&print).await?;
    let hosts = answer.rows.iter().filter_map(|row| {
        let host = HotspotHost { address: rows::address(row, "address")?, server: rows::bytes(row, "server") };
        Some((rows::span(row, "idle-time"), host))
    });
    Ok(hosts.max_by_key(|(idle, _)| Reverse(*idle)).map(|(_, host)| host))
}
