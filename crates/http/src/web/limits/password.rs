use portero_domain::ids::UserId;

use super::{Exceeded, Limits};

impl Limits {
    /// Counts an attempt of this user to change the password, before any work. A session is required, so no other
    /// caller can use the attempts up.
    pub fn change_password(&self, person: UserId) -> Result<(), Exceeded> {
        self.password_changes.take(&person)
    }

    /// Counts a person that this super admin adds.
    pub fn create_user(&self, caller: UserId) -> Result<(), Exceeded> {
        self.new_users.take(&caller)
    }
}
