use std::{net::IpAddr, sync::Arc};

use portero_domain::{
    hotspot::{ActiveSession, GuestLogin, Mac, RouterText},
    ports::{Hotspot, SellingRouter},
    purchase::GuestCredentials,
};

use crate::routers::RouterAccessLoader;

/// Logs a guest in who has just bought access. A failure does not matter: the guest has the credentials.
pub struct ConnectGuest {
    pub(super) access: RouterAccessLoader,
    pub(super) hotspot: Arc<dyn Hotspot>,
}

/// The device of a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuestDevice {
    /// Its hardware address.
    pub mac: Mac,
    /// Its address in the network, if the portal knows it.
    pub address: Option<IpAddr>,
}

/// What became of a log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestConnection {
    /// The guest is online.
    Online(ActiveSession),
    /// The router accepted the log-in, and shows no session yet.
    Accepted,
    /// The router did not log the guest in.
    Failed,
}

impl ConnectGuest {
    /// Logs the guest in on this device.
    pub async fn execute(
        &self,
        selling: &SellingRouter,
        credentials: &GuestCredentials,
        device: GuestDevice,
    ) -> GuestConnection {
        let Ok(access) = self.access.selling(selling).await else { return GuestConnection::Failed };
        let guest = GuestLogin {
            user: RouterText::from(credentials.name.as_str()),
            password: credentials.password.clone(),
            mac: device.mac,
            address: device.address,
        };
        match self.hotspot.log_in(&access, &guest).await {
            Ok(Some(session)) => GuestConnection::Online(session),
            Ok(None) => GuestConnection::Accepted,
            Err(_) => GuestConnection::Failed,
        }
    }
}
