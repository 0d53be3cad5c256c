use portero_domain::{
    Timestamp,
    ids::{CompanyId, SessionId, UserId},
    session::Session,
    user::{NewUser, PasswordHash, Role, User, UserProfile},
};
use time::Duration;

use super::{email, name, session_id, start};
use crate::FakePasswords;

/// The super admin "Super Administrador", admin@portero.mx, whose password is "password123".
pub fn a_user() -> UserBuilder {
    UserBuilder(NewUser {
        profile: UserProfile {
            email: email("admin@portero.mx"),
            name: name("Super Administrador"),
            role: Role::SuperAdmin,
        },
        password: FakePasswords::hash_of("password123"),
        must_change_password: false,
        created_at: start(),
    })
}

/// Makes a person.
#[derive(Clone, Debug)]
pub struct UserBuilder(NewUser);

impl UserBuilder {
    /// With this e-mail address.
    #[must_use]
    pub fn email(mut self, text: &str) -> Self {
        self.0.profile.email = email(text);
        self
    }

    /// With this name.
    #[must_use]
    pub fn named(mut self, text: &str) -> Self {
        self.0.profile.name = name(text);
        self
    }

    /// Who runs this company.
    #[must_use]
    pub fn admin_of(mut self, company: &CompanyId) -> Self {
        self.0.profile.role = Role::CompanyAdmin(company.clone());
        self
    }

    /// With this password's hash.
    #[must_use]
    pub fn password(mut self, hash: PasswordHash) -> Self {
        self.0.password = hash;
        self
    }

    /// Whose password an administrator set.
    #[must_use]
    pub fn must_change_password(mut self) -> Self {
        self.0.must_change_password = true;
        self
    }

    /// Added at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// The person, not in the store yet.
    pub fn build(self) -> NewUser {
        self.0
    }

    /// The user as stored under this id: able to log in.
    pub fn stored(self, id: UserId) -> User {
        let NewUser { profile, password, must_change_password, created_at } = self.0;
        User { id, profile, password, must_change_password, active: true, created_at }
    }
}

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
