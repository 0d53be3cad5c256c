//! A person's session: a log-in begins it. A log-out, a new password, a deactivation, newer sessions or time end it.

use time::Duration;

use crate::{
    Timestamp,
    ids::{SessionId, UserId},
};

/// A session as its record has it. It is good as long as the record is there and its time is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its identity, the token's `jti`.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it began, whole to the second.
    pub issued_at: Timestamp,
    /// When it ends by itself, whole to the second.
    pub expires_at: Timestamp,
}

impl Session {
    /// The greatest number of live sessions of one person. A new session ends the oldest ones beyond it.
    pub const MAX_LIVE: u16 = 20;

    /// A session of this person, for `life` from `now`.
    pub fn begin(id: SessionId, user: UserId, now: Timestamp, life: Duration) -> Self {
        let issued_at = now.whole_second();
        Self { id, user, issued_at, expires_at: issued_at.plus(life).whole_second() }
    }

    /// Whether its time is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
