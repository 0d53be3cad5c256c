use portero_domain::{
    Timestamp,
    ids::{SessionId, UserId},
    session::Session,
};
use time::Duration;

use crate::builders::{session_id, start};

/// A session of the first person in the store, begun at the [`start`] for 24 hours.
pub fn a_session() -> SessionBuilder {
    SessionBuilder {
        id: session_id("ses_a1b2c3d4e5f6g7h8i9j0k1l2m3"),
        user: UserId::new(1),
        issued_at: start(),
        life: Duration::hours(24),
    }
}

/// Makes a session.
#[derive(Clone, Debug)]
pub struct SessionBuilder {
    id: SessionId,
    user: UserId,
    issued_at: Timestamp,
    life: Duration,
}

impl SessionBuilder {
    /// With this id.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = session_id(id);
        self
    }

    /// Of this person.
    #[must_use]
    pub fn of(mut self, user: UserId) -> Self {
        self.user = user;
        self
    }

    /// Begun at this moment.
    #[must_use]
    pub fn issued_at(mut self, at: Timestamp) -> Self {
        self.issued_at = at;
        self
    }

    /// Lasting this long.
    #[must_use]
    pub fn lasting(mut self, life: Duration) -> Self {
        self.life = life;
        self
    }

    /// The session.
    pub fn build(self) -> Session {
        Session::begin(self.id, self.user, self.issued_at, self.life)
    }
}
