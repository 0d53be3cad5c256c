//! Log-in and log-out of guests: `/ip/hotspot/active/login`, cookies, limits, the counters at the end.

use std::{net::Ipv4Addr, time::Duration};

use super::{Active, Cookie, Router, User};
use crate::{
    Trap,
    assumptions::Point,
    command::Menu,
    value::{self, Value},
};

/// A login that was accepted and is being carried out.
#[derive(Debug)]
pub(super) struct Pending {
    due: Duration,
    mac: String,
    user: Value,
    domain: Value,
    login_by: &'static str,
}

/// The arguments of `/ip/hotspot/active/login`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) ip: Option<Ipv4Addr>,
    pub(crate) mac: Option<String>,
    pub(crate) user: Value,
    pub(crate) password: Value,
    pub(crate) domain: Value,
}

impl Router {
    /// Accepts or refuses a guest. An accepted one becomes active a little later.
    pub(crate) fn log_guest_in(&mut self, login: Login) -> Result<(), Trap> {
        self.check_method()?;
        let ip = login.ip.ok_or_else(|| Trap::missing_value("ip"))?;
        let host = self.hosts.iter().find(|(_, host)| host.address == ip).map(|(_, host)| host.clone());
        let host = host.ok_or_else(|| self.refusal(&format!("unknown host IP {ip}"), None))?;
        if login.mac.as_ref().is_some_and(|mac| *mac != host.mac) {
            return Err(self.refusal("wrong MAC provided", None));
        }
        if self.active.iter().any(|(_, active)| active.mac == host.mac) {
            return Err(self.refusal("already logged in", None));
        }
        if self.pending.iter().any(|pending| pending.mac == host.mac) {
            return Err(self.refusal("already authorizing, retry later", None));
        }
        let user = self.local_user(&login.user, &host.server).filter(|user| user.password == login.password).cloned();
        let user = user.ok_or_else(|| self.refusal("invalid username or password", None))?;
        self.check_limits(&user, &host.mac)?;
        let due = self.clock.now() + self.authorisation_takes;
        let (mac, user, domain) = (host.mac, user.name, login.domain);
        self.pending.push(Pending { due, mac, user, domain, login_by: "http-pap" });
        self.settle();
        Ok(())
    }

    /// A device requests a page. With a cookie it is logged in again, even if its user was removed (`F44`).
    pub fn device_returns(&mut self, mac: &str) -> bool {
        self.settle();
        let mac = value::mac(mac.as_bytes()).unwrap_or_default();
        let cookie = self.cookies.iter().find(|(_, cookie)| cookie.mac == mac).map(|(_, cookie)| cookie.clone());
        let busy = self.active.iter().any(|(_, active)| active.mac == mac);
        let Some(cookie) = cookie.filter(|_| !busy) else { return false };
        self.admit(&Pending {
            due: self.clock.now(),
            mac,
            user: cookie.user,
            domain: cookie.domain,
            login_by: "mac-cookie",
        });
        true
    }

    /// A device moved this many bytes, in and out.
    pub fn device_moves(&mut self, mac: &str, bytes_in: u64, bytes_out: u64) {
        let mac = value::mac(mac.as_bytes()).unwrap_or_default();
        if let Some((_, active)) = self.active.iter_mut().find(|(_, active)| active.mac == mac) {
            active.bytes[0] += bytes_in;
            active.bytes[1] += bytes_out;
        }
        self.settle();
    }

    /// A guest logs out of itself: the session ends, the cookie goes too.
    pub fn device_leaves(&mut self, mac: &str) {
        let mac = value::mac(mac.as_bytes()).unwrap_or_default();
        let id = self.active.iter().find(|(_, active)| active.mac == mac).map(|(id, _)| id);
        if let Some(id) = id {
            self.end_session(id, true);
        }
    }

