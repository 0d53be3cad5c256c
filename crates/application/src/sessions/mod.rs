//! Signing in and out.

mod authenticate;
mod change_password;
mod log_in;
mod log_out;

pub use self::{
    authenticate::{Authenticate, AuthenticateError, SignedIn},
    change_password::{ChangePassword, ChangePasswordError},
    log_in::{LogIn, LogInError, LoggedIn},
    log_out::LogOut,
};
