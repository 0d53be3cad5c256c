//! A router on its sockets.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};

use crate::{
    Armed, Clock, Fault, Faults, Fragmentation, Meters, Network, Router, Settings, Transcript,
    assumptions::Point,
    cost::Budget,
    lock,
    session::{Session, drive},
    shared::{Service, Shared},
    tls::{Certificate, HANDSHAKE_FAILURE, Identity, sha256},
    transcript::Event,
};

/// A router that runs until this is dropped.
#[derive(Debug)]
pub struct Simulator {
    shared: Arc<Shared>,
    address: SocketAddr,
    tls_address: Option<SocketAddr>,
    certificate: Arc<Certificate>,
    tasks: JoinSet<()>,
}

impl Simulator {
    /// Starts a router. It accepts connections when this returns.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let clock = settings.clock.clone();
        let mut router = Router::new(&settings, clock.clone());
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let certificate = Arc::new(Certificate::generate()?);
        let tls_listener = match settings.tls_listen {
            Some(address) => Some(TcpListener::bind(address).await?),
            None => None,
        };
        let tls_address = tls_listener.as_ref().map(TcpListener::local_addr).transpose()?;
        if tls_address.is_some() {
            router.show_certificate(&certificate.current().der);
        }
        let faults = Faults::default();
        settings.faults.into_iter().for_each(|armed| faults.arm(armed));
        let shared = Arc::new(Shared {
            router: Mutex::new(router),
            clock,
            faults,
            transcript: Transcript::new(settings.records, settings.log.as_deref())?,
            meters: Meters::default(),
            budget: Mutex::new(settings.costs.map(Budget::new)),
            fragmentation: Mutex::new(settings.fragmentation),
            challenge: settings.challenge,
            tag_last: settings.tag_last,
        });
        let gate = Gate { shared: Arc::clone(&shared), addresses: settings.service_addresses.into() };
        let mut tasks = JoinSet::new();
        tasks.spawn(keep_time(Arc::clone(&shared)));
        tasks.spawn(gate.clone().accept_plain(listener));
        if let Some(listener) = tls_listener {
            tasks.spawn(gate.accept_tls(listener, Arc::clone(&certificate)));
        }
        Ok(Self { shared, address, tls_address, certificate, tasks })
    }

    /// Where the service `api` listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the service `api-ssl` listens, if it does.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_address
    }

    /// The SHA-256 of the certificate that api-ssl shows now, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        sha256(&self.certificate.current().der)
    }

    /// The router's state. Connections wait while this is held.
    pub fn router(&self) -> MutexGuard<'_, Router> {
        lock(&self.shared.router)
    }

    /// The router's clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Moves the clock, and runs everything that is due by then.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
        self.router().settle();
    }

    /// The faults.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// The transcript.
    pub fn transcript(&self) -> &Transcript {
        &self.shared.transcript
    }

    /// The counters.
    pub fn meters(&self) -> &Meters {
        &self.shared.meters
    }

    /// How the stream to clients that connect from now on is cut.
    pub fn fragment(&self, fragmentation: Fragmentation) {
        *lock(&self.shared.fragmentation) = fragmentation;
    }

    /// Closes every connection and both sockets.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

async fn keep_time(shared: Arc<Shared>) {
    let mut moves = shared.clock.moves();
    loop {
        if shared.clock.runs() {
            let _ = timeout(Duration::from_millis(25), moves.changed()).await;
        } else if moves.changed().await.is_err() {
            return;
        }
        lock(&shared.router).settle();
    }
}

/// Accepts or rejects connections.
#[derive(Debug, Clone)]
struct Gate {
    shared: Arc<Shared>,
    addresses: Arc<[Network]>,
}

impl Gate {
    async fn accept_plain(self, listener: TcpListener) {
        let mut sessions = JoinSet::new();
        loop {
            let Some((mut stream, peer)) = next(&listener, &mut sessions).await else { continue };
            let gate = self.clone();
            sessions.spawn(async move {
                let Some(place) = gate.admit(Service::Api, peer, &stream).await else { return };
                drive(place.session(&gate.shared, peer), &mut stream).await;
                // Before the socket closes: a client that sees it closed finds the place free.
                drop(place);
            });
        }
    }

