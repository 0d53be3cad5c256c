//! Lets guests in.

use std::net::IpAddr;

use portero_domain::{
    hotspot::{ActiveSession, GuestLogin, SessionsOf},
    ports::{HotspotError, HotspotResult, Rejection},
};
use portero_routeros::{
    Class,
    proto::{Command, Query},
};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    call::{Call, NotChanged},
    errors, removal, sessions,
};

/// How often a login is tried that the router says is under way already.
const TRIES_UNDER_WAY: usize = 3;

/// How often a login is sent whose answer was lost.
const TRIES_IN_DOUBT: usize = 3;

/// Lets a guest in and waits for the session. Other devices' sessions are left alone: who gives way to whom under a
/// limit of sessions is not decided here.
pub(super) async fn log_in(call: &Call<'_>, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>> {
    let address = match guest.address {
        Some(address) => address,
        None => sessions::host(call, guest.mac).await?.ok_or_else(not_there)?.address,
    };
    let login = Command::new("/ip/hotspot/active/login")
        .attribute("ip", address.to_string())
        .attribute("mac-address", guest.mac.to_string())
        .attribute("user", &guest.user)
        .attribute("password", guest.password.expose());
    let (mut under_way, mut in_doubt, mut ended_stale) = (0, 0, false);
    loop {
        let refused = match call.change(&login).await {
            Ok(_) => return Ok(session(call, guest, address).await),
            Err(NotChanged::Refused(trap)) => trap,
            Err(NotChanged::InDoubt(error)) => {
                in_doubt += 1;
                if let Some(session) = theirs(call, guest).await? {
                    return Ok(Some(session));
                }
                if in_doubt == TRIES_IN_DOUBT {
                    return Err(error);
                }
                continue;
            }
            Err(NotChanged::NotDone(error)) => return Err(error),
        };
        match refused.class() {
            Class::AlreadyActive => {
                if let Some(session) = theirs(call, guest).await? {
                    return Ok(Some(session));
                }
                if ended_stale {
                    return Err(errors::rejected(&refused));
                }
                ended_stale = true;
                let stale = Query::equals("mac-address", guest.mac.to_string());
                removal::remove(call, "/ip/hotspot/active", &stale).await?;
            }
            Class::RetryLater if under_way < TRIES_UNDER_WAY => {
                under_way += 1;
                if call.until <= Instant::now() + call.tuning().authorizing {
                    return Err(errors::rejected(&refused));
                }
                sleep(call.tuning().authorizing).await;
            }
            _ => return Err(errors::rejected(&refused)),
        }
    }
}

/// The session of this user on this device.
async fn theirs(call: &Call<'_>, guest: &GuestLogin) -> HotspotResult<Option<ActiveSession>> {
    let found = sessions::find(call, &SessionsOf::Device(guest.mac)).await?;
    Ok(found.into_iter().find(|session| session.user == guest.user))
}

/// Waits for the session of a login that the router took: it authorises afterwards. That it cannot be asked makes the
/// login no less taken.
async fn session(call: &Call<'_>, guest: &GuestLogin, address: IpAddr) -> Option<ActiveSession> {
    let tuning = call.tuning();
    let until = call.until.min(Instant::now() + tuning.session_wait);
    loop {
        let next = Instant::now() + tuning.session_step;
        if let Ok(found) = sessions::find(call, &SessionsOf::Address(address)).await
            && let Some(session) = found.into_iter().find(|session| session.user == guest.user)
        {
            return Some(session);
        }
        if next > until {
            return None;
        }
        sleep_until(next).await;
    }
}

fn not_there() -> HotspotError {
    HotspotError::Rejected { kind: Rejection::HostUnknown, text: "the device has no address here".to_owned() }
}
