//! A caller over HTTP.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use minreq::{Method, Request};
use serde_json::{Value, json};

/// Longer than the service ever takes: what takes this long hangs.
const PATIENCE_SECONDS: u64 = 40;

/// A caller, who may present a credential.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    credential: Option<(&'static str, String)>,
    purchase: Option<String>,
}

/// What a caller heard.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<String>,
    pub(crate) took: Duration,
}

impl Client {
    /// A caller without a credential.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { base: format!("http://{address}"), credential: None, purchase: None }
    }

    /// The same caller, with a session.
    pub(crate) fn with_session(&self, token: &str) -> Self {
        Self { credential: Some(("Authorization", format!("Bearer {token}"))), ..self.clone() }
    }

    /// A captive portal with this key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { credential: Some(("X-API-Key", key.to_owned())), ..self.clone() }
    }

    /// The same caller, about the purchase of this key.
    pub(crate) fn about_purchase(&self, key: &str) -> Self {
        Self { purchase: Some(key.to_owned()), ..self.clone() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.attempt(Method::Get, path, None).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.attempt(Method::Put, path, Some(body)).unwrap_or_else(|error| panic!("PUT {path}: {error}"))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.attempt(Method::Post, path, Some(body)).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.attempt(Method::Delete, path, None).unwrap_or_else(|error| panic!("DELETE {path}: {error}"))
    }

    /// A request that may find no server.
    pub(crate) fn attempt(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, minreq::Error> {
        let mut request = Request::new(method, format!("{}{path}", self.base)).with_timeout(PATIENCE_SECONDS);
        if let Some((name, value)) = &self.credential {
            request = request.with_header(*name, value);
        }
        if let Some(key) = &self.purchase {
            request = request.with_header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.with_header("Content-Type", "application/json").with_body(body.to_string());
        }
        let begun = Instant::now();
        let response = request.send()?;
        Ok(Answer {
            status: response.status_code,
            body: serde_json::from_str(response.as_str()?).unwrap_or(Value::Null),
            retry_after: response.header("retry-after").map(str::to_owned),
            took: begun.elapsed(),
        })
    }

    /// Logs in.
    pub(crate) fn log_in(&self, email: &str, password: &str) -> Self {
        let answer = self.post("/api/v1/auth/login", &json!({"email": email, "password": password}));
        self.with_session(answer.expect(200).text("access_token"))
    }
}

impl Answer {
    /// The same answer, whose status is this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// A text in the body.
    #[track_caller]
    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.body))
    }
}