    async fn accept_tls(self, listener: TcpListener, certificate: Arc<Certificate>) {
        let mut sessions = JoinSet::new();
        loop {
            let Some((stream, peer)) = next(&listener, &mut sessions).await else { continue };
            let (gate, certificate) = (self.clone(), Arc::clone(&certificate));
            sessions.spawn(async move {
                let Some(place) = gate.admit(Service::ApiSsl, peer, &stream).await else { return };
                let Some(identity) = gate.identity(&certificate) else { return refuse_handshake(stream).await };
                if let Ok(mut stream) = identity.acceptor().accept(stream).await {
                    drive(place.session(&gate.shared, peer), &mut stream).await;
                    drop(place);
                }
            });
        }
    }

    /// A place for a client. Nothing if the client is rejected, which this function then has done.
    async fn admit(&self, service: Service, peer: SocketAddr, stream: &TcpStream) -> Option<Place> {
        let _ = stream.set_nodelay(true);
        let (most, closes) = {
            let router = lock(&self.shared.router);
            (router.max_sessions, router.assumptions.hold(Point::SessionOverLimitIsClosed))
        };
        if !Network::admit(&self.addresses, peer.ip()) {
            self.shared.meters.refuse();
            return None;
        }
        let Some(number) = self.shared.meters.enter(service, most) else {
            self.shared.meters.refuse();
            // Otherwise the client gets no reply until its timeout.
            while !closes && !matches!(gone(stream).await, Ok(true) | Err(_)) {}
            return None;
        };
        Some(Place { shared: Arc::clone(&self.shared), service, number })
    }

    /// The certificate for the next TLS connection. Nothing if the handshake must fail.
    fn identity(&self, certificate: &Certificate) -> Option<Identity> {
        let lacks_suites = {
            let router = lock(&self.shared.router);
            !router.version.at_least(7, 0, 0) && router.assumptions.hold(Point::SixLacksModernSuites)
        };
        match self.shared.faults.take(Armed::fits_handshake) {
            Some(Fault::NoCertificate) => None,
            _ if lacks_suites => None,
            Some(Fault::WrongCertificate) => Identity::generate().ok(),
            Some(Fault::ChangedCertificate) => {
                let changed = certificate.change().ok()?;
                lock(&self.shared.router).show_certificate(&changed.der);
                Some(changed)
            }
            _ => Some(certificate.current()),
        }
    }
}

/// The next connection. Meanwhile, ended connections are cleaned up.
async fn next(listener: &TcpListener, sessions: &mut JoinSet<()>) -> Option<(TcpStream, SocketAddr)> {
    tokio::select! {
        accepted = listener.accept() => accepted.ok(),
        Some(_) = sessions.join_next() => None,
    }
}

/// Whether the client closed the connection, once it says anything at all.
async fn gone(stream: &TcpStream) -> io::Result<bool> {
    stream.readable().await?;
    match stream.try_read(&mut [0; 1024]) {
        Ok(count) => Ok(count == 0),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}

async fn refuse_handshake(mut stream: TcpStream) {
    // The client's hello is read first: closing with unread input would take the alert away.
    let mut hello = vec![0; 16 * 1024];
    let _ = stream.read(&mut hello).await;
    let _ = stream.write_all(&HANDSHAKE_FAILURE).await;
    let _ = stream.shutdown().await;
}

/// A place among a service's sessions, given back when dropped.
struct Place {
    shared: Arc<Shared>,
    service: Service,
    number: u64,
}

impl Place {
    fn session(&self, shared: &Arc<Shared>, peer: SocketAddr) -> Session {
        if shared.transcript.is_on() {
            shared.transcript.write(shared.clock.now(), self.number, Event::Opened);
        }
        Session::new(Arc::clone(shared), self.number, peer.ip().to_canonical(), self.service)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.meters.leave(self.service);
    }
}
