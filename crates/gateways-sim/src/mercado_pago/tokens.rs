//! Card tokens: POST `/v1/card_tokens`, and their use.

use serde_json::Value;
use time::{Duration, OffsetDateTime};

use super::{
    Office, State,
    cards::Card,
    error::{NO_TOKEN, PARAMETERS, Refusal, TOKEN_INVALID, TOKEN_NOT_FOUND, TOKEN_USED},
    render, well_formed,
};
use crate::wire::{Reply, Request};

#[derive(Debug)]
pub(super) struct Token {
    card: Card,
    used: bool,
}

/// The key of a request for a card token. Browsers send a public key, the official SDK an access token.
fn public_key(request: &Request) -> Option<&str> {
    let key = request.header("x-public-key").or_else(|| request.param("public_key")).or_else(|| request.bearer());
    key.filter(|key| well_formed(key))
}

impl State {
    pub(super) fn use_token(&mut self, id: &str, now: OffsetDateTime) -> Result<Card, Refusal> {
        let token = self.tokens.get_mut(id).ok_or(TOKEN_NOT_FOUND)?;
        if now - token.card.made > Duration::days(7) {
            return Err(TOKEN_INVALID);
        }
        if std::mem::replace(&mut token.used, true) {
            return Err(TOKEN_USED);
        }
        Ok(token.card.clone())
    }
}

impl Office {
    pub(super) fn tokenise(&self, request: &Request) -> Result<Reply, Refusal> {
        public_key(request).ok_or(NO_TOKEN)?;
        let body = request.json().filter(Value::is_object).ok_or(PARAMETERS)?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let whole = |name: &str| body.get(name).and_then(Value::as_i64);
        let holder = body.pointer("/cardholder/name").and_then(Value::as_str);
        let number = text("card_number").filter(|number| (13..=19).contains(&number.len()));
        let month = whole("expiration_month").filter(|month| (1..=12).contains(month));
        let (Some(number), Some(month), Some(year), Some(holder), Some(_)) =
            (number, month, whole("expiration_year"), holder, text("security_code"))
        else {
            return Err(PARAMETERS);
        };
        let card = Card::of(number, holder, month, year, self.desk.clock.now());
        let id = self.issue(card.clone());
        Ok(Reply::json(201, &render::token(&id, &card)))
    }

    pub(super) fn issue(&self, card: Card) -> String {
        let id = self.desk.ids.hex() + &self.desk.ids.hex()[..8];
        self.state().tokens.insert(id.clone(), Token { card, used: false });
        id
    }
}
