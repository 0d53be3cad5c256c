use std::{net::IpAddr, time::Duration};

use super::{HotspotPassword, ItemId, Mac, RouterText};

/// A guest that is online.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActiveSession {
    /// The session's identity on its router.
    pub id: ItemId,
    /// The user it counts for.
    pub user: RouterText,
    /// The hotspot server it is on, if the router says so. A name may be there once for each server.
    pub server: Option<RouterText>,
    /// The guest's address.
    pub address: Option<IpAddr>,
    /// The guest's device.
    pub mac: Option<Mac>,
    /// How long it has lasted.
    pub uptime: Duration,
    /// How long nothing has come from the device.
    pub idle: Duration,
    /// How long it may still last, if there is an end.
    pub time_left: Option<Duration>,
    /// Bytes from the guest.
    pub bytes_in: u64,
    /// Bytes to the guest.
    pub bytes_out: u64,
}

/// Which sessions to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionsOf {
    /// Those that count for this user.
    User(RouterText),
    /// Those of this device.
    Device(Mac),
    /// The one at this address.
    Address(IpAddr),
}

/// A device in the network of a hotspot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotspotHost {
    /// The address that the device uses now.
    pub address: IpAddr,
    /// The hotspot server that it is behind, if the router says so.
    pub server: Option<RouterText>,
}

/// A guest to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuestLogin {
    /// The user it will count for.
    pub user: RouterText,
    /// That user's password.
    pub password: HotspotPassword,
    /// The guest's device.
    pub mac: Mac,
    /// The guest's address; looked up by the device where it is not known.
    pub address: Option<IpAddr>,
}
