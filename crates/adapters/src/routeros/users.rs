//! Finds, changes and removes hotspot users.

use portero_domain::{
    hotspot::{HotspotUser, HotspotUsername, ItemId, UserChange},
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

/// How many users are asked for at once.
const AT_ONCE: usize = 20;

/// Since when a router prints passwords only for who asks for them (RouterOS facts, 3).
const ASKED_FOR_SECRETS: Version = Version { major: 7, minor: 21, patch: 0 };

/// The users with these names.
pub(super) async fn find(call: &Call<'_>, names: &[HotspotUsername]) -> HotspotResult<Vec<HotspotUser>> {
    let print = Command::new("/ip/hotspot/user/print").proplist(rows::USER);
    let asks = call.version().await? >= ASKED_FOR_SECRETS;
    let print = if asks { print.attribute("show-sensitive", "") } else { print };
    let mut users = Vec::new();
    for names in names.chunks(AT_ONCE) {
        let queries = names.iter().map(|name| Query::equals("name", name.as_str()));
        let Some(any) = queries.reduce(Query::or) else { continue };
        let answer = call.read(&print.clone().matching(any)).await?;
        users.extend(read(&answer, names)?);
    }
    Ok(users)
}

fn read(answer: &Answer, names: &[HotspotUsername]) -> HotspotResult<Vec<HotspotUser>> {
    let mut users = Vec::new();
    for row in answer.rows.iter().filter(|row| !rows::is_built_in(*row)) {
        let is_its = |name: &&HotspotUsername| row.get("name") == Some(name.as_str().as_bytes());
        if let Some(name) = names.iter().find(is_its) {
            users.push(rows::user(row, name)?);
        }
    }
    Ok(users)
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
    if let Some(comment) = &change.comment {
        set = set.attribute("comment", comment);
    }
    if let Some(password) = &change.password {
        set = set.attribute("password", password.expose());
    }
    call.change(&set).await.map(drop).map_err(NotChanged::into)
}

/// Removes the user, then its cookies, then its sessions: a guest whose cookie is left comes in again.
pub(super) async fn remove(call: &Call<'_>, name: &HotspotUsername) -> HotspotResult<()> {
    let user = Query::equals("name", name.as_str());
    removal::remove(call, "/ip/hotspot/user", &user).await?;
    end_sessions(call, name).await
}

/// Removes a user's cookies, then ends its sessions.
pub(super) async fn end_sessions(call: &Call<'_>, name: &HotspotUsername) -> HotspotResult<()> {
    let theirs = Query::equals("user", name.as_str());
    let (cookies, sessions) = ("/ip/hotspot/cookie", "/ip/hotspot/active");
    let (found_cookies, found_sessions) =
        tokio::try_join!(removal::find(call, cookies, &theirs), removal::find(call, sessions, &theirs))?;
    removal::remove_found(call, cookies, &theirs, found_cookies).await?;
    removal::remove_found(call, sessions, &theirs, found_sessions).await
}