    /// Ends a session. Only now its time and bytes are added to the user's row (`F41`). Returns false if there is none.
    pub(crate) fn end_session(&mut self, id: u64, with_cookie: bool) -> bool {
        let Some(active) = self.active.remove(id) else { return false };
        self.note(Menu::Active, id, true);
        let lasted = active.until.map_or(self.clock.now(), |until| until.min(self.clock.now()));
        let lasted = lasted.saturating_sub(active.since);
        let user = self.local_user(&active.user, &active.server).map(|user| user.server.clone());
        let id = user.and_then(|server| self.users.named(&active.user).find(|(_, user)| user.server == server));
        if let Some(id) = id.map(|(id, _)| id)
            && let Some(user) = self.users.get_mut(id)
        {
            user.uptime += lasted;
            for (total, bytes) in user.bytes.iter_mut().zip(active.bytes) {
                *total += bytes;
            }
            for (total, bytes) in user.packets.iter_mut().zip(active.bytes) {
                *total += bytes.div_ceil(1000);
            }
            self.note(Menu::Users, id, false);
        }
        if let Some((_, host)) = self.hosts.iter_mut().find(|(_, host)| host.mac == active.mac) {
            host.authorized = false;
        }
        if with_cookie {
            let cookies: Vec<u64> =
                self.cookies.iter().filter(|(_, cookie)| cookie.mac == active.mac).map(|(id, _)| id).collect();
            for cookie in cookies {
                self.cookies.remove(cookie);
                self.note(Menu::Cookies, cookie, true);
            }
        }
        true
    }

    /// Runs everything that is due: authorisations, limits, the expiry of cookies.
    pub fn settle(&mut self) {
        let now = self.clock.now();
        self.settled = now;
        for pending in self.pending.extract_if(.., |pending| pending.due <= now).collect::<Vec<_>>() {
            self.admit(&pending);
        }
        let over: Vec<u64> = self.active.iter().filter(|(_, active)| is_over(active, now)).map(|(id, _)| id).collect();
        for id in over {
            self.end_session(id, false);
        }
        let expired: Vec<u64> =
            self.cookies.iter().filter(|(_, cookie)| cookie.until <= now).map(|(id, _)| id).collect();
        for id in expired {
            self.cookies.remove(id);
            self.note(Menu::Cookies, id, true);
        }
    }

    /// [`Router::settle`], unless it was done a moment ago: commands come faster than guests.
    pub(crate) fn settle_if_due(&mut self) {
        if !self.clock.runs() || self.clock.now().saturating_sub(self.settled) > Duration::from_millis(5) {
            self.settle();
        }
    }

    fn check_method(&self) -> Result<(), Trap> {
        if self.version.at_least(7, 0, 0) && !self.assumptions.hold(Point::DirectLoginOnSeven) {
            return Err(self.refusal("action failed (6)", None));
        }
        if self.assumptions.hold(Point::LoginNeedsPap) && !self.login_by.split(',').any(|by| by == "http-pap") {
            return Err(self.refusal("action failed (6)", None));
        }
        if self.uses_radius && self.assumptions.hold(Point::RadiusBeforeLocalUsers) {
            return Err(self.refusal("RADIUS server is not responding", None));
        }
        Ok(())
    }

    fn check_limits(&self, user: &User, mac: &str) -> Result<(), Trap> {
        let refused = |text| Err(self.refusal(text, Some(&user.name)));
        if user.disabled {
            return refused("invalid username or password");
        }
        if user.mac.as_deref().is_some_and(|only| only != mac) {
            return refused("user {user} is not allowed to log in from this MAC address");
        }
        if !user.limit_uptime.is_zero() && user.uptime >= user.limit_uptime {
            return refused("user {user} has reached uptime limit");
        }
        if reached(user.bytes, user.limit_bytes) {
            return refused("user {user} has reached traffic limit");
        }
        let shared = self.profiles.iter().find(|(_, profile)| profile.name == user.profile);
        let shared = shared.map_or(1, |(_, profile)| profile.shared_users as usize);
        let active = self.active.iter().filter(|(_, active)| active.user == user.name).count();
        let coming = self.pending.iter().filter(|pending| pending.user == user.name).count();
        if shared > 0 && active + coming >= shared {
            return refused("no more sessions are allowed for user {user}");
        }
        match self.licence {
            Some(most) if self.active.len() + self.pending.len() >= most => {
                refused(&format!("session limit reached ({most})"))
            }
            _ => Ok(()),
        }
    }

