//! Removes items, which may be gone by then.

use portero_domain::{hotspot::ItemId, ports::HotspotResult};
use portero_routeros::{
    Class,
    proto::{Command, Query},
};

use super::{
    call::{Call, NotChanged},
    rows,
};

/// How often one looks for what is to be removed, and removes it.
const ROUNDS: usize = 4;

/// Removes the items of this menu that match. It is fine if there are none.
pub(super) async fn remove(call: &Call<'_>, menu: &str, matching: &Query) -> HotspotResult<()> {
    let found = find(call, menu, matching).await?;
    remove_found(call, menu, matching, found).await
}

/// The matching items of this menu, without those that every router has by default.
pub(super) async fn find(call: &Call<'_>, menu: &str, matching: &Query) -> HotspotResult<Vec<ItemId>> {
    let print = Command::new(&format!("{menu}/print")).proplist(&[".id", "default"]).matching(matching.clone());
    let answer = call.read(&print).await?;
    answer.rows.iter().filter(|row| !rows::is_built_in(*row)).map(rows::id).collect()
}

/// Removes the items that were found to match. When one of them is gone, or when it is not known what became of them,
/// what is left is looked for.
pub(super) async fn remove_found(
    call: &Call<'_>,
    menu: &str,
    matching: &Query,
    mut found: Vec<ItemId>,
) -> HotspotResult<()> {
    let mut rounds = 0;
    while !found.is_empty() {
        rounds += 1;
        let ids: Vec<&str> = found.iter().map(ItemId::as_str).collect();
        let remove = Command::new(&format!("{menu}/remove")).attribute(".id", ids.join(","));
        match call.change(&remove).await {
            Ok(_) => return Ok(()),
            Err(NotChanged::Refused(trap)) if trap.class() == Class::NotFound && rounds < ROUNDS => {}
            Err(NotChanged::InDoubt(_)) if rounds < ROUNDS => {}
            Err(reason) => return Err(reason.into()),
        }
        found = find(call, menu, matching).await?;
    }
    Ok(())
}
