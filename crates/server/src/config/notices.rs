//! Notices to companies.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use clap::Args;
use portero_adapters::{HttpClient, HttpLimits, notifier::Telegram};
use portero_domain::ports::Notifier;

/// Telegram's limits. Its connections are not those of the gateways, so a slow bot delays no purchase.
const LIMITS: HttpLimits = HttpLimits { timeout: Duration::from_secs(10), at_once: 64 };

/// Notices to companies.
#[derive(Args, Debug)]
pub(crate) struct NoticeConfig {
    /// The address of Telegram's Bot API; `http` is for this machine only
    #[arg(long, env, default_value = "https://api.telegram.org")]
    telegram_api_url: String,
}

impl NoticeConfig {
    /// The address of Telegram.
    pub(super) fn address(&self) -> String {
        self.telegram_api_url.clone()
    }

    /// The messenger.
    pub(crate) fn notifier(&self) -> anyhow::Result<Arc<dyn Notifier>> {
        let client = HttpClient::new(&self.telegram_api_url, LIMITS);
        let client = client.map_err(|problem| anyhow!("TELEGRAM_API_URL cannot be used: {problem}."))?;
        Ok(Arc::new(Telegram::new(client)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(url: &str) -> Option<String> {
        NoticeConfig { telegram_api_url: url.to_owned() }.notifier().err().map(|error| error.to_string())
    }

    #[tokio::test]
    async fn bot_tokens_travel_in_plain_text_on_this_machine_only() {
        assert_eq!(problem("https://api.telegram.org"), None);
        assert_eq!(problem("http://127.0.0.1:9000"), None);
        let refused = problem("http://telegram.example").unwrap();
        assert!(refused.starts_with("TELEGRAM_API_URL cannot be used: it must be https"), "{refused}");
    }
}
