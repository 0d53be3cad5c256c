//! Messages to companies.
//!
//! [`Telegram`] sends them. `words.rs` has their Spanish texts: a notifier speaks to people, like `portero-http`.

mod telegram;
mod words;

pub use telegram::Telegram;
