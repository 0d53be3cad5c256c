use std::{
    collections::HashSet,
    hash::Hash,
    sync::{PoisonError, RwLock},
};

/// How many things are remembered at most.
const CAPACITY: usize = 10_000;

/// Things that were seen, a bounded number of them: the one too many makes all others forgotten. So it may only hold what
/// is of no harm to forget, and what strangers cannot make up.
#[derive(Debug)]
pub(super) struct Remembered<T>(RwLock<HashSet<T>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Hash + Eq> Remembered<T> {
    /// Whether it was seen.
    pub(super) fn has(&self, thing: &T) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(thing)
    }

    /// It was seen.
    pub(super) fn note(&self, thing: T) {
        let mut things = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if things.len() >= CAPACITY && !things.contains(&thing) {
            things.clear();
        }
        things.insert(thing);
    }

    /// It is to be as if it never was.
    pub(super) fn forget(&self, thing: &T) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(thing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_there_until_it_is_forgotten() {
        let seen = Remembered::default();
        assert!(!seen.has(&1));
        seen.note(1);
        assert!(seen.has(&1) && !seen.has(&2));
        seen.forget(&1);
        assert!(!seen.has(&1));
    }

    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let seen = Remembered::default();
        (0..CAPACITY).for_each(|thing| seen.note(thing));
        seen.note(0);
        assert!(seen.has(&1), "what is there already needs no room");
        (0..CAPACITY * 3).for_each(|thing| seen.note(thing));
        assert!(seen.0.read().unwrap().len() <= CAPACITY);
        assert!(seen.has(&(CAPACITY * 3 - 1)));
    }
}
