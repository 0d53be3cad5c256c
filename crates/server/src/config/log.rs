//! The log.

use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

/// The log.
#[derive(Args, Clone, Debug)]
pub(crate) struct LogConfig {
    /// What is logged: a level, or levels for parts of the program
    #[arg(long, env, default_value = "info", value_parser = filter)]
    pub(crate) rust_log: String,
    /// The form of the log's lines: `text` or `json`
    #[arg(long, env, default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// The form of the log's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

fn filter(text: &str) -> Result<String, String> {
    let parsed = EnvFilter::builder().parse(text).map_err(|error| format!("is not valid: {error}"));
    parsed.map(|_| text.to_owned())
}
