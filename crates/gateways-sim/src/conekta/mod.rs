//! Conekta, API 2.3.0.

mod cards;
mod change;
mod create;
mod error;
mod events;
mod list;
mod order;
mod pages;
mod render;
mod steer;

pub use events::PUBLIC_KEY;
pub use order::{Charge, Turn};

use std::{
    collections::{HashMap, VecDeque},
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
use error::Refusal;
use events::Event;
use order::Order;
use render::View;

/// The media type of API 2.3.0.
const MEDIA_TYPE: &str = "application/vnd.conekta-v2.3.0+json";

#[derive(Debug)]
struct Token {
    card: Card,
    used: bool,
}

#[derive(Debug, Default)]
struct State {
    orders: Vec<Order>,
    positions: HashMap<String, usize>,
    tokens: HashMap<String, Token>,
    events: VecDeque<Event>,
}

impl State {
    fn add(&mut self, order: Order) {
        self.positions.insert(order.id.clone(), self.orders.len());
        self.orders.push(order);
    }

    fn find(&mut self, id: &str) -> Option<&mut Order> {
        self.positions.get(id).and_then(|at| self.orders.get_mut(*at))
    }

    fn use_token(&mut self, id: &str, test_tokens_are_reusable: bool) -> Result<Card, Refusal> {
        let test = Card::of_test_token(id);
        if let Some(card) = &test
            && test_tokens_are_reusable
        {
            return Ok(card.clone());
        }
        if let Some(card) = test {
            self.tokens.entry(id.to_owned()).or_insert(Token { card, used: false });
        }
        let token = self.tokens.get_mut(id).ok_or_else(Refusal::no_such_token)?;
        if std::mem::replace(&mut token.used, true) {
            return Err(Refusal::token_used());
        }
        Ok(token.card.clone())
    }
}

/// The gateway behind its socket.
#[derive(Debug)]
pub(crate) struct Office {
    desk: Arc<Desk>,
    base: String,
    state: Mutex<State>,
}

impl Office {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn view(&self, spanish: bool) -> View<'_> {
        View { base: &self.base, nulls: self.desk.holds(Point::ConektaShowsNulls), spanish }
    }

    fn routed(&self, request: &Request, view: View<'_>) -> Result<Value, Refusal> {
        let account = self.account(request)?;
        let (method, segments) = request.route();
        match (method, segments.as_slice()) {
            ("POST", ["tokens"]) => self.tokenise(request),
            ("POST", ["orders"]) => self.create(request, account, view),
            ("GET", ["orders"]) => self.orders(request, account, view),
            ("GET", ["orders", id]) => self.one(id, account, |order| view.order(order)),
            ("POST", ["orders", id, "refunds"]) => self.refund(request, id, account, view),
            ("POST", ["orders", id, "cancel"]) => self.cancel(id, account, view),
            ("POST", ["orders", id, "capture"]) => self.capture(id, account, view),
            ("GET", ["charges"]) => self.charge_list(request, account, view),
            ("POST", ["webhook_keys"]) => Ok(self.webhook_key()),
            ("POST", ["webhooks"]) => self.register_webhook(request, account),
            ("GET", ["events"]) => Ok(self.event_list(account)),
            ("GET", ["events", id]) => self.event(id, account),
            ("POST", ["events", id, "resend"]) => self.resend(request, id, account),
            _ => Err(Refusal::not_found("Path", &request.path)),
        }
    }

    /// The account of the request's key, if key and version are right.
    fn account<'a>(&self, request: &'a Request) -> Result<&'a str, Refusal> {
        let account = self.desk.account(request.bearer(), |key| key.starts_with("key_"));
        // Any public key may make tokens: the simulator does not pair public keys with private ones.
        let public = || request.bearer().filter(|key| request.path == "/tokens" && key.starts_with("key_"));
        let account = account.or_else(public).ok_or_else(Refusal::no_key)?;
        if request.header("accept").is_some_and(|accept| accept.contains(MEDIA_TYPE)) {
            return Ok(account);
        }
        let status = if self.desk.holds(Point::ConektaVersionIs406) { 406 } else { 409 };
        Err(Refusal::version(status))
    }

    fn tokenise(&self, request: &Request) -> Result<Value, Refusal> {
        let body = request.json().filter(Value::is_object).ok_or_else(Refusal::malformed)?;
        let text = |name: &str| body.pointer(&format!("/card/{name}")).and_then(Value::as_str).unwrap_or_default();
        let month = text("exp_month").parse::<u8>().unwrap_or_default();
        let known = cards::is_a_number(text("number"))
            && (1..=12).contains(&month)
            && text("exp_year").len() == 2
            && (3..=4).contains(&text("cvc").len())
            && !text("name").is_empty();
        if !known {
            return Err(Refusal::card_number());
        }
        let card = Card::of(text("number"), text("name"), text("exp_month"), text("exp_year"));
        Ok(json!({ "id": self.issue(card), "livemode": self.desk.live, "used": false, "object": "token" }))
    }

    fn issue(&self, card: Card) -> String {
        let id = format!("tok_{}", self.desk.ids.text(17));
        self.state().tokens.insert(id.clone(), Token { card, used: false });
        id
    }

    fn one(&self, id: &str, account: &str, show: impl Fn(&Order) -> Value) -> Result<Value, Refusal> {
        let mut state = self.state();
        let order = state.find(id).filter(|order| order.account == account);
        order.map(|order| show(order)).ok_or_else(|| Refusal::not_found("Order", id))
    }
}

