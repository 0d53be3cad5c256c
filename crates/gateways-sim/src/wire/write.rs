use std::{fmt::Write, io, time::Duration};

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Reply;

/// How a response ends on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// All of it arrives, and the connection stays open.
    Whole,
    /// Half of the body arrives, then the connection is closed.
    Truncated,
    /// The body never ends.
    Endless,
    /// A byte arrives every second.
    Trickle,
    /// Nothing arrives, and the connection is closed.
    Closed,
    /// Nothing arrives, and the connection stays open.
    Silent,
}

/// Writes a response. Returns whether the connection serves another request.
pub(crate) async fn write(stream: &mut (impl AsyncWrite + Unpin), reply: &Reply, ending: Ending) -> io::Result<bool> {
    let head = head(reply, ending);
    match ending {
        Ending::Whole => stream.write_all(&[head.as_bytes(), &reply.body].concat()).await?,
        Ending::Truncated => {
            let half = &reply.body[..reply.body.len() / 2];
            stream.write_all(&[head.as_bytes(), half].concat()).await?;
        }
        Ending::Endless => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
        Ending::Trickle => {
            for byte in [head.as_bytes(), &reply.body].concat() {
                stream.write_all(&[byte]).await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
        Ending::Closed | Ending::Silent => {}
    }
    stream.flush().await?;
    Ok(matches!(ending, Ending::Whole))
}

fn head(reply: &Reply, ending: Ending) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, reason(reply.status));
    for (name, value) in &reply.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    // Pages of other origins call the tokenisers.
    head.push_str("access-control-allow-origin: *\r\naccess-control-allow-headers: *\r\n");
    if ending == Ending::Endless {
        head.push_str("connection: close\r\n\r\n");
    } else {
        let _ = write!(head, "content-length: {}\r\n\r\n", reply.body.len());
    }
    head
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        406 => "Not Acceptable",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        423 => "Locked",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}
