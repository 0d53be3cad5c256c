//! The users who log in.

use thiserror::Error;

use crate::{
    Timestamp,
    ids::{CompanyId, UserId},
    secret::Secret,
    text::{Email, Name, TextError},
};

/// A person as they stand. Any combination of the parts is a valid one, so they are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Their identity.
    pub id: UserId,
    /// Who they are and what they may do.
    pub profile: UserProfile,
    /// Their password, hashed.
    pub password: PasswordHash,
    /// Whether an administrator set the password, and the person has not changed it since.
    pub must_change_password: bool,
    /// Whether they may log in.
    pub active: bool,
    /// When they were added.
    pub created_at: Timestamp,
}

/// Who a person is and what they may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// The e-mail that they log in with. No two users have the same.
    pub email: Email,
    /// What they are called.
    pub name: Name,
    /// What they may do.
    pub role: Role,
}

/// A person who is not in the store yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUser {
    /// Who they are and what they may do.
    pub profile: UserProfile,
    /// Their password, hashed.
    pub password: PasswordHash,
    /// Whether an administrator set the password for them.
    pub must_change_password: bool,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What a person may do. A company's admin cannot be without the company, nor a super admin with one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the whole service.
    SuperAdmin,
    /// Runs one company.
    CompanyAdmin(CompanyId),
}

impl Role {
    /// The role without its company.
    pub const fn kind(&self) -> RoleKind {
        match self {
            Self::SuperAdmin => RoleKind::SuperAdmin,
            Self::CompanyAdmin(_) => RoleKind::CompanyAdmin,
        }
    }

    /// The company that a company's admin belongs to.
    pub const fn company(&self) -> Option<&CompanyId> {
        match self {
            Self::SuperAdmin => None,
            Self::CompanyAdmin(company) => Some(company),
        }
    }
}

/// The names of the roles, to look people up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleKind {
    /// Any super admin.
    SuperAdmin,
    /// Any company's admin.
    CompanyAdmin,
}

/// What decides whether a person may do something: their role, and whether they are active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserStatus {
    /// Their role.
    pub role: RoleKind,
    /// Whether they may log in.
    pub active: bool,
}

/// The hash of a person's password, in the form that names its own method and cost.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A hash as a hasher made it or the store kept it.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The hash's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A password that a person chooses: 8 to 128 characters, not trimmed. `Debug` shows nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword(Secret);

/// Why a password cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NewPasswordError {
    /// Easily guessed.
    #[error("the password has fewer than {min} characters")]
    TooShort {
        /// The smallest number of characters.
        min: usize,
    },
    /// Too long, or with control characters.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl NewPassword {
    /// The smallest number of characters.
    pub const MIN: usize = 8;
    /// The greatest number of characters.
    pub const MAX: usize = 128;

    /// The password in `raw`, unless too short or too long.
    pub fn parse(raw: &str) -> Result<Self, NewPasswordError> {
        let length = raw.chars().count();
        if length < Self::MIN {
            return Err(NewPasswordError::TooShort { min: Self::MIN });
        }
        if length > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX }.into());
        }
        Ok(Self(Secret::parse(raw)?))
    }

    /// The password itself.
    pub const fn secret(&self) -> &Secret {
        &self.0
    }
}

/// A person tried to switch themselves off, which could lock everyone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a user cannot deactivate their own account")]
pub struct OwnAccount;

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn person(number: i64) -> User {
        User {
            id: UserId::new(number),
            profile: UserProfile {
                email: Email::parse("ana@hotel.mx").unwrap(),
                name: Name::parse("Ana").unwrap(),
                role: Role::SuperAdmin,
            },
            password: PasswordHash::new("hash".into()),
            must_change_password: false,
            active: true,
            created_at: Timestamp::new(datetime!(2025-01-15 9:00 UTC)),
        }
    }

    #[test]
    fn a_chosen_password_has_8_to_128_characters() {
        assert_eq!(NewPassword::parse("1234567"), Err(NewPasswordError::TooShort { min: 8 }));
        assert!(NewPassword::parse("ññññññññ").is_ok());
        assert!(NewPassword::parse(&"x".repeat(128)).is_ok());
        assert!(NewPassword::parse(&"x".repeat(129)).is_err());
    }

    #[test]
    fn a_hash_is_never_shown() {
        assert!(!format!("{:?}", person(1)).contains("hash\""));
    }
}
