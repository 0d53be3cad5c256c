//! The contract of hotspots, over the fake router of other tests and over simulated ones of each kind.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use portero_adapters::RouterOs;
use portero_domain::{
    hotspot::Mac,
    ports::{Hotspot, RouterProbe},
    router::{ApiUsername, RouterAccess},
};
use portero_routeros_sim::{Account, Assumptions, Clock, Point, Policies, Profile, Simulator};
use portero_testkit::{FakeRouters, contract::hotspot::HotspotHarness};

use crate::support::{access, access_at, router, routers};

struct Simulated {
    router: Simulator,
    routers: Arc<RouterOs>,
    shows_passwords: Mutex<bool>,
}

impl Simulated {
    async fn running(version: &str) -> Self {
        let router = router(|settings| {
            settings.version = version.parse().unwrap();
            // Also the later ones that leave passwords out unless they are asked for.
            settings.assumptions = Assumptions::default().with(Point::PrintHidesPasswords, true);
            settings.clock = Clock::standing();
            settings.authorisation_takes = Duration::ZERO;
            let policies = Policies { api: true, read: true, write: true, sensitive: false };
            settings.accounts.push(Account { policies, ..Account::full("no-secrets", "secret") });
        })
        .await;
        Self { router, routers: routers(|_| {}), shows_passwords: Mutex::new(true) }
    }
}

impl HotspotHarness for Simulated {
    fn hotspot(&self) -> Arc<dyn Hotspot> {
        Arc::clone(&self.routers) as Arc<dyn Hotspot>
    }

    fn probe(&self) -> Arc<dyn RouterProbe> {
        Arc::clone(&self.routers) as Arc<dyn RouterProbe>
    }

    fn access(&self) -> RouterAccess {
        let account = if *self.shows_passwords.lock().unwrap() { "admin" } else { "no-secrets" };
        RouterAccess { username: ApiUsername::parse(account).unwrap(), ..access(&self.router) }
    }

    fn add_profile(&self, name: &str, shared_users: u32) {
        self.router.router().add_profile(Profile { shared_users, ..Profile::named(name) });
    }

    fn add_host(&self, device: Mac, address: Ipv4Addr) {
        self.router.router().add_host(&device.to_string(), address);
    }

    fn pass(&self, span: Duration) {
        self.router.advance(span);
    }

    fn hide_passwords(&self) -> RouterAccess {
        *self.shows_passwords.lock().unwrap() = false;
        self.access()
    }
}

struct Fake(FakeRouters);

impl HotspotHarness for Fake {
    fn hotspot(&self) -> Arc<dyn Hotspot> {
        Arc::new(self.0.clone())
    }

    fn probe(&self) -> Arc<dyn RouterProbe> {
        Arc::new(self.0.clone())
    }

    fn access(&self) -> RouterAccess {
        access_at(([192, 0, 2, 1], 8728).into())
    }

    fn add_profile(&self, name: &str, shared_users: u32) {
        self.0.router().add_profile(name, Some(&shared_users.to_string()));
    }

    fn add_host(&self, device: Mac, address: Ipv4Addr) {
        self.0.router().hosts.push((device, address.into()));
    }

    fn pass(&self, span: Duration) {
        let mut router = self.0.router();
        let mut users: Vec<_> = router.sessions.iter().map(|session| session.user.to_string()).collect();
        users.dedup();
        for user in users {
            router.spend(&user, span);
        }
    }

    fn hide_passwords(&self) -> RouterAccess {
        self.0.router().shows_passwords = false;
        self.access()
    }
}

mod fake {
    async fn harness() -> super::Fake {
        super::Fake(portero_testkit::FakeRouters::default())
    }

    portero_testkit::hotspot_contract_tests!(harness);
}

macro_rules! versions {
    ($($module:ident: $version:literal,)*) => {$(
        mod $module {
            async fn harness() -> super::Simulated {
                super::Simulated::running($version).await
            }

            portero_testkit::hotspot_contract_tests!(harness);
        }
    )*};
}

versions! {
    of_6_49: "6.49.19 (long-term)",
    of_7_18: "7.18.2 (stable)",
    of_7_21: "7.21 (stable)",
}
