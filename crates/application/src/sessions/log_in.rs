use std::sync::Arc;

use portero_domain::{
    ports::{
        Clock, Ids, KnownHash, PasswordCaller, PasswordError, Passwords, SessionToken, SessionTokens, SigningError,
        StorageError, UnitOfWork, Verdict, transact,
    },
    secret::Secret,
    session::Session,
    text::Email,
    user::User,
};
use thiserror::Error;
use time::Duration;

/// Signs a person in: a new session, and its token.
pub struct LogIn {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) passwords: Arc<dyn Passwords>,
    pub(crate) tokens: Arc<dyn SessionTokens>,
    pub(crate) life: Duration,
}

/// A user who has logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedIn {
    /// Who.
    pub user: User,
    /// Their session.
    pub session: Session,
    /// The token to present with every call.
    pub token: SessionToken,
}

/// Why a log-in failed.
#[derive(Debug, Error)]
pub enum LogInError {
    /// The e-mail is unknown or the password is wrong. Neither the response nor its time says which (`R802`).
    #[error("the e-mail or the password is wrong")]
    WrongCredentials,
    /// The password is right, but the user is inactive.
    #[error("the user is inactive")]
    UserInactive,
    /// Passwords cannot be compared now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The token could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl LogIn {
    /// Logs a user in by e-mail and password. A hash of an older method is replaced.
    ///
    /// `None` is a text that is not an e-mail. The log-in fails and takes the same time.
    pub async fn execute(&self, email: Option<Email>, password: Secret) -> Result<LoggedIn, LogInError> {
        let (now, id) = (self.clock.now(), self.ids.session());
        let caller = email.clone().map_or(PasswordCaller::NoEmail, PasswordCaller::Email);
        let (known, imported) = transact(&*self.storage, move |storage| {
            let imported = storage.users().imported_hash()?;
            let known = email.map(|email| storage.users().find_by_email(&email)).transpose()?.flatten();
            Ok::<_, LogInError>((known, imported))
        })
        .await?;

        let hash = known.as_ref().map(|user| user.password.clone());
        let verdict = self.passwords.verify(&caller, &password, KnownHash { hash, imported }).await?;
        let (Some(user), Verdict::Right | Verdict::RightButOutdated) = (known, verdict) else {
            return Err(LogInError::WrongCredentials);
        };
        if !user.active {
            return Err(LogInError::UserInactive);
        }
        let renewed = match verdict {
            Verdict::RightButOutdated => Some(self.passwords.hash(&caller, &password).await?),
            _ => None,
        };
        let session = Session::begin(id, user.id, now, self.life);
        let token = self.tokens.sign(&session, &user.profile)?;

        transact(&*self.storage, move |storage| {
            // The person may have changed while the password was compared: the password that was right must still be.
            let mut current = storage.users().lock(user.id)?.ok_or(LogInError::WrongCredentials)?;
            if !current.active {
                return Err(LogInError::UserInactive);
            }
            if current.password != user.password {
                return Err(LogInError::WrongCredentials);
            }
            if let Some(hash) = renewed {
                storage.users().set_password(user.id, &hash, current.must_change_password)?;
                current.password = hash;
            }
            storage.sessions().insert(&session)?;
            Ok(LoggedIn { user: current, session, token })
        })
        .await
    }
}
