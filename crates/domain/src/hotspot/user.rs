use std::{fmt, time::Duration};

use super::{CreationMark, HotspotPassword, HotspotUsername, Mac, ProfileName};

/// A router's identity of one of its items, such as `*1F`: stable while the item lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ItemId(String);

impl ItemId {
    /// The identity that a router gave.
    pub const fn new(id: String) -> Self {
        Self(id)
    }

    /// The identity as the router writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A user of a hotspot, as its router has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotspotUser {
    /// Its identity.
    pub id: ItemId,
    /// Its name.
    pub name: HotspotUsername,
    /// Its password, unless the router does not show it to Portero's account.
    pub password: Option<HotspotPassword>,
    /// The profile it follows.
    pub profile: ProfileName,
    /// The only device it lets in, if it is bound to one.
    pub mac: Option<Mac>,
    /// The hotspot server it is of; none is all of them.
    pub server: Option<String>,
    /// What is noted about it.
    pub comment: String,
    /// Whether it lets nobody in.
    pub disabled: bool,
    /// What it may use in all.
    pub allowance: Allowance,
    /// What it used up to the end of its last session: one that is under way is not in it.
    pub used: Usage,
}

/// What a hotspot user may use, over all of its sessions. None is without limit; nothing at all cannot be said to a router,
/// where zero is without limit, and becomes a second or a byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// How long it may be online, in whole seconds.
    pub time: Option<Duration>,
    /// How many bytes its guests may send.
    pub bytes_in: Option<u64>,
    /// How many bytes its guests may receive.
    pub bytes_out: Option<u64>,
    /// How many bytes of both kinds.
    pub bytes_total: Option<u64>,
}

impl Allowance {
    /// Whether nothing is left of something, where this is what is left.
    pub fn is_used_up(&self) -> bool {
        self.time == Some(Duration::ZERO) || [self.bytes_in, self.bytes_out, self.bytes_total].contains(&Some(0))
    }
}

/// What a hotspot user has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// How long it was online, in whole seconds.
    pub time: Duration,
    /// Bytes from its guests.
    pub bytes_in: u64,
    /// Bytes to its guests.
    pub bytes_out: u64,
}

/// A hotspot user to be made. It is made disabled: it lets nobody in before it is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHotspotUser {
    /// Its name.
    pub name: HotspotUsername,
    /// Its password.
    pub password: HotspotPassword,
    /// The profile it follows, by its exact name.
    pub profile: ProfileName,
    /// The only device it lets in, if it is to be bound to one.
    pub mac: Option<Mac>,
    /// The hotspot server it is of; none is all of them.
    pub server: Option<String>,
    /// What it may use in all.
    pub allowance: Allowance,
    /// What is noted about it, before the mark.
    pub comment: String,
    /// What tells this attempt from all others.
    pub mark: CreationMark,
}

/// Changes to a hotspot user; what is not mentioned stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// Whether it lets nobody in.
    pub disabled: Option<bool>,
    /// What it may use in all.
    pub allowance: Option<Allowance>,
    /// What is noted about it.
    pub comment: Option<String>,
    /// Its password.
    pub password: Option<HotspotPassword>,
}
