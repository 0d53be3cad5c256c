use futures_util::future::try_join_all;
use portero_domain::{
    hotspot::{HotspotUser, SoldUser},
    ports::{Hotspot, HotspotError},
    router::RouterAccess,
};

use super::{GuestError, prove::Proof};

/// Folds the users that earlier systems made for further devices into the sold user, and removes them (ADR 16).
///
/// Each step may be the last one before a crash: the next request of the guest goes on from there.
pub(super) async fn fold_leftovers(proof: &Proof<'_>, mut sold: SoldUser) -> Result<SoldUser, GuestError> {
    let Proof { hotspot, router, .. } = *proof;
    if sold.leftovers().is_empty() {
        return Ok(sold);
    }
    // What a session used is in its user's row only once it has ended.
    let ends = |user: &HotspotUser| {
        let name = user.name.clone();
        async move { hotspot.end_sessions(router, &name).await }
    };
    try_join_all(sold.leftovers().iter().map(ends)).await?;
    sold = proof.sold_user().await?;
    while let Some(fold) = sold.fold() {
        if let Some(claim) = &fold.claim {
            hotspot.change_user(router, &fold.leftover.id, claim).await?;
        }
        hotspot.change_user(router, &sold.user().id, &fold.charge).await?;
        remove(hotspot, router, &fold.leftover).await?;
        sold = proof.sold_user().await?;
    }
    Ok(sold)
}

async fn remove(hotspot: &dyn Hotspot, router: &RouterAccess, leftover: &HotspotUser) -> Result<(), HotspotError> {
    hotspot.remove_user(router, leftover).await?;
    let (router, user) = (&router.router, &leftover.id);
    tracing::info!(%router, %user, "a hotspot user of an earlier system was merged into the sold user");
    Ok(())
}
