//! The commands of the probe. None changes the router: they print, and cancel a command that never ran.

use std::io::{self, Write};

use portero_routeros::{
    client::{ConnectError, Fingerprint},
    proto::{Command, Query},
    value::Version,
};

use crate::session::{Answer, Session};

/// The largest number of hotspot users to list. The list is needed only to find a few users with useful values.
const LISTED: u64 = 1_000;

/// How many users' passwords are asked for.
const ASKED: usize = 5;

/// The data that was read. A value that was not requested is `None`.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    /// What it runs.
    pub(crate) version: Option<Version>,
    /// The certificate that `api-ssl` showed.
    pub(crate) shown: Option<Result<Fingerprint, ConnectError>>,
    /// `/ip/service`.
    pub(crate) services: Option<Answer>,
    /// `/certificate`.
    pub(crate) certificates: Option<Answer>,
    /// `/ip/hotspot/user`, unless there are too many.
    pub(crate) users: Option<Answer>,
    /// A few users with their passwords, asked for as usual.
    pub(crate) passwords: Vec<Answer>,
    /// The same, asked for with `show-sensitive`.
    pub(crate) sensitive: Vec<Answer>,
    /// How many users are found by `?disabled=false`.
    pub(crate) false_found: Option<u64>,
    /// How many are by `?disabled=no`.
    pub(crate) no_found: Option<u64>,
    /// The reply to a path that does not exist.
    pub(crate) unknown_path: Option<Answer>,
    /// The reply to the cancellation of a command that never ran.
    pub(crate) cancelled: Option<Answer>,
}

/// Sends all commands. If the session ends early, the data so far is kept.
pub(crate) async fn ask<W: Write>(session: &mut Session<W>, seen: &mut Observations) -> io::Result<()> {
    let resource = print("/system/resource", &["version", "architecture-name", "board-name", "uptime"]);
    let resource = session.ask(&resource).await?;
    seen.version = resource.rows.first().and_then(|row| Version::parse(row.get("version")?).ok());
    session.ask(&print("/system/clock", &["date", "time", "gmt-offset"])).await?;
    session.ask(&print("/ip/hotspot", &["name", "profile", "disabled", "invalid"])).await?;
    session.ask(&print("/ip/hotspot/profile", &["name", "login-by", "use-radius", "default"])).await?;
    let profile = [".id", "name", "shared-users", "session-timeout", "rate-limit", "mac-cookie-timeout", "default"];
    session.ask(&print("/ip/hotspot/user/profile", &profile)).await?;

    let service = ["name", "port", "certificate", "tls-version", "max-sessions", "disabled"];
    seen.services = Some(session.ask(&print("/ip/service", &service)).await?);
    seen.certificates = Some(session.ask(&print("/certificate", &["name", "fingerprint"])).await?);
    seen.unknown_path = Some(session.ask(&Command::new("/portero/print")).await?);
    seen.cancelled = Some(session.ask(&Command::new("/cancel").attribute("tag", "4000000000")).await?);
    ask_for_users(session, seen).await
}

async fn ask_for_users<W: Write>(session: &mut Session<W>, seen: &mut Observations) -> io::Result<()> {
    let user = "/ip/hotspot/user";
    let count = || Command::new("/ip/hotspot/user/print").attribute("count-only", "");
    seen.false_found = counted(&session.ask(&count().matching(Query::equals("disabled", "false"))).await?);
    seen.no_found = counted(&session.ask(&count().matching(Query::equals("disabled", "no"))).await?);
    if counted(&session.ask(&count()).await?).is_none_or(|users| users > LISTED) {
        return Ok(());
    }
    let listed = session.ask(&print(user, &[".id", "name", "server", "email", "comment", "default"])).await?;
    let names = listed.rows.iter().filter_map(|row| row.get("name")).filter(|name| *name != b"default-trial");
    for name in names.take(ASKED) {
        let asked = print(user, &["name", "password"]).matching(Query::equals("name", name));
        seen.passwords.push(session.ask(&asked).await?);
        if seen.version.is_some_and(|version| (version.major, version.minor) >= (7, 21)) {
            seen.sensitive.push(session.ask(&asked.attribute("show-sensitive", "")).await?);
        }
    }
    seen.users = Some(listed);
    Ok(())
}

fn print(menu: &str, properties: &[&str]) -> Command {
    Command::new(&format!("{menu}/print")).proplist(properties)
}

fn counted(answer: &Answer) -> Option<u64> {
    std::str::from_utf8(answer.ret.as_deref()?).ok()?.parse().ok()
}
