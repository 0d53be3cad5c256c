//! What may stand where a router is expected.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

/// Stands between the adapter and a router. It lets a connection wait until it may go on, and once both have closed it
/// until that may be seen.
pub(crate) struct Doorman {
    pub(crate) address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    through: Arc<Semaphore>,
    _task: JoinSet<()>,
}

impl Doorman {
    /// In front of this router.
    pub(crate) async fn before(router: SocketAddr) -> Self {
        Self::start(Some(router)).await
    }

    /// In front of nothing: every connection is closed at once.
    pub(crate) async fn before_nothing() -> Self {
        Self::start(None).await
    }

    async fn start(router: Option<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, through) = (Arc::<AtomicUsize>::default(), Arc::new(Semaphore::new(0)));
        let (counted, gate) = (Arc::clone(&accepted), Arc::clone(&through));
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut carried = JoinSet::new();
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                let Some(router) = router else { continue };
                let gate = Arc::clone(&gate);
                carried.spawn(async move {
                    gate.acquire().await.unwrap().forget();
                    let mut router = TcpStream::connect(router).await.unwrap();
                    let (mut from_client, mut to_client) = client.split();
                    let (mut from_router, mut to_router) = router.split();
                    let asks = async {
                        copy(&mut from_client, &mut to_router).await.ok();
                        to_router.shutdown().await.ok();
                    };
                    tokio::join!(asks, copy(&mut from_router, &mut to_client)).1.ok();
                    gate.acquire().await.unwrap().forget();
                });
            }
        });
        Self { address, accepted, through, _task: task }
    }

    /// How many connections came.
    pub(crate) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Lets one connection go on to the router, or one be closed that both have closed.
    pub(crate) fn let_one_through(&self) {
        self.through.add_permits(1);
    }
}
