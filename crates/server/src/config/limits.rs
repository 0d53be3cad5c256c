//! How many requests a caller may send.

use clap::{Args, ValueEnum};
use portero_http::web::limits::{Rate, Rules};

/// The limits on callers.
#[derive(Args, Debug)]
pub(crate) struct LimitConfig {
    /// Whether there are limits at all: `on` or `off`
    #[arg(long, env = "RATE_LIMITS", default_value = "on")]
    enabled: Switch,
    /// Requests of portals with one key
    #[arg(long, env = "RATE_LIMIT_KEY", default_value = "100/s burst 400", value_parser = rate)]
    key: Rate,
    /// Requests of portals from one address
    #[arg(long, env = "RATE_LIMIT_ADDRESS", default_value = "50/s burst 200", value_parser = rate)]
    address: Rate,
    /// Requests of portals without a valid key, from one address
    #[arg(long, env = "RATE_LIMIT_WRONG_KEY", default_value = "1/s burst 30", value_parser = rate)]
    wrong_key: Rate,
    /// Attempts to log in with one e-mail
    #[arg(long, env = "RATE_LIMIT_LOGIN_EMAIL", default_value = "6/min burst 10", value_parser = rate)]
    login_email: Rate,
    /// Attempts to log in from one address
    #[arg(long, env = "RATE_LIMIT_LOGIN_ADDRESS", default_value = "30/min burst 60", value_parser = rate)]
    login_address: Rate,
    /// Attempts of one person to change the password
    #[arg(long, env = "RATE_LIMIT_CHANGE_PASSWORD", default_value = "6/min burst 10", value_parser = rate)]
    change_password: Rate,
    /// People that one super admin adds
    #[arg(long, env = "RATE_LIMIT_CREATE_USER", default_value = "60/min burst 60", value_parser = rate)]
    create_user: Rate,
    /// Attempts to reconnect as one hotspot user
    #[arg(long, env = "RATE_LIMIT_GUEST_USER", default_value = "6/min burst 12", value_parser = rate)]
    guest_user: Rate,
    /// Attempts to reconnect from one address; a wrong one counts 15 times
    #[arg(long, env = "RATE_LIMIT_GUEST_ADDRESS", default_value = "60/min burst 300", value_parser = rate)]
    guest_address: Rate,
    /// Connections to routers, requests to gateways, and test messages, that the admins of one company ask for
    #[arg(long, env = "RATE_LIMIT_DIAL", default_value = "20/min burst 20", value_parser = rate)]
    dial: Rate,
    /// Webhooks of payment gateways from one address
    #[arg(long, env = "RATE_LIMIT_WEBHOOK_ADDRESS", default_value = "100/s burst 1000", value_parser = rate)]
    webhook_address: Rate,
    /// Webhooks of one company's account with a payment gateway
    #[arg(long, env = "RATE_LIMIT_WEBHOOK_ACCOUNT", default_value = "20/s burst 200", value_parser = rate)]
    webhook_account: Rate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl LimitConfig {
    /// The limits; none when they are off.
    pub(crate) fn rules(&self) -> Option<Rules> {
        let rules = Rules {
            key: self.key,
            address: self.address,
            wrong_key: self.wrong_key,
            login_email: self.login_email,
            login_address: self.login_address,
            change_password: self.change_password,
            create_user: self.create_user,
            guest_user: self.guest_user,
            guest_address: self.guest_address,
            dial: self.dial,
            webhook_address: self.webhook_address,
            webhook_account: self.webhook_account,
        };
        (self.enabled == Switch::On).then_some(rules)
    }
}

fn rate(text: &str) -> Result<Rate, &'static str> {
    text.parse().map_err(|_| "must be requests in a time, such as 100/s, 6/min or 100/s burst 400")
}
