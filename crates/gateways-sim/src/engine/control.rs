//! The control endpoints below `/_sim/` that every gateway has.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Desk, Gateway};
use crate::{
    faults::Armed,
    lock,
    settings::Target,
    wire::{Reply, Request},
};

fn done() -> Reply {
    Reply::json(200, &json!({ "done": true }))
}

fn wrong(why: impl Into<String>) -> Reply {
    Reply::json(400, &json!({ "wrong": why.into() }))
}

/// A field of the body.
pub(crate) fn field(request: &Request, name: &str) -> Value {
    request.json().and_then(|body| body.get(name).cloned()).unwrap_or(Value::Null)
}

/// The response to a control request; none when the request is none.
pub(super) fn serve<G: Gateway>(request: &Request, gateway: &G, desk: &Desk) -> Option<Reply> {
    let (method, segments) = request.route();
    let ["_sim", segments @ ..] = segments.as_slice() else { return None };
    let text = |name: &str| field(request, name).as_str().map(str::to_owned).unwrap_or_default();
    let flag = |name: &str| field(request, name).as_bool().unwrap_or_default();
    let number = |name: &str| field(request, name).as_u64().unwrap_or_default();
    Some(match (method, segments) {
        ("GET", ["requests"]) => {
            let all: Vec<Value> = desk.journal.all().iter().map(crate::journal::Exchange::to_json).collect();
            Reply::json(200, &json!({ "requests": all }))
        }
        ("DELETE", ["requests"]) => {
            desk.journal.clear();
            done()
        }
        ("GET", ["faults"]) => Reply::json(200, &json!({ "struck": desk.faults.struck() })),
        ("POST", ["faults"]) => match text("fault").parse::<Armed>() {
            Ok(armed) => {
                desk.faults.arm(armed);
                done()
            }
            Err(error) => wrong(error.to_string()),
        },
        ("DELETE", ["faults"]) => {
            desk.faults.disarm();
            done()
        }
        ("POST", ["thinking"]) => {
            *lock(&desk.thinking) = Duration::from_millis(number("milliseconds"));
            done()
        }
        ("POST", ["clock"]) => {
            desk.clock.advance(Duration::from_secs(number("advance_seconds")));
            done()
        }
        ("GET", ["webhooks"]) => Reply::json(200, &desk.webhooks.to_json()),
        ("POST", ["webhooks"]) => match text("receiver").parse::<Target>() {
            Ok(target) => {
                desk.webhooks.add(target);
                done()
            }
            Err(error) => wrong(error.to_string()),
        },
        ("POST", ["webhooks", "hold"]) => {
            desk.webhooks.hold();
            done()
        }
        ("POST", ["webhooks", "release"]) => {
            desk.webhooks.release(flag("reversed"));
            done()
        }
        ("POST", ["webhooks", "copies"]) => {
            desk.webhooks.copy(usize::try_from(number("copies")).unwrap_or(1));
            done()
        }
        ("POST", ["webhooks", "forge"]) => {
            desk.webhooks.forge(flag("forged"));
            done()
        }
        ("POST", ["webhooks", "again"]) => {
            if desk.webhooks.send_again(&text("event")) {
                done()
            } else {
                wrong("there is no such event")
            }
        }
        _ => match gateway.steer(request, segments) {
            Some(reply) => reply,
            None => Reply::json(404, &json!({ "wrong": "there is no such control endpoint, order or payment" })),
        },
    })
}
