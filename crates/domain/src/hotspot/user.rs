use std::{fmt, time::Duration};

use super::{HotspotPassword, HotspotUsername, Mac, ProfileName, RouterText};

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
    /// Its name. A router may have it twice, for two hotspot servers.
    pub name: RouterText,
    /// Its password, unless the router does not show it to Portero's account.
    pub password: Option<HotspotPassword>,
    /// The profile it follows.
    pub profile: RouterText,
    /// The only device it accepts, if it is bound to one.
    pub mac: Option<Mac>,
    /// The hotspot server it is of; none is all of them.
    pub server: Option<RouterText>,
    /// The comment. Other tools keep their own state in it.
    pub comment: RouterText,
    /// Whether it accepts no log-in.
    pub disabled: bool,
    /// What it may use in all. A limit that could not be read is a limit of nothing.
    pub allowance: Allowance,
    /// What it used up to the end of its last session: a session under way is not in it.
    pub used: Usage,
    /// A limit or counter that could not be read. Nothing is given away on a guess.
    pub unreadable: Option<UnreadableValue>,
}

impl HotspotUser {
    /// What is left of its allowance, without the use of current sessions. A part that is `None` has no limit.
    pub fn left(&self) -> Allowance {
        self.allowance.after(&self.used)
    }

    /// The allowance that leaves this much, with what it has used already.
    pub fn allowance_for(&self, left: &Allowance) -> Allowance {
        let Usage { time, bytes_in, bytes_out } = self.used;
        let more = |left: Option<u64>, used: u64| left.map(|left| left.saturating_add(used));
        Allowance {
            time: left.time.map(|left| left.saturating_add(time)),
            bytes_in: more(left.bytes_in, bytes_in),
            bytes_out: more(left.bytes_out, bytes_out),
            bytes_total: more(left.bytes_total, bytes_in.saturating_add(bytes_out)),
        }
    }
}

/// A value on a router that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableValue {
    /// The RouterOS property, such as `limit-uptime`.
    pub property: &'static str,
    /// What the router has there.
    pub value: RouterText,
}

/// What a hotspot user may use, over all of its sessions. `None` is without limit. A router writes "without limit" as zero,
/// so a limit of nothing becomes a second or a byte there.
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
    /// Nothing at all.
    pub const NOTHING: Self =
        Self { time: Some(Duration::ZERO), bytes_in: Some(0), bytes_out: Some(0), bytes_total: Some(0) };

    /// Whether nothing is left of something, where this is what is left.
    pub fn is_used_up(&self) -> bool {
        self.time == Some(Duration::ZERO) || [self.bytes_in, self.bytes_out, self.bytes_total].contains(&Some(0))
    }

    /// Whether nothing is limited.
    pub fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }

    /// The smaller one of each part.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            }
        }
        Self {
            time: least(self.time, other.time),
            bytes_in: least(self.bytes_in, other.bytes_in),
            bytes_out: least(self.bytes_out, other.bytes_out),
            bytes_total: least(self.bytes_total, other.bytes_total),
        }
    }

    /// What is left of it after this usage.
    #[must_use]
    pub fn after(&self, used: &Usage) -> Self {
        let less = |left: Option<u64>, used: u64| left.map(|left| left.saturating_sub(used));
        Self {
            time: self.time.map(|left| left.saturating_sub(used.time)),
            bytes_in: less(self.bytes_in, used.bytes_in),
            bytes_out: less(self.bytes_out, used.bytes_out),
            bytes_total: less(self.bytes_total, used.bytes_in.saturating_add(used.bytes_out)),
        }
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

/// A hotspot user to be made. It is made disabled: it accepts no log-in before it is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHotspotUser {
    /// Its name.
    pub name: HotspotUsername,
    /// Its password.
    pub password: HotspotPassword,
    /// The profile it follows, by its whole name.
    pub profile: ProfileName,
    /// The only device it accepts, if it is to be bound to one.
    pub mac: Option<Mac>,
    /// The hotspot server it is of; none is all of them.
    pub server: Option<RouterText>,
    /// What it may use in all.
    pub allowance: Allowance,
    /// The whole comment. It names one attempt and no other: by it an attempt whose answer was lost finds its own user.
    pub comment: String,
}

/// Changes to a hotspot user; what is not mentioned stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChange {
    /// Whether it accepts no log-in.
    pub disabled: Option<bool>,
    /// What it may use in all.
    pub allowance: Option<Allowance>,
    /// The device it is bound to.
    pub mac: Option<Mac>,
    /// The comment.
    pub comment: Option<RouterText>,
}
