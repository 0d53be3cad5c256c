//! A network between a gate and PostgreSQL that keeps things back.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

use portero_adapters::postgres::testing::TestDatabase;

/// What the network carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Network {
    Everything,
    /// Questions arrive, and their answers do not.
    QuestionsOnly,
    Nothing,
}

/// A network to the test's database. It ends with the process.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    url: String,
}

struct Shared {
    network: Mutex<Network>,
    changed: Condvar,
    /// The clients' ends of all connections ever made.
    clients: Mutex<Vec<TcpStream>>,
    upstream: Upstream,
}

enum Upstream {
    Tcp(String),
    Unix(String),
}

impl Upstream {
    /// By PostgreSQL's own account.
    fn of(database: &TestDatabase) -> Self {
        let tcp = "SELECT host(inet_server_addr()) || ':' || inet_server_port()";
        database.value(tcp).map_or_else(
            || {
                let folder = "split_part(current_setting('unix_socket_directories'), ',', 1)";
                let path = format!("SELECT {folder} || '/.s.PGSQL.' || current_setting('port')");
                Self::Unix(database.value(&path).unwrap())
            },
            Self::Tcp,
        )
    }

    /// A socket of either kind; reading, writing and ending are the same for both.
    fn connect(&self) -> TcpStream {
        match self {
            Self::Tcp(address) => TcpStream::connect(address).unwrap(),
            Self::Unix(path) => TcpStream::from(OwnedFd::from(UnixStream::connect(path).unwrap())),
        }
    }
}

impl Proxy {
    pub(crate) fn to(database: &TestDatabase, network: Network) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let given = database.url();
        // The last word on a parameter is what libpq takes, in both forms of a connection string.
        let url = if given.contains("://") {
            format!("{given}&host=127.0.0.1&port={port}")
        } else {
            format!("{given} host=127.0.0.1 port={port}")
        };
        let shared = Arc::new(Shared {
            network: Mutex::new(network),
            changed: Condvar::new(),
            clients: Mutex::default(),
            upstream: Upstream::of(database),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                accept(&accepting, &client.unwrap());
            }
        });
        Self { shared, url }
    }

    /// A connection string through this network.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn set(&self, network: Network) {
        *self.shared.network.lock().unwrap() = network;
        self.shared.changed.notify_all();
    }

    /// How many connections were ever made.
    pub(crate) fn connections(&self) -> usize {
        self.shared.clients.lock().unwrap().len()
    }

    /// Ends all connections; what was kept back is lost. It carries everything from now on.
    pub(crate) fn cut(&self) {
        for client in self.shared.clients.lock().unwrap().iter() {
            // One that has ended already is fine.
            let _ = client.shutdown(Shutdown::Both);
        }
        self.set(Network::Everything);
    }
}

fn accept(shared: &Arc<Shared>, client: &TcpStream) {
    let upstream = shared.upstream.connect();
    let ends = [client, &upstream];
    for (from, to, questions) in [(0, 1, true), (1, 0, false)] {
        let (from, to, shared) = (ends[from].try_clone().unwrap(), ends[to].try_clone().unwrap(), Arc::clone(shared));
        thread::spawn(move || carry(from, to, questions, &shared));
    }
    shared.clients.lock().unwrap().push(client.try_clone().unwrap());
}

/// Carries one way what the network carries, until either end is gone.
fn carry(mut from: TcpStream, mut to: TcpStream, questions: bool, shared: &Shared) {
    let mut buffer = [0; 8_192];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let kept_back = |network: &mut Network| match network {
            Network::Everything => false,
            Network::QuestionsOnly => !questions,
            Network::Nothing => true,
        };
        drop(shared.changed.wait_while(shared.network.lock().unwrap(), kept_back).unwrap());
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    for end in [from, to] {
        let _ = end.shutdown(Shutdown::Both);
    }
}
