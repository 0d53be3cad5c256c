//! Who is online, and who is there to be.

use std::{cmp::Reverse, net::IpAddr};

use portero_domain::{
    hotspot::{ActiveSession, Mac, SessionsOf},
    ports::HotspotResult,
};
use portero_routeros::proto::{Command, Query};

use super::{call::Call, rows};

/// The sessions under way.
pub(super) async fn find(call: &Call<'_>, of: &SessionsOf) -> HotspotResult<Vec<ActiveSession>> {
    let theirs = match of {
        SessionsOf::User(name) => Query::equals("user", name.as_str()),
        SessionsOf::Device(mac) => Query::equals("mac-address", mac.to_string()),
        SessionsOf::Address(address) => Query::equals("address", address.to_string()),
    };
    let print = Command::new("/ip/hotspot/active/print").proplist(rows::SESSION).matching(theirs);
    call.read(&print).await?.rows.iter().map(rows::session).collect()
}

/// The address that a device uses now: one that it used before is still in the table for a while, and idle.
pub(super) async fn address_of(call: &Call<'_>, device: Mac) -> HotspotResult<Option<IpAddr>> {
    let print = Command::new("/ip/hotspot/host/print")
        .proplist(&["address", "idle-time"])
        .matching(Query::equals("mac-address", device.to_string()));
    let answer = call.read(&print).await?;
    let addresses =
        answer.rows.iter().filter_map(|row| Some((rows::span(row, "idle-time"), rows::address(row, "address")?)));
    Ok(addresses.max_by_key(|(idle, _)| Reverse(*idle)).map(|(_, address)| address))
}
