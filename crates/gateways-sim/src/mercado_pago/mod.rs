//! Mercado Pago: payments in Mexico.

mod cards;
mod create;
mod error;
mod keys;
mod pages;
mod payment;
mod refund;
mod render;
mod search;
mod steer;
mod tokens;
mod webhook;

pub use payment::{Payment, RefundAnswer, Status};

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use serde_json::{Value, json};

use crate::{
    assumptions::Point,
    engine::{Desk, Engine, Gateway, handle},
    lock,
    webhooks::Webhooks,
    wire::{Reply, Request},
};
use cards::Card;
use error::{NO_TOKEN, NOT_FOUND, PARAMETERS, Refusal};
use keys::{Admission, Keys, Name};
use payment::Paid;
use tokens::Token;

#[derive(Debug, Default)]
struct State {
    payments: Vec<Paid>,
    positions: HashMap<u64, usize>,
    references: HashMap<String, Vec<u64>>,
    tokens: HashMap<String, Token>,
    keys: Keys,
    refund_answer: RefundAnswer,
}

impl State {
    fn add(&mut self, paid: Paid) {
        self.positions.insert(paid.id, self.payments.len());
        if let Some(reference) = paid.text("external_reference") {
            self.references.entry(reference.to_owned()).or_default().push(paid.id);
        }
        self.payments.push(paid);
    }

    fn find(&mut self, id: u64) -> Option<&mut Paid> {
        self.positions.get(&id).and_then(|at| self.payments.get_mut(*at))
    }

    fn of(&mut self, id: &str, account: &str) -> Result<&mut Paid, Refusal> {
        let id = id.parse().map_err(|_| PARAMETERS)?;
        self.find(id).filter(|paid| paid.account == account).ok_or(NOT_FOUND)
    }
}

/// The gateway behind its socket.
#[derive(Debug)]
pub(crate) struct Office {
    desk: Arc<Desk>,
    base: String,
    state: Mutex<State>,
}

/// What came of a request: the response and the payment that it is about.
type Done = Result<(Reply, u64), Refusal>;

impl Office {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn account<'a>(&self, request: &'a Request) -> Result<&'a str, Refusal> {
        self.desk.account(request.bearer(), well_formed).ok_or(NO_TOKEN)
    }

    /// The name of the request's key, for requests that have one.
    fn key(&self, request: &Request) -> Result<Option<Name>, Refusal> {
        let (method, segments) = request.route();
        let needed = match (method, segments.as_slice()) {
            ("POST", ["v1", "payments"]) => self.desk.holds(Point::PaymentNeedsKey),
            ("POST", ["v1", "payments", _, "refunds"]) => true,
            _ => return Ok(None),
        };
        keys::name(request, self.account(request)?, needed)
    }

    fn admitted(&self, request: &Request) -> Result<Option<Reply>, Refusal> {
        let Some(name) = self.key(request)? else { return Ok(None) };
        let mut state = self.state();
        match state.keys.admit(&name, request, self.desk.clock.now())? {
            Admission::New => Ok(None),
            Admission::Known { reply, .. } if self.desk.holds(Point::SameKeyReturnsFirstAnswer) => Ok(Some(reply)),
            Admission::Known { reply, .. } if request.path != "/v1/payments" => Ok(Some(reply)),
            Admission::Known { payment, .. } => {
                let paid = state.find(payment).ok_or(NOT_FOUND)?;
                Ok(Some(Reply::json(201, &render::payment(paid, &self.base))))
            }
        }
    }

    fn routed(&self, request: &Request) -> Result<Reply, Refusal> {
        let (method, segments) = request.route();
        if (method, segments.as_slice()) == ("POST", &["v1", "card_tokens"]) {
            return self.tokenise(request);
        }
        let account = self.account(request)?;
        match (method, segments.as_slice()) {
            ("POST", ["v1", "payments"]) => self.keyed(request, || self.create(request, account)),
            ("GET", ["v1", "payments", "search"]) => self.search(request, account),
            ("GET", ["v1", "payments", id]) => self.show(id, account),
            ("PUT", ["v1", "payments", id] | ["v1", "payments", id, "cancellations"]) => {
                self.update(request, id, account)
            }
            ("POST", ["v1", "payments", id, "refunds"]) => self.keyed(request, || self.refund(request, id, account)),
            ("GET", ["v1", "payments", id, "refunds"]) => self.refunds(id, account),
            ("GET", ["v1", "payments", id, "refunds", refund]) => self.one_refund(id, refund, account),
            ("GET", ["users", "me"]) => Ok(Reply::json(200, &user(account))),
            ("GET", ["v1", "payment_methods"]) => Ok(Reply::json(200, &methods())),
            _ => Err(NOT_FOUND),
        }
    }

    /// Keeps a success under the request's key and frees the key after a failure.
    fn keyed(&self, request: &Request, work: impl FnOnce() -> Done) -> Result<Reply, Refusal> {
        let name = self.key(request)?;
        let done = work();
        if let Some(name) = name {
            let mut state = self.state();
            match &done {
                Ok((reply, payment)) => state.keys.finish(&name, reply.clone(), *payment),
                Err(_) => state.keys.free(&name),
            }
        }
        done.map(|(reply, _)| reply)
    }

    fn show(&self, id: &str, account: &str) -> Result<Reply, Refusal> {
        let mut state = self.state();
        Ok(Reply::json(200, &render::payment(state.of(id, account)?, &self.base)))
    }
}

