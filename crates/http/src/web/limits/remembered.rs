use std::{fmt, hash::Hash};

use quick_cache::sync::Cache;

/// The largest number of values that are remembered.
const CAPACITY: usize = 10_000;

/// Values that were seen, up to a fixed number. A new value beyond that replaces one that was not used for long.
///
/// It may only hold what does no harm when it is forgotten, and what strangers cannot make up.
pub(super) struct Remembered<T>(Cache<T, ()>);

impl<T: Hash + Eq> Default for Remembered<T> {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl<T> fmt::Debug for Remembered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered(…)")
    }
}

impl<T: Hash + Eq + Clone> Remembered<T> {
    /// Whether the value was seen. Asking counts as a use.
    pub(super) fn has(&self, value: &T) -> bool {
        self.0.get(value).is_some()
    }

    /// Remembers the value.
    pub(super) fn note(&self, value: T) {
        self.0.insert(value, ());
    }

    /// Forgets the value.
    pub(super) fn forget(&self, value: &T) {
        self.0.remove(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_remembered_until_it_is_forgotten() {
        let seen = Remembered::default();
        assert!(!seen.has(&1));
        seen.note(1);
        assert!(seen.has(&1) && !seen.has(&2));
        seen.forget(&1);
        assert!(!seen.has(&1));
    }

    #[test]
    fn a_full_memory_forgets_single_values_and_keeps_those_in_use() {
        let seen = Remembered::default();
        let remembered = |upto| (0..upto).filter(|value| seen.0.contains_key(value)).count();
        (0..CAPACITY).for_each(|value| seen.note(value));
        seen.has(&0);
        seen.note(CAPACITY);
        assert!(remembered(CAPACITY + 1) > CAPACITY * 9 / 10, "one value too many makes few others forgotten");
        for value in CAPACITY..CAPACITY * 3 {
            seen.note(value);
            assert!(seen.has(&0), "a value in use stays");
        }
        assert!(remembered(CAPACITY * 3) <= CAPACITY, "the number of values has a limit");
    }
}
