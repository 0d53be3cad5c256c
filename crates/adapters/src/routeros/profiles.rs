//! The user profiles of a router.

use portero_domain::{
    hotspot::Profile,
    ports::{HotspotError, HotspotResult, Rejection},
};
use portero_routeros::{client::Answer, proto::Command};

use super::{call::Call, rows};

/// How many profiles a router may have. Real ones have a dozen.
const MOST: usize = 500;

/// All profiles, in the router's own order.
pub(super) async fn all(call: &Call<'_>) -> HotspotResult<Vec<Profile>> {
    list(call, rows::PROFILE).await?.rows.iter().map(rows::profile).collect()
}

/// The names of all profiles.
pub(super) async fn names(call: &Call<'_>) -> HotspotResult<Vec<String>> {
    let answer = list(call, &["name"]).await?;
    Ok(answer.rows.iter().filter_map(|row| rows::text(row, "name")).collect())
}

/// The list comes whole or not at all: half of one would hide products.
async fn list(call: &Call<'_>, properties: &[&str]) -> HotspotResult<Answer> {
    let answer = call.read(&Command::new("/ip/hotspot/user/profile/print").proplist(properties)).await?;
    if answer.rows.len() > MOST {
        let text = format!("it has more than {MOST} profiles");
        return Err(HotspotError::Rejected { kind: Rejection::Other, text });
    }
    Ok(answer)
}