fn spanish(request: &Request) -> bool {
    !request.header("accept-language").is_some_and(|language| language.starts_with("en"))
}

impl Gateway for Office {
    fn new(desk: Arc<Desk>) -> Self {
        Self { base: format!("http://{}", desk.address), desk, state: Mutex::default() }
    }

    fn serve(&self, request: &Request) -> Reply {
        if let Some(page) = self.page(request) {
            return page;
        }
        let spanish = spanish(request);
        match self.routed(request, self.view(spanish)) {
            Ok(body) => Reply::json_of(200, MEDIA_TYPE, &body),
            Err(refusal) => refusal.reply(spanish, &self.desk.ids.hex()),
        }
    }

    fn error(&self, request: &Request, status: u16, retry_after: Option<u32>) -> Reply {
        let reply = Refusal::of_status(status).reply(spanish(request), &self.desk.ids.hex());
        reply.with_retry_after(retry_after)
    }

    fn steer(&self, request: &Request, segments: &[&str]) -> Option<Reply> {
        self.steered(request, segments)
    }
}

/// Conekta on a loopback port.
#[derive(Debug)]
pub struct Conekta {
    engine: Engine<Office>,
}

handle!(Conekta over Office);

impl Conekta {
    /// Every order with what became of its charge, oldest first.
    pub fn charges(&self) -> Vec<Charge> {
        self.engine.state().orders.iter().map(Charge::from).collect()
    }

    /// The orders that carry this text as a value of their metadata or as the reference of their charge.
    pub fn charges_of(&self, text: &str) -> Vec<Charge> {
        self.engine.state().orders.iter().filter(|order| order.carries(text)).map(Charge::from).collect()
    }

    /// Makes a token of a card, as the card form in a browser does.
    pub fn token(&self, number: &str) -> String {
        self.engine.issue(Card::of(number, "Cliente Prueba", "12", "30"))
    }

    /// Settles an order that is pending or waits for 3DS. Returns whether there was such an order.
    pub fn turn(&self, order_id: &str, turn: Turn) -> bool {
        self.engine.turn(order_id, turn)
    }

    /// Refunds in the gateway's panel: that many cents, or all that is left.
    pub fn refund_in_panel(&self, order_id: &str, cents: Option<i64>) -> bool {
        self.engine.refund_in_panel(order_id, cents)
    }

    /// The cardholder's bank takes the money back.
    pub fn charge_back(&self, order_id: &str) -> bool {
        self.engine.charge_back(order_id)
    }

    /// Its webhooks.
    pub fn webhooks(&self) -> &Webhooks {
        self.engine.webhooks()
    }
}
