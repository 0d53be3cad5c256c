//! How callers reach the service.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    str::FromStr,
    time::Duration,
};

use clap::Args;
use portero_http::web::{BodyTimeout, caller::TrustedProxies};

use super::{
    cors_origins::CorsOrigins,
    value::{list, whole_number},
};
use crate::connections::Timeouts;

/// How callers reach the service.
#[derive(Args, Debug)]
pub(crate) struct HttpConfig {
    /// The address and port to listen on
    #[arg(long, env, default_value = "127.0.0.1:8000")]
    bind_addr: BindAddresses,
    /// Origins whose pages may send requests; separated by commas, or a JSON list
    #[arg(long, env)]
    backend_cors_origins: Option<CorsOrigins>,
    /// Proxies whose `X-Forwarded-For` is believed: addresses or blocks such as `10.0.0.0/8`, separated by commas
    #[arg(long, env, value_parser = trusted_proxies)]
    trusted_proxies: Option<TrustedProxies>,
    /// Seconds that a connection waits for its next request; more than a proxy in front keeps it
    #[arg(long, env, default_value = "75", value_parser = seconds())]
    http_keep_alive_seconds: u32,
    /// Seconds that the head of a request may take
    #[arg(long, env, default_value = "5", value_parser = seconds())]
    http_head_timeout_seconds: u32,
    /// Seconds that the body of a request may take
    #[arg(long, env, default_value = "10", value_parser = seconds())]
    http_body_timeout_seconds: u32,
    /// Seconds after which a connection ends whose caller does not take the response
    #[arg(long, env, default_value = "10", value_parser = seconds())]
    http_write_timeout_seconds: u32,
}

impl HttpConfig {
    /// Where to listen.
    pub(crate) fn bind(&self) -> Vec<SocketAddr> {
        self.bind_addr.0.clone()
    }

    /// The origins whose pages may send requests.
    pub(crate) fn cors_origins(&self) -> Vec<String> {
        self.backend_cors_origins.clone().unwrap_or_default().into()
    }

    /// How long a connection waits for its caller.
    pub(crate) fn timeouts(&self) -> Timeouts {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Timeouts {
            keep_alive: seconds(self.http_keep_alive_seconds),
            head: seconds(self.http_head_timeout_seconds),
            write: seconds(self.http_write_timeout_seconds),
        }
    }

    /// How long the body of a request may take.
    pub(crate) fn body_timeout(&self) -> BodyTimeout {
        BodyTimeout(Duration::from_secs(self.http_body_timeout_seconds.into()))
    }

    /// The proxies in front of the service.
    pub(crate) fn trusted_proxies(&self) -> TrustedProxies {
        self.trusted_proxies.clone().unwrap_or_default()
    }
}

/// The addresses of one name, with a port.
#[derive(Clone, Debug)]
struct BindAddresses(Vec<SocketAddr>);

impl FromStr for BindAddresses {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_socket_addrs().map(Vec::from_iter) {
            Ok(addresses) if !addresses.is_empty() => Ok(Self(addresses)),
            _ => Err("must be an address and a port, such as 127.0.0.1:8000"),
        }
    }
}

fn trusted_proxies(text: &str) -> Result<TrustedProxies, &'static str> {
    list(text).map(|item| item.parse().map_err(|_| "must be addresses or blocks of them")).collect()
}

fn seconds() -> impl Fn(&str) -> Result<u32, String> + Clone {
    whole_number(1, 3_600)
}
