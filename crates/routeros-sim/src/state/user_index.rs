//! All hotspot users, found by id or by name: a name is taken once for each server.

use std::collections::HashMap;

use super::{Table, User};
use crate::{Trap, value::Value};

/// All users, found by id or by name.
#[derive(Debug)]
pub(crate) struct Users {
    table: Table<User>,
    by_name: HashMap<Value, Vec<u64>>,
}

impl Users {
    pub(crate) fn with_default_row() -> Self {
        let mut users = Self { table: Table::starting_at(0), by_name: HashMap::new() };
        let mut trial = User::named(b"default-trial");
        trial.comment = b"counters and limits for trial users".to_vec();
        trial.built_in = true;
        users.place(trial);
        users
    }

    pub(crate) fn insert(&mut self, user: User, all_clashes: bool) -> Result<u64, Trap> {
        self.check_unique(&user, None, all_clashes)?;
        Ok(self.place(user))
    }

    pub(crate) fn replace(&mut self, id: u64, user: User, all_clashes: bool) -> Result<(), Trap> {
        self.check_unique(&user, Some(id), all_clashes)?;
        if let Some(slot) = self.table.get_mut(id) {
            let old = std::mem::replace(slot, user);
            if slot.name != old.name {
                let name = slot.name.clone();
                self.forget(&old.name, id);
                self.by_name.entry(name).or_default().push(id);
            }
        }
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: u64) -> Option<User> {
        let user = self.table.remove(id)?;
        self.forget(&user.name, id);
        Some(user)
    }

    pub(crate) fn table(&self) -> &Table<User> {
        &self.table
    }

    pub(crate) fn get(&self, id: u64) -> Option<&User> {
        self.table.get(id)
    }

    /// For changes that leave the name as it is.
    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut User> {
        self.table.get_mut(id)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut User)> {
        self.table.iter_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn named(&self, name: &[u8]) -> impl Iterator<Item = (u64, &User)> {
        let ids = self.by_name.get(name).into_iter().flatten();
        ids.filter_map(|id| Some((*id, self.table.get(*id)?)))
    }

    fn place(&mut self, user: User) -> u64 {
        let name = user.name.clone();
        let id = self.table.insert(user);
        self.by_name.entry(name).or_default().push(id);
        id
    }

    fn forget(&mut self, name: &[u8], id: u64) {
        if let Some(ids) = self.by_name.get_mut(name) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_name.remove(name);
            }
        }
    }

    fn check_unique(&self, user: &User, except: Option<u64>, all_clashes: bool) -> Result<(), Trap> {
        let clashes = |other: &User| {
            other.server == user.server || all_clashes && (other.server.is_none() || user.server.is_none())
        };
        let is_taken = self.named(&user.name).any(|(id, other)| Some(id) != except && clashes(other));
        if is_taken { Err(Trap::duplicate_user()) } else { Ok(()) }
    }
}
