//! Finds, changes and removes hotspot users.

use portero_domain::{
    hotspot::{ActiveSession, HotspotUser, ItemId, Mac, RouterText, UserChange},
    ports::HotspotResult,
};
use portero_routeros::{
    client::Answer,
    proto::{Command, Query},
    value::{Version, format_bool},
};

use super::{
    call::{Call, NotChanged},
    limits, removal, rows,
};

/// The menu of the cookies that log a device in without a page.
const COOKIES: &str = "/ip/hotspot/cookie";

/// The menu of the sessions under way.
const SESSIONS: &str = "/ip/hotspot/active";

/// How many users are asked for at once.
const AT_ONCE: usize = 20;

/// From this version on, a router may print passwords only on request.
const ASKED_FOR_SECRETS: Version = Version { major: 7, minor: 21, patch: 0 };

/// The users with these names.
pub(super) async fn find(call: &Call<'_>, names: &[RouterText]) -> HotspotResult<Vec<HotspotUser>> {
    let print = Command::new("/ip/hotspot/user/print").proplist(rows::USER);
    let asks = call.version().await? >= ASKED_FOR_SECRETS;
    let print = if asks { print.attribute("show-sensitive", "") } else { print };
    let mut users = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let queries = names.iter().map(|name| Query::equals("name", name));
        let Some(any) = queries.reduce(Query::or) else { continue };
        let answer = call.read(&print.clone().matching(any)).await?;
        users.extend(read(&answer, names)?);
    }
    Ok(users)
}

/// A router may take the beginning of a name for the name, so only exact names count.
fn read(answer: &Answer, names: &[RouterText]) -> HotspotResult<Vec<HotspotUser>> {
    let rows = answer.rows.iter().filter(|row| !rows::is_built_in(*row));
    let exact = rows.filter(|row| names.iter().any(|name| row.get("name") == Some(name.as_bytes())));
    exact.map(rows::user).collect()
}

/// Changes what is said to change.
pub(super) async fn change(call: &Call<'_>, user: &ItemId, change: &UserChange) -> HotspotResult<()> {
    let mut set = Command::new("/ip/hotspot/user/set").attribute(".id", user.as_str());
    if let Some(disabled) = change.disabled {
        set = set.attribute("disabled", format_bool(disabled));
    }
    if let Some(allowance) = &change.allowance {
        set = limits::set(set, allowance);
    }
    if let Some(mac) = change.mac {
        set = set.attribute("mac-address", mac.to_string());
    }
    if let Some(comment) = &change.comment {
        set = set.attribute("comment", comment);
    }
    call.change(&set).await.map(drop).map_err(NotChanged::into)
}

/// Removes the user, then the cookies of its name, then the sessions of its name. A cookie that is left would log its
/// guest in again.
pub(super) async fn remove(call: &Call<'_>, user: &HotspotUser) -> HotspotResult<()> {
    let itself = Query::equals(".id", user.id.as_str());
    removal::remove_found(call, "/ip/hotspot/user", &itself, vec![user.id.clone()]).await?;
    end_sessions(call, &user.name).await
}

/// Removes a user's cookies, then ends its sessions.
pub(super) async fn end_sessions(call: &Call<'_>, name: &RouterText) -> HotspotResult<()> {
    let theirs = Query::equals("user", name);
    let (found_cookies, found_sessions) =
        tokio::try_join!(removal::find(call, COOKIES, &theirs), removal::find(call, SESSIONS, &theirs))?;
    removal::remove_found(call, COOKIES, &theirs, found_cookies).await?;
    removal::remove_found(call, SESSIONS, &theirs, found_sessions).await
}

/// Removes the cookies of the session's device, then ends the session.
pub(super) async fn end_session(call: &Call<'_>, session: &ActiveSession) -> HotspotResult<()> {
    if let Some(mac) = session.mac {
        removal::remove(call, COOKIES, &Query::equals("mac-address", mac.to_string())).await?;
    }
    let itself = Query::equals(".id", session.id.as_str());
    removal::remove_found(call, SESSIONS, &itself, vec![session.id.clone()]).await
}

/// Removes the cookies of a user on all devices but this one.
pub(super) async fn forget_other_devices(call: &Call<'_>, name: &RouterText, device: Mac) -> HotspotResult<()> {
    let others = Query::equals("user", name).and(!Query::equals("mac-address", device.to_string()));
    removal::remove(call, COOKIES, &others).await
}
