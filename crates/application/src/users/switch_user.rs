use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{StorageError, UnitOfWork, transact},
    user::{OwnAccount, Standing},
};
use thiserror::Error;

use crate::Switch;

/// Activates or deactivates a person. A deactivation ends their sessions from the next request on.
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
    /// Activates or deactivates this person for `by`. Returns whether the person is active then.
    pub async fn execute(&self, user: UserId, switch: Switch, by: UserId) -> Result<bool, SwitchUserError> {
        transact(&*self.storage, move |storage| {
            let Standing { active: was_active, .. } =
                storage.users().lock_standing(user)?.ok_or(SwitchUserError::NotFound)?;
            let active = switch.from(was_active);
            if !active && user == by {
                return Err(OwnAccount.into());
            }
            storage.users().set_active(user, active)?;
            if active && !was_active {
                // The old sessions were rejected while the person was inactive, and stay so.
                storage.sessions().remove_all(user)?;
            }
            Ok(active)
        })
        .await
    }
}
