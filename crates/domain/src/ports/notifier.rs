use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::{notification::Message, secret::Secret, text::ForeignId};

/// Sends messages to the chats of companies.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Puts a message into words and sends it by this bot to this chat. Returns within a fixed time limit. A lost response
    /// is [`NotifierError::Unavailable`], although the message may have arrived.
    async fn send(&self, bot: &Secret, chat: &ForeignId, message: &Message) -> Result<(), NotifierError>;
}

/// Why a message was not sent. No text of it contains the bot's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotifierError {
    /// The messenger refused for good. The company has to change its settings.
    #[error(transparent)]
    Rejected(#[from] NotifierRejection),
    /// The messenger accepts no more messages of this bot for now.
    #[error("the messenger accepts no more messages of this bot for {} s", .0.as_secs())]
    Wait(Duration),
    /// The messenger cannot be reached, is too slow, or its response cannot be read.
    #[error("the messenger is not available")]
    Unavailable,
}

/// Why a messenger refuses for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotifierRejection {
    /// The token is not that of a bot.
    #[error("the messenger does not know the bot")]
    Bot,
    /// The chat does not exist, or the bot may not write to it.
    #[error("the bot may not write to the chat, or there is no such chat")]
    Chat,
    /// The messenger does not accept the message.
    #[error("the messenger does not accept the message")]
    Message,
}
