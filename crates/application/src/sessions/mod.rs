//! Logging in and out.

mod authenticate;
mod authorize_write;
mod change_password;
mod log_in;
mod log_out;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::Settings;

pub use self::{
    authenticate::{Authenticate, AuthenticateError, LoggedInUser},
    authorize_write::{AuthorizeWrite, AuthorizeWriteError},
    change_password::{ChangePassword, ChangePasswordError},
    log_in::{LogIn, LogInError, LoggedIn},
    log_out::LogOut,
};

/// Log-in, log-out, and the passwords of people.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Sessions {
    pub log_in: LogIn,
    pub log_out: LogOut,
    pub authenticate: Authenticate,
    pub authorize_write: AuthorizeWrite,
    pub change_password: ChangePassword,
}

impl Sessions {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            log_in: LogIn {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                ids: Arc::clone(&ports.ids),
                passwords: Arc::clone(&ports.passwords),
                tokens: Arc::clone(&ports.session_tokens),
                life: settings.session_life,
            },
            log_out: LogOut { storage: Arc::clone(&ports.storage) },
            authenticate: Authenticate {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                tokens: Arc::clone(&ports.session_tokens),
            },
            authorize_write: AuthorizeWrite { storage: Arc::clone(&ports.storage) },
            change_password: ChangePassword {
                storage: Arc::clone(&ports.storage),
                passwords: Arc::clone(&ports.passwords),
            },
        }
    }
}
