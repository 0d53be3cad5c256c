//! One HTTP client for gateways and messengers: its limits, and what is certain when a request fails.

use std::{net::IpAddr, sync::Arc, time::Duration};

use portero_domain::purchase::Wait;
use reqwest::{
    Client, Method, RequestBuilder, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER},
    redirect,
};
use serde::{Serialize, de::DeserializeOwned};
use thiserror::Error;
use tokio::sync::Semaphore;

/// The limits of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpLimits {
    /// How long one request may take, from the first byte of the connection to the last byte of the answer.
    pub timeout: Duration,
    /// How many requests are under way at once. Others wait, up to the timeout.
    pub at_once: usize,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(20), at_once: 256 }
    }
}

/// An answer has at most this many bytes. A page of 250 orders of Conekta has some 700 KB.
const LARGEST_ANSWER: usize = 4 << 20;

/// The longest wait that a server may ask for, in seconds.
const LONGEST_WAIT: u64 = 3_600;

/// A server's address that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadUrl {
    /// The text is no URL of a server.
    #[error("it is no http or https URL")]
    Malformed,
    /// Card tokens, keys and bot tokens would travel in plain text.
    #[error("it must be https, http is for loopback addresses only")]
    PlainText,
}

/// The client of one server. Each client has connections and turns of its own, so a slow server delays no other one.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    base: Url,
    timeout: Duration,
    turns: Arc<Semaphore>,
}

/// How a request ended.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The server answered.
    Answered { status: StatusCode, wait: Wait, body: Vec<u8> },
    /// Not one byte of the request left.
    NotSent,
    /// The request may have been carried out. No complete answer came.
    Lost,
}

impl HttpClient {
    /// A client of the server at this address.
    pub fn new(base: &str, limits: HttpLimits) -> Result<Self, BadUrl> {
        let mut base = Url::parse(base.trim()).map_err(|_| BadUrl::Malformed)?;
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&base) => {}
            "http" => return Err(BadUrl::PlainText),
            _ => return Err(BadUrl::Malformed),
        }
        if !base.path().ends_with('/') {
            let path = format!("{}/", base.path());
            base.set_path(&path);
        }
        // The one TLS stack of the program. A second installation changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(limits.timeout.min(Duration::from_secs(5)))
            .timeout(limits.timeout)
            .pool_idle_timeout(Duration::from_mins(1))
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true)
            .user_agent(concat!("portero/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| BadUrl::Malformed)?;
        Ok(Self { client, base, timeout: limits.timeout, turns: Arc::new(Semaphore::new(limits.at_once)) })
    }

    /// A request for the path of these segments below the server's address.
    pub(crate) fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.client.request(method, url)
    }

    /// Sends a request once its turn has come.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Reply {
        let Ok(Ok(_turn)) = tokio::time::timeout(self.timeout, self.turns.acquire()).await else {
            return Reply::NotSent;
        };
        let mut response = match request.send().await {
            Ok(response) => response,
            // Connecting includes name resolution and the TLS handshake, before which nothing of the request leaves.
            Err(error) if error.is_connect() || error.is_builder() => return Reply::NotSent,
            Err(_) => return Reply::Lost,
        };
        let (status, wait) = (response.status(), wait(response.headers()));
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_ANSWER => body.extend_from_slice(&chunk),
                Ok(None) => return Reply::Answered { status, wait, body },
                Ok(Some(_)) | Err(_) => return Reply::Lost,
            }
        }
    }
}

/// The body of a request as JSON.
pub(crate) fn json(request: RequestBuilder, body: &impl Serialize) -> RequestBuilder {
    match serde_json::to_vec(body) {
        Ok(bytes) => request.header(reqwest::header::CONTENT_TYPE, "application/json").body(bytes),
        // Our own types always have a JSON form. A server rejects a request without a body.
        Err(_) => request,
    }
}

/// The JSON of an answer, if it has the form that is needed.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

/// Whether a status leaves open what happened: the server's trouble, a conflict, a lock, or too many requests.
pub(crate) fn is_uncertain(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 423 | 424 | 425 | 428 | 429)
}

fn wait(headers: &HeaderMap) -> Wait {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(time::Duration::seconds(i64::try_from(seconds.min(LONGEST_WAIT)).ok()?))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(base: &str) -> Option<BadUrl> {
        HttpClient::new(base, HttpLimits::default()).err()
    }

    #[tokio::test]
    async fn plain_http_is_for_loopback_only() {
        for good in ["https://api.example.test", "http://127.0.0.1:9000", "http://[::1]:9000/x", "http://localhost:1"] {
            assert_eq!(refused(good), None, "{good}");
        }
        for bad in ["http://api.example.test", "http://127.0.0.1.example.test"] {
            assert_eq!(refused(bad), Some(BadUrl::PlainText), "{bad}");
        }
        for bad in ["", "api.example.test", "ftp://127.0.0.1", "file:///etc/passwd"] {
            assert_eq!(refused(bad), Some(BadUrl::Malformed), "{bad}");
        }
    }

    #[tokio::test]
    async fn an_id_stays_within_its_segment_of_the_path() {
        let client = HttpClient::new("http://127.0.0.1:1/base", HttpLimits::default()).unwrap();
        let request = client.request(Method::GET, &["orders", "a b/..", "x?"], &[("q", "1&2")]).build().unwrap();
        assert_eq!(request.url().as_str(), "http://127.0.0.1:1/base/orders/a%20b%2F../x%3F?q=1%262");
    }
}
