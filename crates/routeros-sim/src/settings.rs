//! The settings of a simulated router.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use time::{OffsetDateTime, macros::datetime};

use crate::{Account, Armed, Assumptions, Clock, Costs, Fragmentation, Network, Version};

/// The settings of a router before its start. The defaults are those of a new device.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the service `api` listens; port 0 is any free one.
    pub listen: SocketAddr,
    /// Where the service `api-ssl` listens, if it does.
    pub tls_listen: Option<SocketAddr>,
    /// The RouterOS version that it reports and behaves like.
    pub version: Version,
    /// Who may log in to the router itself.
    pub accounts: Vec<Account>,
    /// From where; empty is from anywhere.
    pub service_addresses: Vec<Network>,
    /// How many sessions each service carries at a time.
    pub max_sessions: usize,
    /// How many hotspot users there are from the start.
    pub users: usize,
    /// User profiles beside `default`.
    pub profiles: Vec<String>,
    /// Devices in the hotspot's network: their MAC and address.
    pub clients: Vec<(String, Ipv4Addr)>,
    /// How long it takes from an accepted login of a guest to its session.
    pub authorisation_takes: Duration,
    /// How many guests the licence allows at a time.
    pub licence: Option<usize>,
    /// Whether the hotspot asks RADIUS too. There is no RADIUS server behind this router.
    pub uses_radius: bool,
    /// The login methods of the hotspot, joined by commas.
    pub login_by: String,
    /// Faults from the start.
    pub faults: Vec<Armed>,
    /// The guesses about real routers.
    pub assumptions: Assumptions,
    /// How its time passes.
    pub clock: Clock,
    /// The fixed time of day of the router. If absent, the time of this machine in UTC.
    pub told_time: Option<OffsetDateTime>,
    /// The challenge of the old login, when it must be this one.
    pub challenge: Option<[u8; 16]>,
    /// Whether `.tag` comes last in a reply; otherwise it is the second word.
    pub tag_last: bool,
    /// How the stream is cut on its way to the client.
    pub fragmentation: Fragmentation,
    /// How slow it is. If absent, replies come at once.
    pub costs: Option<Costs>,
    /// Where every sentence is written, as JSON lines.
    pub log: Option<PathBuf>,
    /// Whether every sentence is kept in memory, for [`crate::Simulator::transcript`].
    pub records: bool,
}

impl Default for Settings {
    /// RouterOS 7.18 on a free port of the loopback, with the account `admin` and its password `secret`. It is always noon
    /// of 15 January 2026, in Mexico.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls_listen: None,
            version: Version::seven_eighteen(),
            accounts: vec![Account::full("admin", "secret")],
            service_addresses: Vec::new(),
            max_sessions: 20,
            users: 0,
            profiles: Vec::new(),
            clients: Vec::new(),
            authorisation_takes: Duration::from_millis(300),
            licence: None,
            uses_radius: false,
            login_by: "cookie,http-chap".to_owned(),
            faults: Vec::new(),
            assumptions: Assumptions::default(),
            clock: Clock::running(),
            told_time: Some(datetime!(2026-01-15 12:00 -6)),
            challenge: None,
            tag_last: false,
            fragmentation: Fragmentation::Whole,
            costs: None,
            log: None,
            records: false,
        }
    }
}
