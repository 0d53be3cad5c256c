//! Telegram's Bot API.
//!
//! The token of the bot is a part of each request's URL. So nothing here, and nothing in the HTTP client, puts a URL or an
//! error of a request into a log or an error text.

use std::time::Duration;

use async_trait::async_trait;
use portero_domain::{
    notification::Message,
    ports::{Notifier, NotifierError, NotifierRejection},
    purchase::Wait,
    secret::Secret,
    text::ForeignId,
};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::words::html;
use crate::http_client::{HttpClient, Reply, json as with_json, read};

/// How long a bot waits that sent too much, where Telegram does not say.
const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// The longest wait that is obeyed.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Sends messages by bots of Telegram.
#[derive(Clone, Debug)]
pub struct Telegram {
    client: HttpClient,
}

/// Telegram's answer, as far as it matters.
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

impl Telegram {
    /// Telegram behind this client.
    pub const fn new(client: HttpClient) -> Self {
        Self { client }
    }
}

#[async_trait]
impl Notifier for Telegram {
    async fn send(&self, bot: &Secret, chat: &ForeignId, message: &Message) -> Result<(), NotifierError> {
        let body = json!({
            "chat_id": chat.as_str(),
            "text": html(message),
            "parse_mode": "HTML",
            "link_preview_options": { "is_disabled": true },
        });
        let bot = format!("bot{}", bot.expose());
        let request = with_json(self.client.request(Method::POST, &[&bot, "sendMessage"], &[]), &body);
        match self.client.send(request).await {
            Reply::Answered { status, wait, body } => outcome(status, wait, read(&body)),
            Reply::NotSent | Reply::Lost => Err(NotifierError::Unavailable),
        }
    }
}

/// What an answer means. Only Telegram's own JSON is a refusal: a proxy's page may have any status.
fn outcome(status: StatusCode, wait: Wait, answer: Option<Answer>) -> Result<(), NotifierError> {
    let Some(Answer { ok, description, parameters }) = answer else {
        return match status {
            StatusCode::TOO_MANY_REQUESTS => Err(NotifierError::Wait(bounded(wait))),
            _ => Err(NotifierError::Unavailable),
        };
    };
    if ok {
        return if status.is_success() { Ok(()) } else { Err(NotifierError::Unavailable) };
    }
    Err(match status.as_u16() {
        // An unknown token is 401, a malformed one 404.
        401 | 404 => NotifierRejection::Bot.into(),
        400 if is_about_the_text(&description) => NotifierRejection::Message.into(),
        400 | 403 => NotifierRejection::Chat.into(),
        429 => NotifierError::Wait(match parameters.and_then(|parameters| parameters.retry_after) {
            Some(seconds) => Duration::from_secs(seconds).min(LONGEST_WAIT),
            None => bounded(wait),
        }),
        _ => NotifierError::Unavailable,
    })
}

fn bounded(wait: Wait) -> Duration {
    wait.and_then(|wait| Duration::try_from(wait).ok()).map_or(DEFAULT_WAIT, |wait| wait.min(LONGEST_WAIT))
}

/// Whether a description of status 400 is about the text. All others are about the chat.
fn is_about_the_text(description: &str) -> bool {
    ["parse entities", "message is too long", "text is empty"].iter().any(|words| description.contains(words))
}
