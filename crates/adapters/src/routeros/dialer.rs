//! Opens sessions: finds the host's addresses, holds them against the policy, connects to the very ones that passed.

use std::net::{IpAddr, SocketAddr};

use portero_domain::{
    network::{CertificateFingerprint, Endpoint},
    ports::{CertificateProblem, HotspotResult},
    router::RouterAccess,
};
use portero_routeros::{
    client::{ConnectError, Connection, Fingerprint, Login, Security, Stage, connect, probe_certificate},
    proto::Command,
    value::Version,
};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Tuning, address::AddressPolicy, errors};

/// Opens sessions. Must be used inside of the runtime that they are to live on.
#[derive(Debug)]
pub(super) struct Dialer {
    pub(super) policy: AddressPolicy,
    pub(super) tuning: Tuning,
}

impl Dialer {
    /// Logs in to a router. No secret is sent before the router has shown its confirmed certificate (`R1301`), unless
    /// it is registered without TLS.
    pub(super) async fn dial(&self, access: &RouterAccess) -> HotspotResult<Connection> {
        let (name, password) = (access.username.as_str(), access.password.expose());
        let login = if access.old_login { Login::Legacy { name, password } } else { Login::Plain { name, password } };
        let security = match (access.endpoint.tls, access.certificate) {
            (false, _) => Security::Plain,
            (true, Some(confirmed)) => Security::Pinned(Fingerprint::new(*confirmed.bytes())),
            (true, None) => {
                let found = self.certificate(&access.endpoint).await?;
                return Err(CertificateProblem::Unconfirmed { found }.into());
            }
        };
        self.try_each(&access.endpoint, |address| connect(address, security, &login, &self.tuning.session)).await
    }

    /// Logs in to a router for a longer session, and reads its version.
    pub(super) async fn open(&self, access: &RouterAccess) -> HotspotResult<(Connection, Version)> {
        let ends = Instant::now() + self.tuning.opening;
        let connection = self.dial(access).await?;
        let version = match self.version(&connection, ends).await {
            Ok(version) => version,
            Err(error) => {
                connection.close();
                connection.until_over().await;
                return Err(error);
            }
        };
        Ok((connection, version))
    }

    async fn version(&self, connection: &Connection, until: Instant) -> HotspotResult<Version> {
        let resource = Command::new("/system/resource/print").proplist(&["version"]);
        let answer = connection.execute(&resource, until.saturating_duration_since(Instant::now())).await;
        let answer = answer.map_err(|failure| errors::not_answered(&failure))?;
        let version = answer.rows.iter().find_map(|row| Version::parse(row.get("version")?).ok());
        version.ok_or_else(errors::unreadable)
    }

    /// The certificate that a router shows. Nothing is sent to it but the handshake.
    pub(super) async fn certificate(&self, endpoint: &Endpoint) -> HotspotResult<CertificateFingerprint> {
        let found = self.try_each(endpoint, |address| probe_certificate(address, &self.tuning.session)).await?;
        Ok(errors::fingerprint(found))
    }

    /// Tries the addresses of a host until one can be connected to; what fails behind that is not tried elsewhere.
    async fn try_each<T, F: Future<Output = Result<T, ConnectError>>>(
        &self,
        endpoint: &Endpoint,
        open: impl Fn(SocketAddr) -> F,
    ) -> HotspotResult<T> {
        let ends = Instant::now() + self.tuning.opening;
        let mut last = errors::unreachable("connecting took too long");
        for address in self.addresses(endpoint).await? {
            match timeout_at(ends, open(address)).await {
                Ok(Ok(opened)) => return Ok(opened),
                Ok(Err(error @ (ConnectError::Unreachable(_) | ConnectError::TimedOut(Stage::Connect)))) => {
                    last = errors::not_connected(error);
                }
                Ok(Err(error)) => return Err(errors::not_connected(error)),
                Err(_) => break,
            }
        }
        Err(last)
    }

    /// The addresses that a host has at this moment and that may be connected to.
    async fn addresses(&self, endpoint: &Endpoint) -> HotspotResult<Vec<SocketAddr>> {
        let (host, port) = (endpoint.host.as_str(), endpoint.port.get());
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.policy.permitted([SocketAddr::new(address, port)]);
        }
        match timeout(self.tuning.resolving, tokio::net::lookup_host((host, port))).await {
            Ok(Ok(found)) => self.policy.permitted(found),
            Ok(Err(_)) => Err(errors::unreachable("its host name cannot be resolved")),
            Err(_) => Err(errors::unreachable("resolving its host name took too long")),
        }
    }
}
