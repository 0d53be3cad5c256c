use portero_domain::{
    Timestamp,
    ids::{CompanyId, UserId},
    user::{NewUser, PasswordHash, Role, User, UserProfile},
};

use crate::FakePasswords;
use crate::builders::{email, name, start};

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
