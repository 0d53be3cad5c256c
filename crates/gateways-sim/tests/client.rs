//! A client as the tests use it.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
};

use minreq::{Method, Response};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "key_company_one";
pub(crate) const TOKEN: &str = "TEST-company-one";

/// A request; a URL without a scheme is none.
pub(crate) fn request(method: Method, url: String, headers: &[(&str, &str)], body: Option<&Value>) -> Response {
    tried(method, url, headers, body).unwrap()
}

pub(crate) fn tried(
    method: Method,
    url: String,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Response, minreq::Error> {
    let mut request = minreq::Request::new(method, url).with_timeout(5).with_follow_redirects(false);
    for (name, value) in headers {
        request = request.with_header(*name, *value);
    }
    if let Some(body) = body {
        request = request.with_header("content-type", "application/json").with_body(body.to_string());
    }
    request.send()
}

pub(crate) fn json_of(response: &Response) -> Value {
    serde_json::from_str(response.as_str().unwrap()).unwrap()
}

/// Conekta, as a company of that key.
pub(crate) struct Shop {
    pub(crate) url: String,
    pub(crate) key: &'static str,
}

impl Shop {
    pub(crate) fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.key);
        let headers = [("authorization", bearer.as_str()), ("accept", "application/vnd.conekta-v2.3.0+json")];
        let response = request(method, format!("{}{path}", self.url), &headers, body);
        (response.status_code, json_of(&response))
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::Get, path, None)
    }

    pub(crate) fn order(&self, token: &str, intent: &str) -> (u16, Value) {
        self.call(Method::Post, "/orders", Some(&order(token, intent)))
    }
}

pub(crate) fn order(token: &str, intent: &str) -> Value {
    json!({
        "currency": "MXN",
        "customer_info": { "name": "Ana", "email": "ana@example.com", "phone": "+525500000000" },
        "line_items": [{ "name": "Plan 1 hora", "unit_price": 1050, "quantity": 1 }],
        "charges": [{ "payment_method": { "type": "card", "token_id": token }, "reference_id": intent }],
        "metadata": { "intent_id": intent },
    })
}

/// Mercado Pago, as a company.
pub(crate) fn pay(url: &str, key: &str, body: &Value) -> (u16, Value) {
    with_key(url, "/v1/payments", key, body)
}

pub(crate) fn with_key(url: &str, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let bearer = format!("Bearer {TOKEN}");
    let mut headers = vec![("authorization", bearer.as_str())];
    if !key.is_empty() {
        headers.push(("x-idempotency-key", key));
    }
    let response = request(Method::Post, format!("{url}{path}"), &headers, Some(body));
    (response.status_code, json_of(&response))
}

pub(crate) fn seen(url: &str, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {TOKEN}");
    let response = request(Method::Get, format!("{url}{path}"), &[("authorization", &bearer)], None);
    (response.status_code, json_of(&response))
}

pub(crate) fn payment(token: &str, reference: &str) -> Value {
    json!({
        "transaction_amount": 10.5, "token": token, "payment_method_id": "visa", "installments": 1,
        "payer": { "email": "ana@example.com" }, "external_reference": reference,
    })
}

/// A webhook as its receiver sees it: request line, headers in lower case, body.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        found.map(str::to_owned)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A receiver that responds with these statuses, and with 200 from then on.
pub(crate) fn receiver(statuses: &'static [u16]) -> (String, Receiver<Received>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let seen = read(&mut stream);
            let status = statuses.get(at).copied().unwrap_or(200);
            write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").unwrap();
            if sender.send(seen).is_err() {
                return;
            }
        }
    });
    (url, received)
}

fn read(stream: &mut impl Read) -> Received {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length: usize =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
            if bytes.len() == end + 4 + length {
                let line = head.lines().next().unwrap().to_owned();
                return Received { line, head, body: bytes[end + 4..].to_vec() };
            }
        }
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "the webhook ended early");
        bytes.extend(&piece[..count]);
    }
}
