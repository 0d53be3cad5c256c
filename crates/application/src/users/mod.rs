//! The people.

mod create_first_super_admin;
mod create_user;
mod find_user;
mod list_users;
mod reset_password;
mod switch_user;

pub use self::{
    create_first_super_admin::{CreateFirstSuperAdmin, CreateFirstSuperAdminError},
    create_user::{CreateUser, CreateUserError},
    find_user::FindUser,
    list_users::ListUsers,
    reset_password::{ResetPassword, ResetPasswordError},
    switch_user::{SwitchUser, SwitchUserError},
};
