//! What the three gateways have in common: the socket, the faults, the journal, the webhooks and their control.

pub(crate) mod control;
mod distort;
mod serve;

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    ops::Deref,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    assumptions::{Assumptions, Point},
    clock::Clock,
    faults::Faults,
    ids::Ids,
    journal::{Exchange, Journal},
    lock,
    settings::Settings,
    webhooks::Webhooks,
    wire::{Reply, Request},
};

/// One gateway's own behaviour.
pub(crate) trait Gateway: Send + Sync + Sized + 'static {
    fn new(desk: Arc<Desk>) -> Self;

    /// What it responds before it starts to work on the request, if anything.
    fn admit(&self, _request: &Request) -> Option<Reply> {
        None
    }

    /// Does what the request asks for.
    fn serve(&self, request: &Request) -> Reply;

    /// Its error of that status, for faults and for requests that nothing serves.
    fn error(&self, request: &Request, status: u16, retry_after: Option<u32>) -> Reply;

    /// Serves one of its own control endpoints, without the prefix.
    fn steer(&self, request: &Request, segments: &[&str]) -> Option<Reply>;
}

/// What a gateway works with.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) accounts: Vec<String>,
    pub(crate) live: bool,
    pub(crate) webhooks: Webhooks,
    assumptions: Assumptions,
    faults: Faults,
    journal: Journal,
    thinking: Mutex<Duration>,
    usual_secret: String,
    secrets: Mutex<HashMap<String, String>>,
}

impl Desk {
    fn new(address: SocketAddr, settings: Settings) -> Self {
        let faults = Faults::default();
        let webhooks = Webhooks::new(&settings);
        settings.faults.into_iter().for_each(|armed| faults.arm(armed));
        Self {
            address,
            clock: settings.clock,
            ids: settings.ids,
            accounts: settings.accounts,
            live: settings.live,
            webhooks,
            assumptions: settings.assumptions,
            faults,
            journal: Journal::default(),
            thinking: Mutex::new(settings.thinking),
            usual_secret: settings.webhook_secret,
            secrets: Mutex::default(),
        }
    }

    pub(crate) fn holds(&self, point: Point) -> bool {
        self.assumptions.hold(point)
    }

    /// The secret that signs the webhooks of an account.
    pub(crate) fn secret(&self, account: &str) -> String {
        lock(&self.secrets).get(account).unwrap_or(&self.usual_secret).clone()
    }

    pub(crate) fn set_secret(&self, account: &str, secret: &str) {
        lock(&self.secrets).insert(account.to_owned(), secret.to_owned());
    }

    /// The account that a key belongs to: the key itself, if it is accepted.
    pub(crate) fn account<'a>(&self, key: Option<&'a str>, well_formed: impl Fn(&str) -> bool) -> Option<&'a str> {
        let known = |key: &&str| {
            if self.accounts.is_empty() { well_formed(key) } else { self.accounts.iter().any(|known| known == key) }
        };
        key.filter(known)
    }
}

/// A gateway that listens. It stops when dropped.
#[derive(Debug)]
pub(crate) struct Engine<G> {
    gateway: Arc<G>,
    desk: Arc<Desk>,
    listening: Mutex<Option<JoinHandle<()>>>,
    sending: JoinHandle<()>,
}

impl<G: Gateway> Engine<G> {
    pub(crate) async fn start(settings: Settings) -> io::Result<Self> {
        if !settings.listen.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a simulator listens on loopback only"));
        }
        let listener = TcpListener::bind(settings.listen).await?;
        let desk = Arc::new(Desk::new(listener.local_addr()?, settings));
        let gateway = Arc::new(G::new(desk.clone()));
        let listening = Mutex::new(Some(tokio::spawn(serve::accept(listener, gateway.clone(), desk.clone()))));
        let sender = desk.clone();
        let sending = tokio::spawn(async move { sender.webhooks.deliver().await });
        Ok(Self { gateway, desk, listening, sending })
    }

    pub(crate) async fn close(&self) {
        let listening = lock(&self.listening).take();
        if let Some(listening) = listening {
            listening.abort();
            // An error says that the task was aborted.
            let _ = listening.await;
        }
    }

    pub(crate) async fn open(&self) -> io::Result<()> {
        self.close().await;
        let listener = TcpListener::bind(self.desk.address).await?;
        let listening = tokio::spawn(serve::accept(listener, self.gateway.clone(), self.desk.clone()));
        *lock(&self.listening) = Some(listening);
        Ok(())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.desk.address
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.desk.clock
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.desk.faults
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.desk.webhooks
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.desk.journal.all()
    }

    pub(crate) fn think(&self, thinking: Duration) {
        *lock(&self.desk.thinking) = thinking;
    }
}

impl<G> Drop for Engine<G> {
    fn drop(&mut self) {
        self.sending.abort();
        if let Some(listening) = lock(&self.listening).take() {
            listening.abort();
        }
    }
}

impl<G> Deref for Engine<G> {
    type Target = G;

    fn deref(&self) -> &G {
        &self.gateway
    }
}

/// Gives a gateway's handle the methods that all of them have.
macro_rules! handle {
    ($gateway:ident over $office:ty) => {
        impl $gateway {
            /// Starts it on its loopback address.
            pub async fn start(settings: crate::settings::Settings) -> std::io::Result<Self> {
                Ok(Self { engine: crate::engine::Engine::<$office>::start(settings).await? })
            }

            /// Where it listens.
            pub fn address(&self) -> std::net::SocketAddr {
                self.engine.address()
            }

            /// Its URL, without a slash at the end.
            pub fn url(&self) -> String {
                format!("http://{}", self.engine.address())
            }

            /// Its clock.
            pub fn clock(&self) -> &crate::clock::Clock {
                self.engine.clock()
            }

            /// What goes wrong.
            pub fn faults(&self) -> &crate::faults::Faults {
                self.engine.faults()
            }

            /// The requests so far with their responses, at most the last 10,000. Control requests are left out.
            pub fn exchanges(&self) -> Vec<crate::journal::Exchange> {
                self.engine.exchanges()
            }

            /// Sets how long it works on a request that changes something.
            pub fn think(&self, thinking: std::time::Duration) {
                self.engine.think(thinking);
            }

            /// Stops listening and closes every connection: clients are refused. What the gateway knows stays.
            pub async fn close(&self) {
                self.engine.close().await;
            }

            /// Listens again, on the same port.
            pub async fn open(&self) -> std::io::Result<()> {
                self.engine.open().await
            }
        }
    };
}

pub(crate) use handle;
