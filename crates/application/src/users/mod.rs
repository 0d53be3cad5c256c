//! The people.

mod create_first_super_admin;
mod create_user;
mod find_user;
mod list_users;
mod reset_password;
mod set_user_active;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    create_first_super_admin::{CreateFirstSuperAdmin, CreateFirstSuperAdminError},
    create_user::{CreateUser, CreateUserError},
    find_user::FindUser,
    list_users::ListUsers,
    reset_password::{ResetPassword, ResetPasswordError},
    set_user_active::{SetUserActive, SetUserActiveError},
};

/// The people who log in.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Users {
    pub create: CreateUser,
    pub create_first_super_admin: CreateFirstSuperAdmin,
    pub list: ListUsers,
    pub find: FindUser,
    pub set_active: SetUserActive,
    pub reset_password: ResetPassword,
}

impl Users {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports) -> Self {
        Self {
            create: CreateUser {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                passwords: Arc::clone(&ports.passwords),
            },
            create_first_super_admin: CreateFirstSuperAdmin {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                passwords: Arc::clone(&ports.passwords),
            },
            list: ListUsers { storage: Arc::clone(&ports.storage) },
            find: FindUser { storage: Arc::clone(&ports.storage) },
            set_active: SetUserActive { storage: Arc::clone(&ports.storage) },
            reset_password: ResetPassword {
                storage: Arc::clone(&ports.storage),
                passwords: Arc::clone(&ports.passwords),
            },
        }
    }
}
