//! The people.

mod create_first_super_admin;
mod create_user;
mod find_user;
mod list_users;
mod reset_password;
mod switch_user;

use std::sync::Arc;

use portero_domain::ports::Ports;

pub use self::{
    create_first_super_admin::{CreateFirstSuperAdmin, CreateFirstSuperAdminError},
    create_user::{CreateUser, CreateUserError},
    find_user::FindUser,
    list_users::ListUsers,
    reset_password::{ResetPassword, ResetPasswordError},
    switch_user::{SwitchUser, SwitchUserError},
};

/// The people who log in.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Users {
    pub create: CreateUser,
    pub create_first_super_admin: CreateFirstSuperAdmin,
    pub list: ListUsers,
    pub find: FindUser,
    pub switch: SwitchUser,
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
            switch: SwitchUser { storage: Arc::clone(&ports.storage) },
            reset_password: ResetPassword {
                storage: Arc::clone(&ports.storage),
                passwords: Arc::clone(&ports.passwords),
            },
        }
    }
}
