//! How often anybody may call.

use portero_http::web::{
    caller::TrustedProxies,
    limits::{Rate, Rules},
};

use super::{Read, Source, list, optional, wrong};

/// What the variables that begin with `RATE_LIMIT` say; nothing when limits are switched off.
pub(super) fn rules(source: Source<'_>) -> Read<Option<Rules>> {
    let on = match optional(source, "RATE_LIMITS").as_deref() {
        None | Some("on") => true,
        Some("off") => false,
        Some(_) => return Err(wrong("RATE_LIMITS", "must be on or off")),
    };
    let rules = Rules {
        key: rate(source, "RATE_LIMIT_KEY", "100/s burst 400")?,
        address: rate(source, "RATE_LIMIT_ADDRESS", "50/s burst 200")?,
        wrong_key: rate(source, "RATE_LIMIT_WRONG_KEY", "1/s burst 30")?,
        login_email: rate(source, "RATE_LIMIT_LOGIN_EMAIL", "6/min burst 10")?,
        login_address: rate(source, "RATE_LIMIT_LOGIN_ADDRESS", "30/min burst 60")?,
        guest_user: rate(source, "RATE_LIMIT_GUEST_USER", "6/min burst 12")?,
        guest_address: rate(source, "RATE_LIMIT_GUEST_ADDRESS", "60/min burst 300")?,
    };
    Ok(on.then_some(rules))
}

/// What `TRUSTED_PROXIES` says.
pub(super) fn trusted_proxies(source: Source<'_>) -> Read<TrustedProxies> {
    let not_understood = |_| wrong("TRUSTED_PROXIES", "must be addresses or blocks of them");
    list(source, "TRUSTED_PROXIES").iter().map(|text| text.parse().map_err(not_understood)).collect()
}

fn rate(source: Source<'_>, name: &'static str, default: &str) -> Read<Rate> {
    let text = optional(source, name);
    let rate = text.as_deref().unwrap_or(default).trim().parse();
    rate.map_err(|_| wrong(name, "must be calls in a time, such as 100/s, 6/min or 100/s burst 400"))
}
