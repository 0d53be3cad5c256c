//! Telegram's Bot API: `getMe` and `sendMessage`.

mod entities;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard},
};

use serde_json::{Value, json};

use crate::{
    engine::{Desk, Engine, Gateway, control::field, handle},
    lock,
    wire::{Reply, Request},
};

/// A message that a bot has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The bot's token.
    pub token: String,
    /// The chat.
    pub chat: String,
    /// The text as it was sent, with its HTML.
    pub text: String,
    /// The parse mode, if any.
    pub parse_mode: Option<String>,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    unknown: BTreeSet<String>,
    blocked: BTreeSet<String>,
}

/// The Bot API behind its socket.
#[derive(Debug)]
pub(crate) struct Office {
    desk: Arc<Desk>,
    state: Mutex<State>,
}

/// An error: status and description.
type Refusal = (u16, String);

fn refused(status: u16, why: &str) -> Refusal {
    (status, why.to_owned())
}

fn well_formed(token: &str) -> bool {
    let (number, secret) = token.split_once(':').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) && secret.len() >= 20
}

/// A parameter of the query, the JSON body or the form.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let json = request.json().and_then(|body| match body.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let form =
        || form_urlencoded::parse(&request.body).find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
    json.or_else(|| request.param(name).map(str::to_owned)).or_else(form)
}

impl Office {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn routed(&self, request: &Request) -> Result<Value, Refusal> {
        let (_, segments) = request.route();
        let [bot, method] = segments.as_slice() else { return Err(refused(404, "Not Found")) };
        let token = bot.strip_prefix("bot").filter(|token| well_formed(token));
        let token = token.ok_or_else(|| refused(404, "Not Found"))?;
        self.desk.account(Some(token), |_| true).ok_or_else(|| refused(401, "Unauthorized"))?;
        match method.to_ascii_lowercase().as_str() {
            "getme" => Ok(bot_user(token)),
            "sendmessage" => self.send(request, token),
            _ => Err(refused(404, "Not Found")),
        }
    }

    fn send(&self, request: &Request, token: &str) -> Result<Value, Refusal> {
        let chat = parameter(request, "chat_id").filter(|chat| !chat.is_empty());
        let chat = chat.ok_or_else(|| refused(400, "Bad Request: chat_id is empty"))?;
        let text = parameter(request, "text").unwrap_or_default();
        let parse_mode = parameter(request, "parse_mode");
        let mut state = self.state();
        if state.blocked.contains(&chat) {
            return Err(refused(403, "Forbidden: bot was blocked by the user"));
        }
        let named = chat.starts_with('@') || chat.parse::<i64>().is_ok();
        if !named || state.unknown.contains(&chat) {
            return Err(refused(400, "Bad Request: chat not found"));
        }
        let html = parse_mode.as_deref().is_some_and(|mode| mode.eq_ignore_ascii_case("html"));
        let shown = if html { entities::plain(&text)? } else { text.clone() };
        match shown.trim().chars().count() {
            0 => return Err(refused(400, "Bad Request: message text is empty")),
            1..=4096 => {}
            _ => return Err(refused(400, "Bad Request: message is too long")),
        }
        state.messages.push(Message { token: token.to_owned(), chat: chat.clone(), text, parse_mode });
        let id = state.messages.len();
        let chat = chat.parse::<i64>().map_or_else(|_| json!({ "username": chat }), |id| json!({ "id": id }));
        Ok(json!({
            "message_id": id, "from": bot_user(token), "chat": chat, "date": self.desk.clock.unix(), "text": shown,
        }))
    }
}

fn bot_user(token: &str) -> Value {
    let id = token.split_once(':').and_then(|(id, _)| id.parse::<u64>().ok());
    json!({ "id": id, "is_bot": true, "first_name": "Portero", "username": "portero_bot" })
}

fn error(status: u16, description: &str, retry_after: Option<u32>) -> Reply {
    let mut body = json!({ "ok": false, "error_code": status, "description": description });
    if let Some(seconds) = retry_after {
        body["parameters"] = json!({ "retry_after": seconds });
    }
    Reply::json(status, &body)
}

impl Gateway for Office {
    fn new(desk: Arc<Desk>) -> Self {
        Self { desk, state: Mutex::default() }
    }

    fn serve(&self, request: &Request) -> Reply {
        match self.routed(request) {
            Ok(result) => Reply::json(200, &json!({ "ok": true, "result": result })),
            Err((status, why)) => error(status, &why, None),
        }
    }

    fn error(&self, _request: &Request, status: u16, retry_after: Option<u32>) -> Reply {
        match (status, retry_after) {
            (429, seconds) => {
                let seconds = seconds.unwrap_or(1);
                let why = format!("Too Many Requests: retry after {seconds}");
                error(status, &why, Some(seconds)).with("retry-after", seconds.to_string())
            }
            (403, _) => error(status, "Forbidden: bot was blocked by the user", None),
            (401, _) => error(status, "Unauthorized", None),
            (status, _) => error(status, "Internal Server Error", None),
        }
    }

    fn steer(&self, request: &Request, segments: &[&str]) -> Option<Reply> {
        let chat = || parameter(request, "chat");
        match (request.method.as_str(), segments) {
            ("GET", ["messages"]) => {
                let message = |one: &Message| json!({ "token": one.token, "chat": one.chat, "text": one.text, "parse_mode": one.parse_mode });
                let all: Vec<Value> = self.state().messages.iter().map(message).collect();
                return Some(Reply::json(200, &json!({ "messages": all })));
            }
            ("POST", ["chats", "block"]) => self.block(&chat()?, field(request, "blocked") != json!(false)),
            ("POST", ["chats", "forget"]) => self.forget(&chat()?),
            _ => return None,
        }
        Some(Reply::json(200, &json!({ "done": true })))
    }
}

impl Office {
    fn block(&self, chat: &str, blocked: bool) {
        let mut state = self.state();
        if blocked {
            state.blocked.insert(chat.to_owned());
        } else {
            state.blocked.remove(chat);
        }
    }

    fn forget(&self, chat: &str) {
        self.state().unknown.insert(chat.to_owned());
    }
}

/// Telegram on a loopback port.
#[derive(Debug)]
pub struct Telegram {
    engine: Engine<Office>,
}

handle!(Telegram over Office);

impl Telegram {
    /// Every message that arrived, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.engine.state().messages.clone()
    }

    /// Has a chat block every bot, or no longer.
    pub fn block(&self, chat: &str, blocked: bool) {
        self.engine.block(chat, blocked);
    }

    /// Removes a chat: bots no longer find it.
    pub fn forget(&self, chat: &str) {
        self.engine.forget(chat);
    }
}
