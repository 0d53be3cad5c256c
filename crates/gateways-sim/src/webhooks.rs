//! Webhooks: kept until the receiver accepts them, and sent again, late, out of order or forged on demand.

use std::{collections::VecDeque, sync::Mutex, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::Notify, time::Instant};

use crate::{
    lock,
    settings::{Settings, Target},
    wire::{Url, post},
};

/// A receiver has this long to respond.
const RESPONSE_LIMIT: Duration = Duration::from_secs(22);

/// Older webhooks and attempts are forgotten, so that a long benchmark does not fill memory.
const KEPT: usize = 10_000;

/// A webhook to one receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) event: String,
    pub(crate) kind: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    /// The header that signs it.
    pub(crate) signature: Option<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// One attempt to send a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event's id.
    pub event: String,
    /// The event's type, such as `order.paid`.
    pub kind: String,
    /// The receiver.
    pub url: String,
    /// The headers that were sent, the signature among them.
    pub headers: Vec<(String, String)>,
    /// The body that was sent.
    pub body: String,
    /// The status of the receiver's response; none when there was no response.
    pub status: Option<u16>,
}

impl Delivery {
    fn to_json(&self) -> Value {
        json!({
            "event": self.event, "kind": self.kind, "url": self.url, "headers": self.headers,
            "body": self.body, "status": self.status,
        })
    }
}

#[derive(Debug)]
struct Waiting {
    letter: Letter,
    failed: u32,
    not_before: Instant,
}

#[derive(Debug, Default)]
struct Post {
    targets: Vec<Target>,
    held: bool,
    forged: bool,
    copies: usize,
    waiting: VecDeque<Waiting>,
    written: VecDeque<Letter>,
    deliveries: VecDeque<Delivery>,
}

/// The webhooks of one gateway.
#[derive(Debug)]
pub struct Webhooks {
    post: Mutex<Post>,
    wake: Notify,
    attempts: u32,
    pause: Duration,
}

impl Webhooks {
    pub(crate) fn new(settings: &Settings) -> Self {
        let post = Post { targets: settings.webhooks.clone(), copies: 1, ..Post::default() };
        Self {
            post: Mutex::new(post),
            wake: Notify::new(),
            attempts: settings.webhook_attempts,
            pause: settings.webhook_pause,
        }
    }

    /// Adds a receiver.
    pub fn add(&self, target: Target) {
        lock(&self.post).targets.push(target);
    }

    /// Keeps webhooks back until [`Webhooks::release`].
    pub fn hold(&self) {
        lock(&self.post).held = true;
    }

    /// Sends what was kept back, the newest first if `reversed`.
    pub fn release(&self, reversed: bool) {
        let mut post = lock(&self.post);
        post.held = false;
        if reversed {
            post.waiting.make_contiguous().reverse();
        }
        drop(post);
        self.wake.notify_one();
    }

    /// Sends every later webhook this many times.
    pub fn copy(&self, copies: usize) {
        lock(&self.post).copies = copies;
    }

    /// Gives later webhooks signatures that are wrong, or right ones again.
    pub fn forge(&self, forged: bool) {
        lock(&self.post).forged = forged;
    }

    /// Sends an event once more. Returns whether the event exists.
    pub fn send_again(&self, event: &str) -> bool {
        let letters: Vec<Letter> =
            lock(&self.post).written.iter().filter(|letter| letter.event == event).cloned().collect();
        let found = !letters.is_empty();
        for letter in letters {
            self.enqueue(letter);
        }
        found
    }

    /// The attempts so far, at most the last 10,000.
    pub fn deliveries(&self) -> Vec<Delivery> {
        lock(&self.post).deliveries.iter().cloned().collect()
    }

    /// The number of webhooks that wait to be sent.
    pub fn waiting(&self) -> usize {
        lock(&self.post).waiting.len()
    }

    pub(crate) fn urls(&self, account: &str) -> Vec<Url> {
        let concerns = |target: &&Target| target.account.as_deref().is_none_or(|wanted| wanted == account);
        lock(&self.post).targets.iter().filter(concerns).map(|target| target.url.clone()).collect()
    }

    pub(crate) fn send(&self, letter: Letter) {
        let copies = lock(&self.post).copies;
        for _ in 0..copies {
            self.enqueue(letter.clone());
        }
        keep(&mut lock(&self.post).written, letter);
    }

    fn enqueue(&self, mut letter: Letter) {
        let mut post = lock(&self.post);
        if let Some((name, value)) = letter.signature.take() {
            let value = if post.forged { forged(&value) } else { value };
            letter.headers.push((name, value));
        }
        post.waiting.push_back(Waiting { letter, failed: 0, not_before: Instant::now() });
        drop(post);
        self.wake.notify_one();
    }

    /// Sends what waits, one after the other, for ever.
    pub(crate) async fn deliver(&self) {
        loop {
            match self.next() {
                Ok(waiting) => self.attempt(waiting).await,
                Err(Some(until)) => {
                    let _ = tokio::time::timeout_at(until, self.wake.notified()).await;
                }
                Err(None) => self.wake.notified().await,
            }
        }
    }

    /// The next webhook that is due, or when one will be.
    fn next(&self) -> Result<Waiting, Option<Instant>> {
        let mut post = lock(&self.post);
        if post.held {
            return Err(None);
        }
        let now = Instant::now();
        let due = post.waiting.iter().position(|waiting| waiting.not_before <= now);
        due.and_then(|at| post.waiting.remove(at))
            .ok_or_else(|| post.waiting.iter().map(|waiting| waiting.not_before).min())
    }

    async fn attempt(&self, mut waiting: Waiting) {
        let letter = &waiting.letter;
        let status = match letter.url.parse::<Url>() {
            Ok(url) => {
                let sent = tokio::time::timeout(RESPONSE_LIMIT, post(&url, &letter.headers, &letter.body)).await;
                sent.ok().and_then(Result::ok)
            }
            Err(_) => None,
        };
        let mut post = lock(&self.post);
        let delivery = Delivery {
            event: letter.event.clone(),
            kind: letter.kind.clone(),
            url: letter.url.clone(),
            headers: letter.headers.clone(),
            body: String::from_utf8_lossy(&letter.body).into_owned(),
            status,
        };
        keep(&mut post.deliveries, delivery);
        waiting.failed += 1;
        if !matches!(status, Some(200 | 201)) && waiting.failed < self.attempts {
            waiting.not_before = Instant::now() + self.pause;
            post.waiting.push_back(waiting);
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let post = lock(&self.post);
        json!({
            "receivers": post.targets.iter().map(|target| target.url.to_string()).collect::<Vec<_>>(),
            "waiting": post.waiting.len(),
            "deliveries": post.deliveries.iter().map(Delivery::to_json).collect::<Vec<_>>(),
        })
    }
}

fn keep<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

/// The signature with one digit or letter changed.
fn forged(signature: &str) -> String {
    let middle = signature.len() / 2;
    let changed = |(at, letter)| {
        if at != middle {
            letter
        } else if letter == '0' {
            '1'
        } else {
            '0'
        }
    };
    signature.chars().enumerate().map(changed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_signature_has_the_length_of_the_real_one() {
        assert_eq!(forged("ts=1,v1=00000000"), "ts=1,v1=10000000");
        assert_eq!(forged("abcde"), "ab0de");
    }
}
