//! The sessions of users.

use diesel::{ExpressionMethods, Insertable, QueryDsl, Queryable, RunQueryDsl, Selectable, pg::Pg};
use portero_domain::{
    Timestamp,
    ids::{SessionId, UserId},
    ports::{EXPIRED_SESSIONS_PER_LOG_IN, Sessions, StorageError, Stored},
    session::Session,
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    schema::sessions,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub(super) struct Row {
    id: String,
    user_id: i64,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            user_id: session.user.get(),
            issued_at: session.issued_at.get(),
            expires_at: session.expires_at.get(),
        }
    }
}

impl TryFrom<Row> for Session {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: SessionId::parse(&row.id).or_broken("session id")?,
            user: UserId::new(row.user_id),
            issued_at: Timestamp::new(row.issued_at),
            expires_at: Timestamp::new(row.expires_at),
        })
    }
}

impl Sessions for PgStorage<'_> {
    fn insert(&mut self, session: &Session) -> Stored<()> {
        let connection = &mut *self.connection;
        let of_person = || sessions::table.filter(sessions::user_id.eq(session.user.get()));
        let over = || sessions::expires_at.le(session.issued_at.get());
        diesel::delete(of_person().filter(over())).execute(connection).map_err(storage)?;
        // Rows that another log-in deletes are left to it, so that no log-in waits for another.
        let anybodys = sessions::table.filter(over()).order(sessions::expires_at).select(sessions::id);
        let anybodys: Vec<String> = anybodys
            .limit(EXPIRED_SESSIONS_PER_LOG_IN.into())
            .for_update()
            .skip_locked()
            .load(connection)
            .map_err(storage)?;
        let older = of_person().order((sessions::issued_at.desc(), sessions::id.desc())).select(sessions::id);
        let older: Vec<String> = older.offset(i64::from(Session::MAX_LIVE) - 1).load(connection).map_err(storage)?;
        let ended = sessions::table.filter(sessions::id.eq_any(anybodys.into_iter().chain(older)));
        diesel::delete(ended).execute(connection).map_err(storage)?;
        diesel::insert_into(sessions::table).values(Row::from(session)).execute(connection).map(drop).map_err(storage)
    }

    fn remove(&mut self, id: &SessionId) -> Stored<()> {
        diesel::delete(sessions::table.find(id.as_str())).execute(self.connection).map(drop).map_err(storage)
    }

    fn remove_all(&mut self, user: UserId) -> Stored<()> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user.get())))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }
}
