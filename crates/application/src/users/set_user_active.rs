use std::sync::Arc;

use portero_domain::{
    ids::UserId,
    ports::{Storage, StorageError, Stored, UnitOfWork, transact},
    user::{OwnAccount, RoleKind, UserStatus},
};
use thiserror::Error;

use crate::Activation;

/// Activates or deactivates a person. A deactivation ends their sessions from the next request on.
pub struct SetUserActive {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

/// Why the person is as they were.
#[derive(Debug, Error)]
pub enum SetUserActiveError {
    /// There is no such person.
    #[error("there is no such person")]
    NotFound,
    /// The caller has become inactive, or is no super admin.
    #[error("the caller is no active super admin")]
    CallerInactive,
    /// A person does not deactivate themselves.
    #[error(transparent)]
    OwnAccount(#[from] OwnAccount),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl SetUserActive {
    /// Activates or deactivates this person for `by`. Returns whether the person is active then.
    pub async fn execute(&self, user: UserId, activation: Activation, by: UserId) -> Result<bool, SetUserActiveError> {
        transact(&*self.storage, move |storage| {
            let (person, caller) = lock_both(storage, user, by)?;
            // The caller may have been deactivated since the request was authenticated. An active super admin is therefore
            // left whatever happens at the same moment: the caller.
            if caller != Some(UserStatus { role: RoleKind::SuperAdmin, active: true }) {
                return Err(SetUserActiveError::CallerInactive);
            }
            let was_active = person.ok_or(SetUserActiveError::NotFound)?.active;
            let active = activation.from(was_active);
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

/// Locks two people, or one where both are the same, and returns how each stands. Every caller locks the smaller identity
/// first, so that two callers cannot wait for each other.
fn lock_both(
    storage: &mut dyn Storage,
    one: UserId,
    other: UserId,
) -> Stored<(Option<UserStatus>, Option<UserStatus>)> {
    let mut lock = |user| storage.users().lock_status(user);
    Ok(if one <= other {
        let first = lock(one)?;
        (first, lock(other)?)
    } else {
        let second = lock(other)?;
        (lock(one)?, second)
    })
}
