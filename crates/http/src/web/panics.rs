//! Panics in the log.

use std::panic::{self, PanicHookInfo};

/// Logs every panic of the process: where it happened, and its message if that is a fixed text.
///
/// Other messages may quote what a caller sent. An index outside of a text's letters quotes the text, for example.
pub fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, message = message(panic), "panicked");
    }));
}

fn message<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(not logged: it may quote a request)")
}
