use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use portero_domain::{
    notification::Message,
    ports::{Notifier, NotifierError},
    secret::Secret,
    text::ForeignId,
};
use tokio::sync::Semaphore;

/// A messenger in memory. Its clones are the same messenger.
///
/// It accepts every message and keeps it. A test hands it the answers that it gives instead, or holds a chat.
#[derive(Clone, Debug, Default)]
pub struct FakeNotifier(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    sent: Vec<SentMessage>,
    asked: BTreeMap<String, usize>,
    next: BTreeMap<String, VecDeque<NotifierError>>,
    held: BTreeMap<String, Arc<Semaphore>>,
}

/// A message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The token of the bot.
    pub bot: String,
    /// The chat.
    pub chat: String,
    /// The message.
    pub message: Message,
}

impl FakeNotifier {
    /// A messenger that accepts every message.
    pub fn new() -> Self {
        Self::default()
    }

    /// The messages so far.
    pub fn sent(&self) -> Vec<SentMessage> {
        self.state().sent.clone()
    }

    /// How many messages to this chat were begun, whatever became of them.
    pub fn asked(&self, chat: &str) -> usize {
        self.state().asked.get(chat).copied().unwrap_or_default()
    }

    /// Fails the next message to this chat that has no other answer yet.
    pub fn fail_next(&self, chat: &str, error: NotifierError) {
        self.state().next.entry(chat.to_owned()).or_default().push_back(error);
    }

    /// Answers no message to this chat any more, until [`FakeNotifier::release`].
    pub fn hold(&self, chat: &str) {
        self.state().held.insert(chat.to_owned(), Arc::new(Semaphore::new(0)));
    }

    /// Answers all messages to this chat again.
    pub fn release(&self, chat: &str) {
        if let Some(held) = self.state().held.remove(chat) {
            held.close();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notifier for FakeNotifier {
    async fn send(&self, bot: &Secret, chat: &ForeignId, message: &Message) -> Result<(), NotifierError> {
        let chat = chat.as_str().to_owned();
        *self.state().asked.entry(chat.clone()).or_default() += 1;
        let held = self.state().held.get(&chat).cloned();
        if let Some(held) = held {
            // Closing the semaphore lets everyone go on.
            drop(held.acquire().await);
        }
        let mut state = self.state();
        if let Some(error) = state.next.get_mut(&chat).and_then(VecDeque::pop_front) {
            return Err(error);
        }
        state.sent.push(SentMessage { bot: bot.expose().to_owned(), chat, message: message.clone() });
        Ok(())
    }
}