fn well_formed(key: &str) -> bool {
    key.starts_with("TEST-") || key.starts_with("APP_USR-")
}

/// The number of an account: the same for the same token, at every start.
fn user_id(account: &str) -> u64 {
    account.bytes().fold(7, |sum: u64, byte| (sum * 31 + u64::from(byte)) % 900_000_000) + 100_000_000
}

fn user(account: &str) -> Value {
    json!({
        "id": user_id(account), "nickname": "TESTUSER", "site_id": "MLM", "country_id": "MX", "user_type": "normal",
        "email": "vendedor@example.com", "status": { "site_status": "active" },
    })
}

fn methods() -> Value {
    let method = |id: &str, name: &str, kind: &str| {
        json!({
            "id": id, "name": name, "payment_type_id": kind, "status": "active", "min_allowed_amount": 1,
            "max_allowed_amount": 250_000, "processing_modes": ["aggregator"], "deferred_capture": "supported",
        })
    };
    json!([
        method("visa", "Visa", "credit_card"),
        method("master", "Mastercard", "credit_card"),
        method("debvisa", "Visa Débito", "debit_card"),
        method("debmaster", "Mastercard Débito", "debit_card"),
    ])
}

impl Gateway for Office {
    fn new(desk: Arc<Desk>) -> Self {
        Self { base: format!("http://{}", desk.address), desk, state: Mutex::default() }
    }

    fn admit(&self, request: &Request) -> Option<Reply> {
        self.admitted(request).unwrap_or_else(|refusal| Some(refusal.reply()))
    }

    fn serve(&self, request: &Request) -> Reply {
        self.page(request).unwrap_or_else(|| self.routed(request).unwrap_or_else(Refusal::reply))
    }

    fn error(&self, _request: &Request, status: u16, retry_after: Option<u32>) -> Reply {
        Refusal::of_status(status).reply().with_retry_after(retry_after)
    }

    fn steer(&self, request: &Request, segments: &[&str]) -> Option<Reply> {
        self.steered(request, segments)
    }
}

/// Mercado Pago on a loopback port.
#[derive(Debug)]
pub struct MercadoPago {
    engine: Engine<Office>,
}

handle!(MercadoPago over Office);

impl MercadoPago {
    /// Every payment, oldest first.
    pub fn payments(&self) -> Vec<Payment> {
        self.engine.state().payments.iter().map(Payment::from).collect()
    }

    /// The payments of that `external_reference`.
    pub fn payments_of(&self, reference: &str) -> Vec<Payment> {
        self.engine.payments_of(reference)
    }

    /// Makes a token of a card of that holder, as the card form in a browser does.
    pub fn token(&self, holder: &str) -> String {
        let now = self.engine.clock().now();
        self.engine.issue(Card::of("5474925432670366", holder, 11, 2030, now))
    }

    /// Gives a payment another status. Returns whether the payment exists.
    pub fn turn(&self, id: u64, status: Status, detail: &str) -> bool {
        self.engine.turn(id, status, detail)
    }

    /// Refunds in the gateway's panel: that many cents, or all that is left.
    pub fn refund_in_panel(&self, id: u64, cents: Option<i64>) -> bool {
        self.engine.refund_in_panel(id, cents)
    }

    /// Decides what becomes of later refunds.
    pub fn answer_refunds(&self, answer: RefundAnswer) {
        self.engine.state().refund_answer = answer;
    }

    /// The user id of an access token, as webhooks carry it.
    pub fn user_id(&self, access_token: &str) -> u64 {
        user_id(access_token)
    }

    /// Signs the webhooks of an access token by a secret of its own.
    pub fn sign(&self, access_token: &str, secret: &str) {
        self.engine.desk.set_secret(access_token, secret);
    }

    /// Its webhooks.
    pub fn webhooks(&self) -> &Webhooks {
        self.engine.webhooks()
    }
}
