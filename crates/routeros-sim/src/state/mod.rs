//! The state of the router: its hotspot, its accounts, its log.

mod accounts;
mod active;
mod hosts;
mod journal;
mod login;
mod plain;
mod profiles;
mod record;
mod syslog;
mod table;
mod user_index;
mod users;

pub use accounts::{Account, Network, NotANetwork, Policies};
pub use active::{Active, Cookie};
pub use hosts::Host;
pub(crate) use journal::Change;
pub(crate) use login::Login;
pub use profiles::Profile;
pub(crate) use record::{Record, Secrets, View, id_text, parse_id};
pub use syslog::LogLine;
pub(crate) use table::Table;
pub(crate) use user_index::Users;
pub(crate) use users::Choices;
pub use users::User;

use std::{net::Ipv4Addr, time::Duration};

use time::OffsetDateTime;
use tokio::sync::watch;

use crate::{
    Assumptions, Clock, Settings, Trap, Version,
    assumptions::Point,
    command::Menu,
    value::{self, Value},
};
use journal::Journal;
use login::Pending;
use syslog::Syslog;

/// The state of one router. Change it as its owner would, or as its clients' devices do.
#[derive(Debug)]
pub struct Router {
    pub(crate) version: Version,
    pub(crate) assumptions: Assumptions,
    pub(crate) clock: Clock,
    pub(crate) identity: Value,
    pub(crate) accounts: Vec<Account>,
    pub(crate) servers: Vec<Value>,
    pub(crate) users: Users,
    pub(crate) profiles: Table<Profile>,
    pub(crate) hosts: Table<Host>,
    pub(crate) active: Table<Active>,
    pub(crate) cookies: Table<Cookie>,
    pub(crate) log: Syslog,
    pub(crate) fingerprint: Option<String>,
    pub(crate) max_sessions: usize,
    journal: Journal,
    pending: Vec<Pending>,
    authorisation_takes: Duration,
    told_time: Option<OffsetDateTime>,
    licence: Option<usize>,
    uses_radius: bool,
    login_by: String,
    settled: Duration,
}

impl Router {
    pub(crate) fn new(settings: &Settings, clock: Clock) -> Self {
        let mut profiles = Table::starting_at(0);
        profiles.insert(Profile::named("default"));
        let mut router = Self {
            version: settings.version.clone(),
            assumptions: settings.assumptions.clone(),
            clock,
            identity: b"MikroTik".to_vec(),
            accounts: settings.accounts.clone(),
            servers: vec![b"hotspot1".to_vec()],
            users: Users::with_default_row(),
            profiles,
            hosts: Table::starting_at(1),
            active: Table::starting_at(1),
            cookies: Table::starting_at(1),
            log: Syslog::default(),
            fingerprint: None,
            max_sessions: settings.max_sessions,
            journal: Journal::default(),
            pending: Vec::new(),
            authorisation_takes: settings.authorisation_takes,
            told_time: settings.told_time,
            licence: settings.licence,
            uses_radius: settings.uses_radius,
            login_by: settings.login_by.clone(),
            settled: Duration::ZERO,
        };
        for profile in &settings.profiles {
            router.add_profile(Profile::named(profile));
        }
        for (mac, address) in &settings.clients {
            router.add_host(mac, *address);
        }
        router.seed_users(settings.users);
        router
    }

    /// What this router runs.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Adds a user profile, unless there is one of that name.
    pub fn add_profile(&mut self, profile: Profile) {
        if self.profiles.iter().all(|(_, other)| other.name != profile.name) {
            self.profiles.insert(profile);
        }
    }

    /// Changes the profile of that name. False when there is none.
    pub fn edit_profile(&mut self, name: &str, edit: impl FnOnce(&mut Profile)) -> bool {
        let found = self.profiles.iter_mut().find(|(_, profile)| profile.name == name.as_bytes());
        found.map(|(_, profile)| edit(profile)).is_some()
    }

    /// A device came into the hotspot's network, and has this address now.
    pub fn add_host(&mut self, mac: &str, address: Ipv4Addr) {
        let mac = value::mac(mac.as_bytes()).unwrap_or_else(|| mac.to_owned());
        let server = self.servers.first().cloned().unwrap_or_default();
        let since = self.clock.now();
        self.hosts.insert(Host { mac, address, server, since, authorized: false });
    }

    /// Adds a user as `/ip/hotspot/user/add` would, and answers its id.
    pub fn add_user(&mut self, user: User) -> Result<String, Trap> {
        let clashes = self.assumptions.hold(Point::ServerAllClashesWithNamed);
        let id = self.users.insert(user, clashes)?;
        self.note(Menu::Users, id, false);
        Ok(id_text(id))
    }

    /// Adds `count` users called `seed-000001` and so on, with the comments of real ones.
    pub fn seed_users(&mut self, count: usize) {
        for number in 1..=count {
            let mut user = User::named(format!("seed-{number:06}").as_bytes());
            user.password = format!("{:04}", number % 10_000).into_bytes();
            user.comment = format!("MODE=PIN TL=1h TA={number}").into_bytes();
            user.limit_uptime = Duration::from_hours(1);
            let clashes = self.assumptions.hold(Point::ServerAllClashesWithNamed);
            // Seeding twice adds no user twice.
            let _ = self.users.insert(user, clashes);
        }
    }

    /// The users of that name, one for each server at most.
    pub fn users_named(&self, name: &[u8]) -> Vec<User> {
        self.users.named(name).map(|(_, user)| user.clone()).collect()
    }

    /// How many users there are, the `default-trial` row among them.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// The sessions that are active now.
    pub fn active_sessions(&self) -> Vec<Active> {
        self.active.iter().map(|(_, active)| active.clone()).collect()
    }

    /// The cookies that let a device in without a password.
    pub fn cookies(&self) -> Vec<Cookie> {
        self.cookies.iter().map(|(_, cookie)| cookie.clone()).collect()
    }

    /// The log's newest lines, oldest first.
    pub fn log_lines(&self) -> Vec<LogLine> {
        self.log.lines().cloned().collect()
    }

    /// How many lines of the log contain this text.
    pub fn logged(&self, text: &str) -> usize {
        self.log.lines().filter(|line| line.message.contains(text)).count()
    }

    pub(crate) fn write_log(&mut self, topics: &'static str, message: String) {
        let at = self.clock.now();
        self.log.push(LogLine { at, topics, message });
        self.note(Menu::Log, self.log.last_id(), false);
    }

    pub(crate) fn note(&mut self, menu: Menu, id: u64, dead: bool) {
        self.journal.push(menu, id, dead);
    }

    pub(crate) fn changes_after(&self, seen: u64) -> impl Iterator<Item = &Change> {
        self.journal.after(seen)
    }

    pub(crate) fn last_change(&self) -> u64 {
        self.journal.last()
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.journal.watch()
    }
}
