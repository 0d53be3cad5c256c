//! A session on its socket.

use std::{future, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, WriteHalf},
    net::TcpStream,
    time::{sleep_until, timeout},
};
use tokio_rustls::server::TlsStream;

use super::{End, Session};
use crate::{lock, output::Output, shared::Shared};

/// A connection, plain or by TLS.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {
    /// Has it reset when it closes.
    fn reset(&self);
}

impl Stream for TcpStream {
    fn reset(&self) {
        // If the option cannot be set, the socket is closed normally.
        let _ = self.set_zero_linger();
    }
}

impl Stream for TlsStream<TcpStream> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }
}

/// Serves a session until either side ends it. The socket closes when the caller drops it.
pub(crate) async fn drive(mut session: Session, stream: &mut impl Stream) {
    let shared = std::sync::Arc::clone(&session.shared);
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut changes = lock(&shared.router).changes();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        session.start_commands();
        // Subscribe before rows are read: a later change wakes this task again.
        changes.mark_unchanged();
        session.produce();
        let is_silent = session.ending == Some(End::HalfOpen);
        if is_silent || session.ending.is_some() && session.output.is_empty() && !session.output.unflushed {
            break;
        }
        let (wakes_at, listens, wants_input) = (session.wakes_at(), session.listens(), session.wants_input());
        let sends = !session.output.is_empty() || session.output.unflushed;
        tokio::select! {
            read = reader.read(&mut buffer), if wants_input => match read {
                Ok(0) | Err(_) => return,
                Ok(count) => session.received(&buffer[..count]),
            },
            sent = send(&shared, &mut writer, &mut session.output), if sends => if sent.is_err() { return },
            () = sleep_until(wakes_at.unwrap_or_else(tokio::time::Instant::now)), if wakes_at.is_some() => {}
            _ = changes.changed(), if listens => {}
        }
    }
    match session.ending {
        Some(End::HalfOpen) => future::pending().await,
        Some(End::Reset) => reader.unsplit(writer).reset(),
        _ => {
            let _ = writer.shutdown().await;
            // Closing with unread input would reset the connection, and the last words with it.
            let _ = timeout(Duration::from_millis(200), async {
                while matches!(reader.read(&mut buffer).await, Ok(1..)) {}
            })
            .await;
        }
    }
}

/// Sends a piece. The future may be dropped at any point and started again.
async fn send(shared: &Shared, writer: &mut WriteHalf<&mut impl Stream>, output: &mut Output) -> io::Result<()> {
    if output.is_empty() {
        writer.flush().await?;
        output.unflushed = false;
        return Ok(());
    }
    if let Some(at) = output.not_before() {
        sleep_until(at).await;
    }
    let count = writer.write(output.piece()).await?;
    output.sent(count);
    shared.meters.sent(count);
    Ok(())
}
