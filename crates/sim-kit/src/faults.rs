use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use crate::lock;

/// How often a fault still strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times(Option<u32>);

impl Times {
    /// Once.
    pub const ONCE: Self = Self(Some(1));
    /// Every time.
    pub const ALWAYS: Self = Self(None);

    /// That many times.
    pub const fn of(times: u32) -> Self {
        Self(Some(times))
    }

    /// Splits `TEXT[*TIMES]` into the text and the number. Without `*` it is once, with nothing after `*` every time.
    /// Nothing if another text follows `*`.
    pub fn split(text: &str) -> Option<(&str, Self)> {
        match text.split_once('*') {
            None => Some((text, Self::ONCE)),
            Some((rest, "")) => Some((rest, Self::ALWAYS)),
            Some((rest, times)) => Some((rest, Self::of(times.parse().ok()?))),
        }
    }
}

/// A fault that waits for its occasion.
pub trait Strike {
    /// The kinds of faults.
    type Fault: Copy;

    /// What goes wrong.
    fn fault(&self) -> Self::Fault;

    /// How often it still strikes.
    fn times(&mut self) -> &mut Times;
}

/// The faults that wait in one simulator.
#[derive(Debug)]
pub struct Faults<A> {
    armed: Mutex<Vec<A>>,
    struck: AtomicU64,
}

impl<A> Default for Faults<A> {
    fn default() -> Self {
        Self { armed: Mutex::default(), struck: AtomicU64::default() }
    }
}

impl<A: Strike> Faults<A> {
    /// Adds a fault behind those that wait already.
    pub fn arm(&self, mut armed: A) {
        if *armed.times() != Times::of(0) {
            lock(&self.armed).push(armed);
        }
    }

    /// Removes every fault that still waits.
    pub fn disarm(&self) {
        lock(&self.armed).clear();
    }

    /// How often a fault has struck.
    pub fn struck(&self) -> u64 {
        self.struck.load(Ordering::SeqCst)
    }

    /// The first waiting fault that fits. It has struck once more.
    pub fn take(&self, fits: impl Fn(&A) -> bool) -> Option<A::Fault> {
        let mut waiting = lock(&self.armed);
        let at = waiting.iter().position(fits)?;
        let armed = &mut waiting[at];
        let fault = armed.fault();
        if let Times(Some(left)) = armed.times() {
            *left -= 1;
            if *left == 0 {
                waiting.remove(at);
            }
        }
        self.struck.fetch_add(1, Ordering::SeqCst);
        Some(fault)
    }
}
