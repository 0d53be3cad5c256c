pub mod contract;
mod fake_notifier;
mod memory;

pub use fake_notifier::{FakeNotifier, SentMessage};
