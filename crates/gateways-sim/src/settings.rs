use std::{
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use crate::{
    assumptions::Assumptions,
    clock::Clock,
    faults::Armed,
    ids::Ids,
    wire::{NotALoopbackUrl, Url},
};

/// How a gateway is.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it listens; port 0 is any free port.
    pub listen: SocketAddr,
    /// Its time.
    pub clock: Clock,
    /// Its ids.
    pub ids: Ids,
    /// The private keys or bot tokens that it accepts. If empty, it accepts any of the right form, each as an account
    /// of its own.
    pub accounts: Vec<String>,
    /// Whether payments are live ones. Mercado Pago decides by the token instead: `APP_USR-` is live.
    pub live: bool,
    /// How long it works on a request that changes something.
    pub thinking: Duration,
    /// The faults armed from the start.
    pub faults: Vec<Armed>,
    /// Where its webhooks go.
    pub webhooks: Vec<Target>,
    /// The secret that signs the webhooks of Mercado Pago's accounts without one of their own.
    pub webhook_secret: String,
    /// How often a webhook is sent until the receiver accepts it.
    pub webhook_attempts: u32,
    /// The wait between two attempts.
    pub webhook_pause: Duration,
    /// The guesses that hold.
    pub assumptions: Assumptions,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: Clock::running(),
            ids: Ids::fresh(),
            accounts: Vec::new(),
            live: false,
            thinking: Duration::ZERO,
            faults: Vec::new(),
            webhooks: Vec::new(),
            webhook_secret: "simulated-webhook-secret".to_owned(),
            webhook_attempts: 12,
            webhook_pause: Duration::from_secs(1),
            assumptions: Assumptions::default(),
        }
    }
}

/// A receiver of webhooks: `URL` for those of every account, `ACCOUNT=URL` for those of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) account: Option<String>,
    pub(crate) url: Url,
}

impl FromStr for Target {
    type Err = NotALoopbackUrl;

    fn from_str(text: &str) -> Result<Self, NotALoopbackUrl> {
        let (account, url) = match text.split_once('=') {
            Some((account, url)) if !account.contains("://") => (Some(account.to_owned()), url),
            _ => (None, text),
        };
        Ok(Self { account, url: url.parse()? })
    }
}
