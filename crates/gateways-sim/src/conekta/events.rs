//! Events and the webhooks that carry them.

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

use super::{Office, error::Refusal, order::Order};
use crate::{
    assumptions::Point,
    settings::Target,
    webhooks::Letter,
    wire::{Request, Url},
};

/// The public half of the key that signs webhooks, as PEM. Both halves are in this repository, so it protects nothing.
pub const PUBLIC_KEY: &str = include_str!("../../keys/webhook.pub.pem");

static KEY: LazyLock<Option<RsaKeyPair>> =
    LazyLock::new(|| RsaKeyPair::from_pkcs8(include_bytes!("../../keys/webhook.pk8")).ok());

/// Older events are forgotten, so that a long benchmark does not fill memory.
const KEPT: usize = 10_000;

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) account: String,
    id: String,
    body: Value,
}

/// Base64 of the RSA signature over the body with SHA-256, PKCS#1 v1.5.
fn digest(body: &[u8]) -> Option<String> {
    let key = KEY.as_ref()?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature).ok()?;
    Some(STANDARD.encode(signature))
}

impl Office {
    pub(super) fn tell_of_creation(&self, order: &Order) {
        self.tell(order, "order.created", None);
        if let Some(status) = order.status() {
            self.tell_of_status(order, status, None);
        }
    }

    pub(super) fn tell_of_change(&self, order: &Order, before: Option<&'static str>) {
        if let Some(status) = order.status() {
            self.tell_of_status(order, status, before);
        }
    }

    fn tell_of_status(&self, order: &Order, status: &str, before: Option<&str>) {
        let kind = match status {
            "charged_back" => "charge.chargeback.created".to_owned(),
            "partially_refunded" => "charge.refunded".to_owned(),
            status => format!("charge.{status}"),
        };
        self.tell(order, &kind, before);
        self.tell(order, &format!("order.{status}"), before);
    }

    fn tell(&self, order: &Order, kind: &str, before: Option<&str>) {
        let view = self.view(true);
        let object = match &order.charge {
            Some(charge) if kind.starts_with("charge.") => view.charge(order, charge),
            _ => view.order(order),
        };
        let previous = before.map_or(json!({}), |status| json!({ "payment_status": status }));
        let id = self.desk.ids.hex();
        let body = json!({
            "data": { "object": object, "previous_attributes": previous },
            "livemode": order.live,
            "webhook_status": "pending",
            "webhook_logs": [],
            "id": id,
            "object": "event",
            "type": kind,
            "created_at": self.desk.clock.unix(),
        });
        self.remember(Event { account: order.account.clone(), id: id.clone(), body: body.clone() });
        let urls = self.desk.webhooks.urls(&order.account);
        if urls.is_empty() {
            return;
        }
        let body = body.to_string().into_bytes();
        let signature = digest(&body).map(|digest| ("digest".to_owned(), digest));
        for url in urls {
            self.desk.webhooks.send(Letter {
                event: id.clone(),
                kind: kind.to_owned(),
                url: url.to_string(),
                headers: Vec::new(),
                signature: signature.clone(),
                body: body.clone(),
            });
        }
    }

    fn remember(&self, event: Event) {
        let mut state = self.state();
        if state.events.len() == KEPT {
            state.events.pop_front();
        }
        state.events.push_back(event);
    }

    pub(super) fn webhook_key(&self) -> Value {
        json!({
            "active": true, "livemode": self.desk.live, "created_at": self.desk.clock.unix(), "id": self.desk.ids.hex(),
            "object": "webhook_key", "public_key": PUBLIC_KEY,
        })
    }

    pub(super) fn register_webhook(&self, request: &Request, account: &str) -> Result<Value, Refusal> {
        let body = request.json().ok_or_else(Refusal::malformed)?;
        let wrong = || Refusal::parameter("url");
        let text = body.get("url").and_then(Value::as_str).ok_or_else(wrong)?;
        let own_machine = text.contains("localhost") || text.contains("127.0.0.1");
        if own_machine && self.desk.holds(Point::ConektaRefusesLoopbackWebhooks) {
            return Err(wrong());
        }
        let url: Url = text.parse().map_err(|_| wrong())?;
        self.desk.webhooks.add(Target { account: Some(account.to_owned()), url });
        Ok(json!({
            "id": self.desk.ids.hex(), "object": "webhook", "url": text, "livemode": self.desk.live, "active": true,
            "status": "listening", "subscribed_events": [],
        }))
    }

    pub(super) fn event_list(&self, account: &str) -> Value {
        let state = self.state();
        let events = state.events.iter().rev().filter(|event| event.account == account).take(250);
        let data: Vec<&Value> = events.map(|event| &event.body).collect();
        json!({ "object": "list", "has_more": false, "data": data })
    }

    pub(super) fn event(&self, id: &str, account: &str) -> Result<Value, Refusal> {
        let state = self.state();
        let event = state.events.iter().find(|event| event.id == id && event.account == account);
        event.map(|event| event.body.clone()).ok_or_else(|| Refusal::not_found("Event", id))
    }

    /// Sends the event to every receiver of the account: the simulator's receivers have no ids to choose from.
    pub(super) fn resend(&self, request: &Request, id: &str, account: &str) -> Result<Value, Refusal> {
        let body = request.json().ok_or_else(Refusal::malformed)?;
        body.get("webhooks_ids").filter(|ids| ids.is_array()).ok_or_else(|| Refusal::parameter("webhooks_ids"))?;
        self.event(id, account)?;
        let url = self.desk.webhooks.urls(account).first().map(Url::to_string);
        self.desk.webhooks.send_again(id);
        let mut log = json!({
            "failed_attempts": 0, "id": format!("webhl_{}", self.desk.ids.text(17)),
            "last_attempted_at": self.desk.clock.unix(), "last_http_response_status": 200, "response_data": {},
        });
        if let Some(url) = url {
            log["url"] = json!(url);
        }
        Ok(log)
    }
}
