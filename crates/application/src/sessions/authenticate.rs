use std::sync::Arc;

use portero_domain::{
    ids::SessionId,
    ports::{Clock, SessionTokens, StorageError, TokenRefusal, UnitOfWork, transact},
    user::User,
};
use thiserror::Error;

/// Tells who presents a session's token.
pub struct Authenticate {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tokens: Arc<dyn SessionTokens>,
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedInUser {
    /// By which session.
    pub session: SessionId,
    /// As whom.
    pub user: User,
}

/// Why a session token is rejected.
#[derive(Debug, Error)]
pub enum AuthenticateError {
    /// The token is not one of ours, or its time is over.
    #[error(transparent)]
    Token(#[from] TokenRefusal),
    /// The session was ended.
    #[error("the session was ended")]
    SessionEnded,
    /// The user is inactive.
    #[error("the user is inactive")]
    UserInactive,
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Authenticate {
    /// The person behind this token, by the store's own word: a session that was ended is dead from the next call on.
    pub async fn execute(&self, token: &str) -> Result<LoggedInUser, AuthenticateError> {
        let now = self.clock.now();
        let session = self.tokens.verify(token, now)?;
        let found = transact(&*self.storage, move |storage| {
            storage.users().find_by_session(&session).map_err(AuthenticateError::from)
        })
        .await?;
        let (session, user) = found.ok_or(AuthenticateError::SessionEnded)?;
        if session.is_over(now) {
            return Err(TokenRefusal::Expired.into());
        }
        if !user.active {
            return Err(AuthenticateError::UserInactive);
        }
        Ok(LoggedInUser { session: session.id, user })
    }
}
