//! The log.

mod one_line;
mod outages;

use std::io;

use anyhow::anyhow;
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use self::outages::summaries;
use self::{one_line::OneLine, outages::FirstOfOutage};
use crate::config::{LogConfig, LogFormat};

/// Starts the log on standard error.
pub(crate) fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::builder().with_default_directive(tracing::Level::INFO.into()).parse(&config.rust_log)?;
    let log = tracing_subscriber::fmt::layer().with_writer(|| OneLine(io::stderr()));
    let log = match config.log_format {
        LogFormat::Text => log.with_ansi(false).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    };
    let started = tracing_subscriber::registry().with(filter).with(log.with_filter(FirstOfOutage)).try_init();
    started.map_err(|error| anyhow!("the log cannot be started: {error}."))?;
    portero_http::web::log_panics();
    Ok(())
}
