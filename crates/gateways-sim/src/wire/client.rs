use std::{fmt::Write, io, net::SocketAddr, str::FromStr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The URL is not `http://` on a loopback address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no http URL on a loopback address with a port; the simulator sends to no other machine")]
pub struct NotALoopbackUrl(String);

/// An `http://` URL on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url {
    address: SocketAddr,
    target: String,
}

impl Url {
    /// The URL with further pairs in its query.
    pub(crate) fn with_query(&self, pairs: &[(&str, &str)]) -> Self {
        let mut target = self.target.clone();
        for (name, value) in pairs {
            target.push(if target.contains('?') { '&' } else { '?' });
            let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
            let _ = write!(target, "{name}={value}");
        }
        Self { address: self.address, target }
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}{}", self.address, self.target)
    }
}

impl FromStr for Url {
    type Err = NotALoopbackUrl;

    fn from_str(text: &str) -> Result<Self, NotALoopbackUrl> {
        let wrong = || NotALoopbackUrl(text.to_owned());
        let rest = text.strip_prefix("http://").ok_or_else(wrong)?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let address: SocketAddr = authority.replace("localhost", "127.0.0.1").parse().map_err(|_| wrong())?;
        if !address.ip().is_loopback() {
            return Err(wrong());
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Ok(Self { address, target })
    }
}

/// Posts JSON and returns the response's status.
pub(crate) async fn post(url: &Url, headers: &[(String, String)], body: &[u8]) -> io::Result<u16> {
    let mut stream = TcpStream::connect(url.address).await?;
    let mut head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n",
        url.target,
        url.address,
        body.len()
    );
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut parsed = httparse::Response::new(&mut headers);
        if parsed.parse(&answer).is_ok_and(|status| status.is_complete()) {
            return parsed.code.ok_or_else(|| io::ErrorKind::InvalidData.into());
        }
        if answer.len() > 64 * 1024 || stream.read_buf(&mut answer).await? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_of_this_machine_are_accepted() {
        let url: Url = "http://localhost:8000/hook?x=1".parse().unwrap();
        assert_eq!(url.with_query(&[("data.id", "7 8")]).to_string(), "http://127.0.0.1:8000/hook?x=1&data.id=7+8");
        assert_eq!("http://127.0.0.1:1".parse::<Url>().unwrap().to_string(), "http://127.0.0.1:1/");
        for text in ["https://127.0.0.1:1/", "http://10.0.0.1:80/", "http://example.com/", "127.0.0.1:1"] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }
}
