use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::Request;

const HEAD_LIMIT: usize = 64 * 1024;
const BODY_LIMIT: usize = 4 * 1024 * 1024;

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Reads the next request of a connection, or none when the peer has closed it. `buffer` keeps bytes of later requests.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let (mut request, head) = loop {
        if let Some(parsed) = head(buffer)? {
            break parsed;
        }
        if buffer.len() > HEAD_LIMIT {
            return Err(invalid("the head of the request is too long"));
        }
        if stream.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    if request.header("transfer-encoding").is_some() {
        return Err(invalid("the simulator reads no chunked requests"));
    }
    let length = request.header("content-length").map_or(Ok(0), str::parse::<usize>);
    let length = length.map_err(|_| invalid("the content length is no number"))?;
    if length > BODY_LIMIT {
        return Err(invalid("the body of the request is too long"));
    }
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    request.body = buffer[head..head + length].to_vec();
    buffer.drain(..head + length);
    Ok(Some(request))
}

/// The head and its length, as soon as all of it is there.
fn head(buffer: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(invalid("this is no HTTP request")),
    };
    let target = parsed.path.unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pair = |header: &httparse::Header<'_>| {
        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        path: path.to_owned(),
        query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: parsed.headers.iter().map(pair).collect(),
        body: Vec::new(),
    };
    Ok(Some((request, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_requests_on_one_connection_are_read_one_by_one() {
        let mut bytes: &[u8] =
            b"POST /orders?limit=2&search=a%20b HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET /x HTTP/1.1\r\n\r\n";
        let mut buffer = Vec::new();
        let first = read(&mut bytes, &mut buffer).await.unwrap().unwrap();
        assert_eq!(
            (first.path.as_str(), first.param("search"), first.body.as_slice()),
            ("/orders", Some("a b"), &b"{}"[..])
        );
        assert_eq!(read(&mut bytes, &mut buffer).await.unwrap().unwrap().route(), ("GET", vec!["x"]));
        assert_eq!(read(&mut bytes, &mut buffer).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_request_that_ends_early_is_an_error() {
        let mut bytes: &[u8] = b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n{}";
        assert!(read(&mut bytes, &mut Vec::new()).await.is_err());
    }
}
