//! The task that reads.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::timeout;

use super::options::Options;
use super::outcome::Closed;
use super::table::Table;
use crate::proto::{Decoder, Limits};

const CHUNK: usize = 32 * 1024;

/// Reads until the connection is closed, by the router or by this side. It never waits for a caller.
pub(super) async fn run(table: Arc<Table>, mut stream: impl AsyncRead + Unpin, options: Options) {
    let table = ClosesOnExit(table);
    let reason = tokio::select! {
        () = table.0.until_closed() => None,
        reason = read(&table.0, &mut stream, options.sentences) => Some(reason),
    };
    if let Some(reason) = reason {
        table.0.close(reason);
    }
    // A router that misbehaves is not waited for.
    if table.0.closed() == Some(Closed::Here) {
        timeout(options.linger, drain(&mut stream)).await.ok();
    }
}

/// Reads until the other side has closed the connection as well.
pub(super) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut chunk = vec![0; CHUNK];
    while matches!(stream.read(&mut chunk).await, Ok(1..)) {}
}

async fn read(table: &Table, stream: &mut (impl AsyncRead + Unpin), limits: Limits) -> Closed {
    let mut decoder = Decoder::with_limits(limits);
    let mut chunk = vec![0; CHUNK];
    loop {
        match stream.read(&mut chunk).await {
            Ok(0) => return end(&decoder),
            Ok(count) => decoder.push(&chunk[..count]),
            // Routers close TLS without a close message.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return end(&decoder),
            Err(error) => return Closed::Network(error.kind()),
        }
        if let Err(reason) = table.receive(&mut decoder) {
            return reason;
        }
    }
}

fn end(decoder: &Decoder) -> Closed {
    if decoder.is_at_boundary() { Closed::EndOfStream } else { Closed::Truncated }
}

/// Ends all commands when the runtime of a task is shut down.
pub(super) struct ClosesOnExit(pub(super) Arc<Table>);

impl Drop for ClosesOnExit {
    fn drop(&mut self) {
        self.0.close(Closed::Here);
    }
}
