//! How routers are reached and checked.

use std::io;

use clap::{ArgAction, Args};
use portero_adapters::{RouterNetworks, RouterOs};
use portero_application::health::HealthChecks;
use time::Duration;

use super::value::{list, whole_number};

/// How routers are reached and checked.
#[derive(Args, Debug)]
pub(crate) struct RouterConfig {
    /// Seconds between two health checks of a router; 30 or more, 0 for never
    #[arg(long, env, default_value = "60", value_parser = check_interval)]
    router_check_interval_seconds: u32,
    /// Blocks of addresses that routers may be in, separated by commas; without it, any address that is not refused anyway
    #[arg(long, env, value_parser = networks)]
    router_networks: Option<RouterNetworks>,
    /// Whether routers may be on this machine; for demos and tests
    #[arg(long, env, default_value = "false", action = ArgAction::Set)]
    allow_loopback_routers: bool,
}

impl RouterConfig {
    /// The routers that may be reached.
    pub(crate) fn routers(&self) -> io::Result<RouterOs> {
        match self.router_networks.clone() {
            Some(networks) => RouterOs::within(networks, self.allow_loopback_routers),
            None => RouterOs::new(self.allow_loopback_routers),
        }
    }

    /// Whether routers are checked in the background.
    pub(crate) fn checks_routers(&self) -> bool {
        self.router_check_interval_seconds > 0
    }

    pub(super) fn health_checks(&self) -> HealthChecks {
        if !self.checks_routers() {
            return HealthChecks::default();
        }
        let interval = Duration::seconds(self.router_check_interval_seconds.into());
        HealthChecks { interval, ..HealthChecks::default() }
    }
}

/// With less than 30 seconds between them, two health checks of one router could overlap.
fn check_interval(text: &str) -> Result<u32, &'static str> {
    let seconds = whole_number(0, 86_400)(text).ok().filter(|seconds| !(1..30).contains(seconds));
    seconds.ok_or("must be 0, or a whole number from 30 to 86400")
}

fn networks(text: &str) -> Result<RouterNetworks, &'static str> {
    RouterNetworks::parse(list(text)).map_err(|_| "must be addresses or blocks of them, such as 10.8.0.0/16")
}
