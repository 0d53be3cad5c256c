mod fake_notifier;

pub use fake_notifier::{FakeNotifier, SentMessage};
