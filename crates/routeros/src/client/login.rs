//! Logging in, the current way and the one before RouterOS 6.43.

use std::fmt;
use std::time::Duration;

use super::connect::{ConnectError, Stage};
use super::connection::Connection;
use super::outcome::{Answer, Failure, NotSent, Unknown};
use crate::failure::Class;
use crate::proto::{Command, legacy_response};

/// An account of the router, and how to log in to it.
#[derive(Clone, Copy)]
pub enum Login<'a> {
    /// Name and password as they are (RouterOS 6.43 and later).
    Plain {
        /// The account's name.
        name: &'a str,
        /// Its password.
        password: &'a str,
    },
    /// An MD5 digest (RouterOS before 6.43, removed in 6.45, `F10`). There is no fallback to it: a router that asks for
    /// it after a plain login has already received the password in clear text.
    Legacy {
        /// The account's name.
        name: &'a str,
        /// Its password.
        password: &'a str,
    },
}

/// Without the password.
impl fmt::Debug for Login<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain { name, .. } => write!(f, "Plain({name:?})"),
            Self::Legacy { name, .. } => write!(f, "Legacy({name:?})"),
        }
    }
}

pub(super) async fn log_in(connection: &Connection, login: &Login<'_>, deadline: Duration) -> Result<(), ConnectError> {
    let ask = async |command: Command| connection.execute(&command, deadline).await.map_err(explain);
    let start = Command::new("/login");
    match *login {
        Login::Plain { name, password } => {
            let Answer { ret, .. } = ask(start.attribute("name", name).attribute("password", password)).await?;
            if ret.is_some() { Err(ConnectError::LegacyLoginOnly) } else { Ok(()) }
        }
        Login::Legacy { name, password } => {
            let challenge = match ask(start.clone()).await {
                // A newer router complains about a missing name and password. None was sent, so this is not a rejected
                // login.
                Err(ConnectError::Refused(trap)) if trap.class() == Class::AuthFailed => None,
                answer => answer?.ret,
            };
            let challenge = challenge.ok_or(ConnectError::NoLegacyLogin)?;
            let response = legacy_response(password.as_bytes(), &challenge).map_err(|_| ConnectError::NoLegacyLogin)?;
            ask(start.attribute("name", name).attribute("response", response)).await?;
            Ok(())
        }
    }
}

fn explain(failure: Failure) -> ConnectError {
    match failure {
        Failure::Rejected(rejection) => ConnectError::Refused(rejection.first),
        Failure::NotSent(NotSent::Closed(closed)) | Failure::Unknown(Unknown::Closed(closed)) => {
            ConnectError::Dropped(closed)
        }
        Failure::NotSent(_) | Failure::Unknown(_) => ConnectError::TimedOut(Stage::Login),
    }
}
