use portero_domain::{
    filter::UserFilter,
    ids::{SessionId, UserId},
    page::{Cursor, Listing, Page},
    ports::{Stored, Taken, Users},
    session::Session,
    text::Email,
    user::{NewUser, PasswordHash, Role, User, UserStatus},
};

use crate::memory::{
    lists::oldest_first,
    tables::{Tables, refused},
    transaction::MemoryTransaction,
};

impl Users for MemoryTransaction<'_> {
    fn find(&mut self, id: UserId) -> Stored<Option<User>> {
        self.step(|tables| Ok(tables.users.iter().find(|user| user.id == id).cloned()))
    }

    fn lock(&mut self, id: UserId) -> Stored<Option<User>> {
        Users::find(self, id)
    }

    fn find_by_email(&mut self, email: &Email) -> Stored<Option<User>> {
        self.step(|tables| Ok(tables.users.iter().find(|user| user.profile.email == *email).cloned()))
    }

    fn find_by_session(&mut self, session: &SessionId) -> Stored<Option<(Session, User)>> {
        self.step(|tables| {
            let session = tables.sessions.iter().find(|row| row.id == *session);
            let pair = session.and_then(|session| {
                let user = tables.users.iter().find(|user| user.id == session.user)?;
                Some((session.clone(), user.clone()))
            });
            Ok(pair)
        })
    }

    fn list(&mut self, filter: &UserFilter, page: Page<User>) -> Stored<Listing<User>> {
        self.step(|tables| {
            let wanted = tables.users.iter().filter(|user| filter.matches(user));
            let cursor = |user: &User| Cursor::new(user.created_at, user.id.get());
            Ok(oldest_first(wanted, cursor, &page))
        })
    }

    fn insert(&mut self, user: &NewUser) -> Stored<Result<UserId, Taken>> {
        self.step(|tables| {
            if tables.users.iter().any(|other| other.profile.email == user.profile.email) {
                return Ok(Err(Taken));
            }
            let NewUser { profile, password, must_change_password, created_at } = user.clone();
            let id = tables.next_user();
            tables.add_user(User { id, profile, password, must_change_password, active: true, created_at })?;
            Ok(Ok(id))
        })
    }

    fn lock_status(&mut self, id: UserId) -> Stored<Option<UserStatus>> {
        let status = |user: User| UserStatus { role: user.profile.role.kind(), active: user.active };
        Ok(Users::find(self, id)?.map(status))
    }

    fn set_active(&mut self, id: UserId, active: bool) -> Stored<()> {
        self.step(|tables| {
            user(tables, id)?.active = active;
            Ok(())
        })
    }

    fn set_password(&mut self, id: UserId, password: &PasswordHash, must_change: bool) -> Stored<()> {
        self.step(|tables| {
            let user = user(tables, id)?;
            user.password.clone_from(password);
            user.must_change_password = must_change;
            Ok(())
        })
    }

    fn imported_hash(&mut self) -> Stored<Option<PasswordHash>> {
        self.step(|tables| {
            let mut hashes = tables.users.iter().map(|user| &user.password);
            Ok(hashes.find(|hash| hash.as_str().starts_with("$2")).cloned())
        })
    }

    fn any_super_admin(&mut self) -> Stored<bool> {
        self.step(|tables| Ok(tables.users.iter().any(|user| user.profile.role == Role::SuperAdmin)))
    }
}

fn user(tables: &mut Tables, id: UserId) -> Stored<&mut User> {
    let user = tables.users.iter_mut().find(|user| user.id == id);
    user.map_or_else(|| refused("a person who is written is there"), Ok)
}
