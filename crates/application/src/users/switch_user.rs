use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{StorageError, UnitOfWork, transact},
    user::{OwnAccount, User},
};
use thiserror::Error;

use crate::Switch;

/// Lets a person sign in, or stops them. Their sessions are dead from the next call on, and stay so.
pub struct SwitchUser {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why the person is as they were.
#[derive(Debug, Error)]
pub enum SwitchUserError {
    /// There is no such person.
    #[error("there is no such person")]
    NotFound,
    /// Nobody switches themselves off.
    #[error(transparent)]
    OwnAccount(#[from] OwnAccount),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl SwitchUser {
    /// Switches this person at the wish of `by`, and answers them as they are then.
    pub async fn execute(&self, user: UserId, switch: Switch, by: UserId) -> Result<User, SwitchUserError> {
        transact(&*self.storage, move |storage| {
            let mut user = storage.users().lock(user)?.ok_or(SwitchUserError::NotFound)?;
            let was_active = user.active;
            user.set_active(switch.from(was_active), by)?;
            storage.users().set_active(user.id, user.active)?;
            if user.active && !was_active {
                // While the person was off, their old sessions were told so; none of them comes back to life.
                storage.sessions().remove_all(user.id)?;
            }
            Ok(user)
        })
        .await
    }
}
