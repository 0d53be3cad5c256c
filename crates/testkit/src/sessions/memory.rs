use portero_domain::{
    ids::{SessionId, UserId},
    ports::{EXPIRED_SESSIONS_PER_LOG_IN, Sessions, Stored},
    session::Session,
};

use crate::memory::transaction::MemoryTransaction;

impl Sessions for MemoryTransaction<'_> {
    fn insert(&mut self, session: &Session) -> Stored<()> {
        self.step(|tables| {
            let now = session.issued_at;
            tables.sessions.retain(|row| row.user != session.user || !row.is_over(now));
            let mut left = EXPIRED_SESSIONS_PER_LOG_IN;
            tables.sessions.sort_by_key(|row| row.expires_at);
            tables.sessions.retain(|row| {
                let deleted = row.is_over(now) && left > 0;
                left -= u16::from(deleted);
                !deleted
            });
            tables
                .sessions
                .sort_by(|one, other| (one.issued_at, one.id.as_str()).cmp(&(other.issued_at, other.id.as_str())));
            let of_person = tables.sessions.iter().filter(|row| row.user == session.user);
            let mut surplus = (of_person.count() + 1).saturating_sub(Session::MAX_LIVE.into());
            tables.sessions.retain(|row| {
                let ended = row.user == session.user && surplus > 0;
                surplus -= usize::from(ended);
                !ended
            });
            tables.add_session(session.clone())
        })
    }

    fn remove(&mut self, id: &SessionId) -> Stored<()> {
        self.step(|tables| {
            tables.sessions.retain(|session| session.id != *id);
            Ok(())
        })
    }

    fn remove_all(&mut self, user: UserId) -> Stored<()> {
        self.step(|tables| {
            tables.sessions.retain(|session| session.user != user);
            Ok(())
        })
    }
}
