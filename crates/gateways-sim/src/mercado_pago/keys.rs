//! `X-Idempotency-Key`: one result for one key.

use std::collections::HashMap;

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::error::{LOCKED, NO_KEY, OTHER_BODY, PARAMETERS, Refusal};
use crate::wire::{Reply, Request};

/// A key is remembered this long.
const KEPT: Duration = Duration::hours(24);

/// What a key belongs to: the account, the path and the key itself.
pub(crate) type Name = (String, String, String);

#[derive(Debug)]
enum Slot {
    /// A request with the key is being worked on.
    Working,
    /// The response, and the payment that it is about.
    Done { reply: Reply, payment: u64 },
}

#[derive(Debug)]
struct Kept {
    body: Option<Value>,
    since: OffsetDateTime,
    slot: Slot,
}

/// The keys of a gateway.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    kept: HashMap<Name, Kept>,
}

/// What becomes of a request with a key.
#[derive(Debug)]
pub(crate) enum Admission {
    /// The key is new and now locked.
    New,
    /// The key has a result already.
    Known { reply: Reply, payment: u64 },
}

/// The name of the request's key.
pub(crate) fn name(request: &Request, account: &str, needed: bool) -> Result<Option<Name>, Refusal> {
    match request.header("x-idempotency-key") {
        None | Some("") if needed => Err(NO_KEY),
        None | Some("") => Ok(None),
        Some(key) if key.len() > 64 => Err(PARAMETERS),
        Some(key) => Ok(Some((account.to_owned(), request.path.clone(), key.to_owned()))),
    }
}

impl Keys {
    /// Locks the key for a request, or says what came of an earlier one.
    pub(crate) fn admit(&mut self, name: &Name, request: &Request, now: OffsetDateTime) -> Result<Admission, Refusal> {
        let body = request.json();
        match self.kept.get(name).filter(|kept| now - kept.since < KEPT) {
            Some(kept) if kept.body != body => Err(OTHER_BODY),
            Some(Kept { slot: Slot::Working, .. }) => Err(LOCKED),
            Some(Kept { slot: Slot::Done { reply, payment }, .. }) => {
                Ok(Admission::Known { reply: reply.clone(), payment: *payment })
            }
            None => {
                self.kept.insert(name.clone(), Kept { body, since: now, slot: Slot::Working });
                Ok(Admission::New)
            }
        }
    }

    /// Keeps the result under the key.
    pub(crate) fn finish(&mut self, name: &Name, reply: Reply, payment: u64) {
        if let Some(kept) = self.kept.get_mut(name) {
            kept.slot = Slot::Done { reply, payment };
        }
    }

    /// Frees the key: the request failed.
    pub(crate) fn free(&mut self, name: &Name) {
        self.kept.remove(name);
    }
}
