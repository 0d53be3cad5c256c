use portero_domain::ids::UserId;

use super::{Exceeded, Limits};

impl Limits {
    /// Counts an attempt of this person to change the password, before any work is done for it. The attempts are those of a
    /// session, so nobody else can use them up.
    pub fn change_password(&self, person: UserId) -> Result<(), Exceeded> {
        self.password_changes.take(&person)
    }

    /// Counts a person that this super admin adds.
    pub fn create_user(&self, caller: UserId) -> Result<(), Exceeded> {
        self.new_users.take(&caller)
    }
}
