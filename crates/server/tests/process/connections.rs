//! A caller cannot hold a connection for as long as it likes.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use portero_adapters::postgres::testing::TestDatabase;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime::Runtime,
    task::JoinSet,
    time::{interval, timeout},
};

use crate::support::{
    eventually,
    program::{Program, Server},
};

/// How soon all slow connections are gone.
const SOON: Duration = Duration::from_secs(15);
const LOG_IN: &str = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";

fn hasty(database: &TestDatabase) -> Server {
    Program::serving(database)
        .with("HTTP_KEEP_ALIVE_SECONDS", "2")
        .with("HTTP_HEAD_TIMEOUT_SECONDS", "1")
        .with("HTTP_BODY_TIMEOUT_SECONDS", "1")
        .with("HTTP_WRITE_TIMEOUT_SECONDS", "1")
        .serve()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Sends the beginning, then a byte from time to time, and reads until the server ends the connection.
async fn held(address: SocketAddr, begin: String, drip: Option<&[u8]>) -> io::Result<()> {
    let (mut from, mut to) = TcpStream::connect(address).await?.into_split();
    to.write_all(begin.as_bytes()).await?;
    let mut ticks = interval(Duration::from_millis(100));
    let mut buffer = vec![0; 65_536];
    loop {
        tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
                Err(error) => return Err(error),
            },
            // The server may have ended the connection, which the next read tells.
            _ = ticks.tick() => if let Some(drip) = drip { let _ = to.write_all(drip).await; },
        }
    }
}

#[test]
fn two_hundred_slow_connections_are_gone_within_15_seconds() {
    let database = TestDatabase::empty();
    let server = hasty(&database);
    server.client().get("/ready").expect(200);
    let (address, calm) = (server.address, server.connections());
    let begun = Instant::now();
    runtime().block_on(async {
        let mut connections = JoinSet::new();
        for _ in 0..25 {
            let chunked = "Transfer-Encoding: chunked\r\n\r\n";
            for (begin, drip) in [
                (String::new(), None),
                ("GET /health HTTP/1.1\r\nX: ".to_owned(), Some(&b"x"[..])),
                (format!("{HEALTH}GET /health HTTP/1.1\r\n"), None),
                (HEALTH.to_owned(), Some(b"G")),
                (HEALTH.to_owned(), None),
                (format!("{LOG_IN}Content-Length: 1000\r\n\r\n"), Some(b" ")),
                (format!("{LOG_IN}{chunked}"), Some(b"1\r\n \r\n")),
                (format!("POST /nowhere HTTP/1.1\r\nHost: x\r\n{chunked}"), Some(b"1\r\n \r\n")),
            ] {
                connections.spawn(timeout(SOON, held(address, begin, drip)));
            }
        }
        for ended in connections.join_all().await {
            ended.expect("the server ends the connection in time").unwrap();
        }
    });
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    eventually(Duration::from_secs(5), "the server holds no connection more", || server.connections() <= calm);
    server.client().get("/ready").expect(200);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn a_caller_that_takes_no_response_loses_its_connection() {
    let database = TestDatabase::empty();
    let server = hasty(&database);
    server.client().get("/ready").expect(200);
    let calm = server.connections();
    let greedy = runtime().block_on(async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let mut stream = socket.connect(server.address).await.unwrap();
        for _ in 0..200 {
            // Once the server reads no more either, this waits.
            let request = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n";
            if timeout(Duration::from_millis(500), stream.write_all(request)).await.is_err() {
                break;
            }
        }
        stream.into_std().unwrap()
    });
    eventually(SOON, "the server ends the connection", || server.connections() <= calm);
    drop(greedy);
    server.client().get("/ready").expect(200);
}

#[test]
fn a_slow_body_gets_408_and_an_idle_connection_stays_for_as_long_as_is_set() {
    let database = TestDatabase::empty();
    let server = hasty(&database);
    runtime().block_on(async {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(format!("{LOG_IN}Content-Length: 10\r\n\r\n{{").as_bytes()).await.unwrap();
        let mut response = String::new();
        timeout(SOON, stream.read_to_string(&mut response)).await.unwrap().unwrap();
        assert!(response.starts_with("HTTP/1.1 408"), "{response}");

        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(HEALTH.as_bytes()).await.unwrap();
        let mut buffer = vec![0; 65_536];
        let begun = Instant::now();
        while timeout(SOON, stream.read(&mut buffer)).await.unwrap().unwrap() > 0 {}
        assert!(begun.elapsed() > Duration::from_millis(1_500), "{:?}", begun.elapsed());
    });
}
