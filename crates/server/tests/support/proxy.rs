//! The network between the service and PostgreSQL, which can fail.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use portero_adapters::postgres::testing::TestDatabase;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split},
    net::{TcpListener, TcpSocket, TcpStream, UnixStream},
    runtime::Runtime,
    sync::watch,
};

use super::eventually;

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    /// It carries everything.
    Works,
    /// It ends every connection and refuses new ones: nothing listens.
    Refuses,
    /// It ends every connection, and each new one as soon as it is made.
    Cuts,
    /// It carries nothing, and both sides notice nothing.
    Freezes,
}

/// A network between the service and the test's database. It ends with this value.
pub(crate) struct Proxy {
    state: watch::Sender<Network>,
    address: SocketAddr,
    url: String,
    _runtime: Runtime,
}

/// Where PostgreSQL listens, by its own account.
#[derive(Clone)]
enum Upstream {
    Tcp(IpAddr, u16),
    Unix(PathBuf),
}

impl Upstream {
    fn of(database: &TestDatabase) -> Self {
        if let Some(address) = database.value("SELECT host(inet_server_addr()) || ' ' || inet_server_port()") {
            let (host, port) = address.split_once(' ').unwrap();
            return Self::Tcp(host.parse().unwrap(), port.parse().unwrap());
        }
        let folder = database.value("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
        let port = database.value("SELECT current_setting('port')").unwrap();
        Self::Unix(PathBuf::from(folder.unwrap()).join(format!(".s.PGSQL.{port}")))
    }
}

impl Proxy {
    /// A network that works.
    pub(crate) fn to(database: &TestDatabase) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (state, watched) = watch::channel(Network::Works);
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        // The last word on a parameter is what libpq takes, in both forms of a connection string.
        let (host, port) = (address.ip(), address.port());
        let given = database.url();
        let url = if given.contains("://") {
            format!("{given}&host={host}&port={port}")
        } else {
            format!("{given} host={host} port={port}")
        };
        runtime.spawn(listen(listener, address, Upstream::of(database), watched));
        Self { state, address, url, _runtime: runtime }
    }

    /// A connection string through this network.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Makes the network work or fail.
    pub(crate) fn set(&self, network: Network) {
        self.state.send_replace(network);
        if network == Network::Refuses {
            // Only once nothing listens any more does it refuse.
            eventually(Duration::from_secs(5), "nothing listens", || {
                std::net::TcpStream::connect(self.address).is_err()
            });
        }
    }
}

/// Listens as long as the network does not refuse.
async fn listen(first: TcpListener, address: SocketAddr, upstream: Upstream, mut state: watch::Receiver<Network>) {
    let mut listener = Some(first);
    loop {
        if *state.borrow_and_update() == Network::Refuses {
            listener = None;
            if state.changed().await.is_err() {
                return;
            }
            continue;
        }
        let listening = match listener.take() {
            Some(listening) => listening,
            None => bind_again(address).unwrap(),
        };
        tokio::select! {
            accepted = listening.accept() => {
                let (client, _) = accepted.unwrap();
                tokio::spawn(connection(client, upstream.clone(), state.clone()));
            }
            changed = state.changed() => if changed.is_err() { return },
        }
        listener = Some(listening);
    }
}

fn bind_again(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(128)
}

/// One connection from beginning to end. What goes wrong on it ends it, as on a real network.
async fn connection(client: TcpStream, upstream: Upstream, mut state: watch::Receiver<Network>) {
    let alive = |state: &Network| matches!(state, Network::Works | Network::Freezes);
    match state.wait_for(|state| *state != Network::Freezes).await {
        Ok(state) if alive(&state) => {}
        _ => return,
    }
    let carried = state.clone();
    let carry = async {
        match upstream {
            Upstream::Tcp(host, port) => both_ways(client, TcpStream::connect((host, port)).await?, carried).await,
            Upstream::Unix(path) => both_ways(client, UnixStream::connect(path).await?, carried).await,
        }
    };
    tokio::select! {
        _ = carry => {}
        _ = state.wait_for(|state| !alive(state)) => {}
    }
}

async fn both_ways(
    client: TcpStream,
    server: impl AsyncRead + AsyncWrite,
    state: watch::Receiver<Network>,
) -> io::Result<()> {
    let ((from_client, to_client), (from_server, to_server)) = (split(client), split(server));
    tokio::select! {
        ended = one_way(from_client, to_server, state.clone()) => ended,
        ended = one_way(from_server, to_client, state) => ended,
    }
}

/// Carries what comes, when the network works.
async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut state: watch::Receiver<Network>,
) -> io::Result<()> {
    let mut buffer = vec![0; 8_192];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        if state.wait_for(|state| *state == Network::Works).await.is_err() {
            return Ok(());
        }
        to.write_all(buffer.get(..length).unwrap_or_default()).await?;
    }
}
