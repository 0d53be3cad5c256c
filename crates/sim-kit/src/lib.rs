//! What the simulators have in common: guesses with switches, faults on demand, and their programs.

mod assumptions;
mod faults;
pub mod program;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use assumptions::{Assumption, Assumptions, Guesses, UnknownAssumption, guess};
pub use faults::{Faults, Strike, Times};

/// Locks a mutex. A panic of another holder does not matter in a simulator, because it leaves nothing inconsistent.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
