//! Read-only tables: the device, its services, its interfaces.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use time::OffsetDateTime;

use super::{Router, id_text};
use crate::{
    assumptions::Point,
    value::{Value, shown_boolean, shown_duration},
};

/// A row of such a table, in the order in which it is printed.
pub(super) type PlainRow = Vec<(&'static str, Cow<'static, [u8]>)>;

fn row<const N: usize>(properties: [(&'static str, &str); N]) -> PlainRow {
    properties.into_iter().map(|(name, value)| (name, Cow::Owned(value.into()))).collect()
}

#[expect(clippy::disallowed_methods, reason = "the simulator stands outside of Portero and its ports")]
fn system_time() -> OffsetDateTime {
    SystemTime::now().into()
}

impl Router {
    /// The rows of a table, or nothing when this router has no such table.
    pub(crate) fn plain_rows(&self, path: &str) -> Option<Vec<PlainRow>> {
        let rows = match path {
            "/system/identity" => vec![vec![("name", Cow::Owned(self.identity.clone()))]],
            "/system/resource" => vec![self.resource()],
            "/system/routerboard" => vec![row([("routerboard", "false")])],
            "/system/clock" => vec![self.time_of_day()],
            "/system/license" => vec![row([("software-id", "SIMU-LATE"), ("nlevel", "6"), ("features", "")])],
            "/system/package" => vec![row([
                (".id", "*1"),
                ("name", "routeros"),
                ("version", self.version.to_string().split(' ').next().unwrap_or_default()),
                ("disabled", "false"),
            ])],
            "/interface" => vec![
                row([
                    (".id", "*1"),
                    ("name", "ether1"),
                    ("default-name", "ether1"),
                    ("type", "ether"),
                    ("mtu", "1500"),
                    ("actual-mtu", "1500"),
                    ("mac-address", "02:00:00:00:00:01"),
                    ("last-link-up-time", "jan/15/2026 12:00:00"),
                    ("running", "true"),
                    ("disabled", "false"),
                ]),
                row([
                    (".id", "*2"),
                    ("name", "bridge"),
                    ("type", "bridge"),
                    ("mtu", "auto"),
                    ("actual-mtu", "1500"),
                    ("mac-address", "02:00:00:00:00:02"),
                    ("running", "true"),
                    ("disabled", "false"),
                ]),
            ],
            "/interface/ethernet" => vec![row([
                (".id", "*1"),
                ("name", "ether1"),
                ("default-name", "ether1"),
                ("mtu", "1500"),
                ("mac-address", "02:00:00:00:00:01"),
                ("running", "true"),
                ("disabled", "false"),
            ])],
            "/ip/address" => vec![row([
                (".id", "*1"),
                ("address", "10.5.50.1/24"),
                ("network", "10.5.50.0"),
                ("interface", "bridge"),
                ("actual-interface", "bridge"),
                ("invalid", "false"),
                ("dynamic", "false"),
                ("disabled", "false"),
            ])],
            "/ip/service" => self.services(),
            "/ip/hotspot" => self.hotspot_servers(),
            "/ip/hotspot/profile" => vec![row([
                (".id", "*0"),
                ("name", "default"),
                ("hotspot-address", "0.0.0.0"),
                ("html-directory", "hotspot"),
                ("login-by", &self.login_by),
                ("use-radius", if self.uses_radius { "true" } else { "false" }),
                ("default", "true"),
            ])],
            "/certificate" => self.certificates(),
            "/user" => self.api_accounts(),
            "/user/group" => vec![row([(".id", "*3"), ("name", "full"), ("policy", "api,read,write,sensitive")])],
            "/ip/arp" => self.arp(),
            "/system/health" | "/ip/route" | "/ipv6/address" | "/ipv6/neighbor" | "/ip/neighbor" | "/snmp" => {
                Vec::new()
            }
            _ => return None,
        };
        Some(rows)
    }

    /// Dates have been written as ISO 8601 does since 7.10.
    fn time_of_day(&self) -> PlainRow {
        let now = self.told_time.unwrap_or_else(system_time);
        let ((year, month, day), (hour, minute, second)) = (now.to_calendar_date(), now.to_hms());
        let date = if self.version.at_least(7, 10, 0) {
            format!("{year}-{:02}-{day:02}", u8::from(month))
        } else {
            let month = month.to_string().to_lowercase();
            format!("{}/{day:02}/{year}", month.get(..3).unwrap_or_default())
        };
        let zone = if self.told_time.is_some() { "America/Mexico_City" } else { "UTC" };
        let (hours, minutes, _) = now.offset().as_hms();
        let sign = if now.offset().is_negative() { '-' } else { '+' };
        let offset = format!("{sign}{:02}:{:02}", hours.unsigned_abs(), minutes.unsigned_abs());
        let mut shown = row([
            ("time-zone-autodetect", "true"),
            ("time-zone-name", zone),
            ("gmt-offset", &offset),
            ("dst-active", "false"),
        ]);
        shown.push(("time", Cow::Owned(format!("{hour:02}:{minute:02}:{second:02}").into_bytes())));
        shown.push(("date", Cow::Owned(date.into_bytes())));
        shown
    }

    fn resource(&self) -> PlainRow {
        let uptime = String::from_utf8(shown_duration(self.clock.now().max(Duration::from_secs(1))));
        row([
            ("uptime", uptime.as_deref().unwrap_or_default()),
            ("version", &self.version.to_string()),
            ("build-time", "2026-01-15 09:00:00"),
            ("free-memory", "805306368"),
            ("total-memory", "1073741824"),
            ("cpu", "Intel(R)"),
            ("cpu-count", "1"),
            ("cpu-frequency", "2000"),
            ("cpu-load", "1"),
            ("free-hdd-space", "83886080"),
            ("total-hdd-space", "94371840"),
            ("architecture-name", "x86_64"),
            ("board-name", "CHR"),
            ("platform", "MikroTik"),
        ])
    }

    fn services(&self) -> Vec<PlainRow> {
        let certificate = if self.fingerprint.is_some() { "api" } else { "none" };
        let names = [("*7", "api", "8728", ""), ("*9", "api-ssl", "8729", certificate)];
        let mut rows: Vec<PlainRow> = Vec::new();
        for (id, name, port, certificate) in names {
            let mut service = row([(".id", id), ("name", name), ("port", port), ("address", "")]);
            if !certificate.is_empty() {
                service.extend(row([("certificate", certificate), ("tls-version", "any")]));
            }
            if self.version.at_least(7, 16, 0) {
                service.extend(row([("max-sessions", &self.max_sessions.to_string())]));
            }
            service.extend(row([("invalid", "false"), ("disabled", "false")]));
            rows.push(service);
        }
        rows
    }

    fn hotspot_servers(&self) -> Vec<PlainRow> {
        let server = |(id, name): (u64, &Value)| {
            let mut server = row([(".id", &id_text(id))]);
            server.push(("name", Cow::Owned(name.clone())));
            server.extend(row([("interface", "bridge"), ("profile", "default"), ("invalid", "false")]));
            server.extend(row([("HTTPS", "false"), ("disabled", "false")]));
            server
        };
        (1..).zip(&self.servers).map(server).collect()
    }

    fn certificates(&self) -> Vec<PlainRow> {
        let shown = |fingerprint: &String| {
            row([(".id", "*1"), ("name", "api"), ("common-name", "router"), ("fingerprint", fingerprint)])
        };
        self.fingerprint.iter().map(shown).collect()
    }

    fn api_accounts(&self) -> Vec<PlainRow> {
        let shown = |(id, account): (u64, &crate::Account)| -> PlainRow {
            let mut user = row([(".id", &id_text(id))]);
            user.push(("name", Cow::Owned(account.name.clone())));
            user.extend(row([("group", "full"), ("address", "")]));
            user.push(("disabled", Cow::Borrowed(shown_boolean(false))));
            user
        };
        (1..).zip(&self.accounts).map(shown).collect()
    }

    fn arp(&self) -> Vec<PlainRow> {
        let host = |(id, host): (u64, &crate::Host)| {
            row([
                (".id", &id_text(id)),
                ("address", &host.address.to_string()),
                ("mac-address", &host.mac),
                ("interface", "bridge"),
                ("complete", "true"),
                ("dynamic", "true"),
                ("disabled", "false"),
            ])
        };
        self.hosts.iter().map(host).collect()
    }

    /// Shows the certificate of api-ssl, by the digest that the assumptions say.
    pub(crate) fn show_certificate(&mut self, der: &[u8]) {
        let sha256 = self.assumptions.hold(Point::FingerprintIsSha256OfDer);
        self.fingerprint = Some(if sha256 { crate::tls::sha256(der) } else { crate::tls::sha1(der) });
    }
}