    fn refusal(&self, text: &str, user: Option<&[u8]>) -> Trap {
        Trap::hotspot(text, user, &self.assumptions)
    }

    /// The user of that name on that server, else the one of all servers.
    fn local_user(&self, name: &[u8], server: &[u8]) -> Option<&User> {
        let named = self.users.named(name).find(|(_, user)| user.server.as_deref() == Some(server));
        let found = named.or_else(|| self.users.named(name).find(|(_, user)| user.server.is_none()));
        found.map(|(_, user)| user).filter(|user| !user.built_in)
    }

    fn admit(&mut self, pending: &Pending) {
        let now = self.clock.now();
        let Some((host_id, host)) = self.hosts.iter_mut().find(|(_, host)| host.mac == pending.mac) else { return };
        host.authorized = true;
        let (server, address) = (host.server.clone(), host.address);
        self.note(Menu::Hosts, host_id, false);
        let user = self.local_user(&pending.user, &server).cloned();
        let profile = user.as_ref().map_or(&b"default"[..], |user| &user.profile);
        let profile = self.profiles.iter().find(|(_, other)| other.name == profile).map(|(_, profile)| profile.clone());
        let left = user.as_ref().filter(|user| !user.limit_uptime.is_zero());
        let left = left.map(|user| user.limit_uptime.saturating_sub(user.uptime));
        let session = profile.as_ref().map(|profile| profile.session_timeout).filter(|time| !time.is_zero());
        let until = [left, session].into_iter().flatten().min().map(|time| pending.due + time);
        let limit_bytes = user.as_ref().map_or([0; 3], limits_left);
        let id = self.active.insert(Active {
            server,
            user: pending.user.clone(),
            domain: pending.domain.clone(),
            address,
            mac: pending.mac.clone(),
            login_by: pending.login_by,
            since: pending.due,
            until,
            idle_timeout: profile.as_ref().map_or(Duration::ZERO, |profile| profile.idle_timeout),
            keepalive_timeout: profile.as_ref().map_or(Duration::ZERO, |profile| profile.keepalive_timeout),
            bytes: [0; 2],
            limit_bytes,
        });
        self.note(Menu::Active, id, false);
        let has_cookie = self.cookies.iter().any(|(_, cookie)| cookie.mac == pending.mac);
        if let Some(profile) = profile.filter(|profile| profile.add_mac_cookie && !has_cookie) {
            let (user, domain, mac) = (pending.user.clone(), pending.domain.clone(), pending.mac.clone());
            let id = self.cookies.insert(Cookie { user, domain, mac, until: now + profile.mac_cookie_timeout });
            self.note(Menu::Cookies, id, false);
        }
    }
}

/// In, out, total.
fn with_total([bytes_in, bytes_out]: [u64; 2]) -> [u64; 3] {
    [bytes_in, bytes_out, bytes_in + bytes_out]
}

fn reached(bytes: [u64; 2], limits: [u64; 3]) -> bool {
    with_total(bytes).iter().zip(limits).any(|(used, limit)| limit > 0 && *used >= limit)
}

/// What a new session may still move; nought is no limit.
fn limits_left(user: &User) -> [u64; 3] {
    let mut left = user.limit_bytes;
    for (limit, used) in left.iter_mut().zip(with_total(user.bytes)).filter(|(limit, _)| **limit > 0) {
        *limit = limit.saturating_sub(used).max(1);
    }
    left
}

fn is_over(active: &Active, now: Duration) -> bool {
    active.until.is_some_and(|until| until <= now) || reached(active.bytes, active.limit_bytes)
}

#[cfg(test)]
mod tests;
