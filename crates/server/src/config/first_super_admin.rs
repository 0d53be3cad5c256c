//! The first super admin of a fresh installation.

use clap::Args;
use portero_domain::{text::Email, user::NewPassword};

/// The first super admin; both variables or neither.
#[derive(Args, Debug)]
pub(crate) struct FirstSuperAdminConfig {
    /// The first super admin's e-mail; the user is added if there is no super admin
    #[arg(long, env, requires = "super_admin_initial_password", value_parser = email)]
    super_admin_initial_email: Option<Email>,
    /// The first super admin's password; 8 characters or more
    #[arg(long, env, hide_env_values = true, requires = "super_admin_initial_email", value_parser = password)]
    super_admin_initial_password: Option<NewPassword>,
}

/// The user who can log in to a fresh installation.
#[derive(Clone, Debug)]
pub(crate) struct FirstSuperAdmin {
    pub(crate) email: Email,
    pub(crate) password: NewPassword,
}

impl FirstSuperAdminConfig {
    /// The first super admin, if configured.
    pub(crate) fn user(&self) -> Option<FirstSuperAdmin> {
        let (email, password) =
            self.super_admin_initial_email.clone().zip(self.super_admin_initial_password.clone())?;
        Some(FirstSuperAdmin { email, password })
    }
}

fn email(text: &str) -> Result<Email, &'static str> {
    Email::parse(text).map_err(|_| "must be an e-mail address")
}

fn password(text: &str) -> Result<NewPassword, String> {
    NewPassword::parse(text).map_err(|error| format!("is refused: {error}"))
}
