use std::{
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
    num::NonZeroU32,
    sync::Arc,
    time::Duration,
};

use governor::{
    NotUntil, Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};

use super::rate::Rate;

/// The number of buckets in a table: every value of two bytes of a hash.
const SLOTS: usize = 1 << 16;

/// A bucket for each caller.
///
/// The buckets are a table of fixed size ([`Slots`], 512 KiB). It does not grow with the number of callers and needs no
/// clean-up and no lock. Two callers share a bucket with a probability of 1 in 65,536. An attacker cannot raise it
/// without the secret seed of the process.
pub(super) struct Buckets<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, Slots<K>, Ticks, NoOpMiddleware<Duration>>,
    slots: Slots<K>,
    rate: Quota,
}

/// A bucket was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// How many requests the bucket holds when full.
    pub size: NonZeroU32,
    /// After how long the bucket holds a request again.
    pub wait: Duration,
}

impl Exceeded {
    /// The wait in whole seconds, at least one: a caller that retries at once would only be refused again.
    pub fn retry_after_seconds(&self) -> u64 {
        (self.wait.as_secs() + u64::from(self.wait.subsec_nanos() > 0)).max(1)
    }
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// New buckets. All are full.
    pub(super) fn new(rate: Rate, seed: u64, ticks: &Ticks) -> Self {
        let (slots, rate) = (Slots::new(seed), rate.quota());
        Self { limiter: RateLimiter::new(rate, slots.clone(), ticks.clone()), slots, rate }
    }

    /// Takes one request out of the caller's bucket.
    pub(super) fn take(&self, caller: &K) -> Result<(), Exceeded> {
        self.limiter.check_key(caller).map_err(|not_until| self.exceeded(&not_until))
    }

    /// Takes this many requests out of the caller's bucket at once. The number is at most the size of the bucket.
    pub(super) fn take_many(&self, caller: &K, calls: NonZeroU32) -> Result<(), Exceeded> {
        let calls = calls.min(self.rate.burst_size());
        // The number fits into a bucket.
        let taken = self.limiter.check_key_n(caller, calls).unwrap_or(Ok(()));
        taken.map_err(|not_until| self.exceeded(&not_until))
    }

    /// Returns requests to the caller's bucket. Requests that do not fit are lost.
    pub(super) fn give_back(&self, caller: &K, calls: u32) {
        let earlier = Nanos::from(self.rate.replenish_interval()) * u64::from(calls);
        // The state is the time when the bucket will be full. An unused bucket has no state.
        let give = |full: Option<Nanos>| full.map(|full| ((), full.saturating_sub(earlier))).ok_or(());
        let _nothing_was_taken = self.slots.measure_and_replace(caller, give);
    }

    fn exceeded(&self, not_until: &NotUntil<Duration>) -> Exceeded {
        Exceeded { size: self.rate.burst_size(), wait: not_until.wait_time_from(self.limiter.clock().now()) }
    }
}

/// The states of all buckets. A hash of the seed and the caller selects the bucket.
struct Slots<K> {
    seed: u64,
    states: Arc<[InMemoryState]>,
    of: PhantomData<fn(&K)>,
}

impl<K> Clone for Slots<K> {
    fn clone(&self) -> Self {
        Self { states: Arc::clone(&self.states), ..*self }
    }
}

impl<K> Slots<K> {
    fn new(seed: u64) -> Self {
        let states = (0..SLOTS).map(|_| InMemoryState::default()).collect();
        Self { seed, states, of: PhantomData }
    }
}

impl<K: Hash> StateStore for Slots<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, judge: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut hasher = DefaultHasher::new();
        (self.seed, key).hash(&mut hasher);
        let [high, low, ..] = hasher.finish().to_be_bytes();
        let slot = usize::from(u16::from_be_bytes([high, low]));
        self.states[slot].measure_and_replace(&NotKeyed::NonKey, judge)
    }
}

/// The clock of the buckets.
#[derive(Clone)]
pub(super) struct Ticks(Arc<dyn Fn() -> Duration + Send + Sync>);

impl Ticks {
    /// The time by this clock.
    pub(super) fn new(elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(Arc::new(elapsed))
    }
}

impl Clock for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use governor::clock::FakeRelativeClock;

    use super::*;

    /// Buckets of this rate, and the clock they go by.
    fn buckets(rate: &str) -> (Buckets<u32>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let shown = clock.clone();
        let ticks = Ticks::new(move || shown.now().into());
        (Buckets::new(rate.parse().unwrap(), 0, &ticks), clock)
    }

    fn taken(buckets: &Buckets<u32>, calls: usize) -> usize {
        (0..calls).filter(|_| buckets.take(&7).is_ok()).count()
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_what_flows_in() {
        let (buckets, clock) = buckets("2/s burst 3");
        assert_eq!(taken(&buckets, 10), 3);
        let wait = Duration::from_millis(500);
        assert_eq!(buckets.take(&7), Err(Exceeded { size: NonZeroU32::new(3).unwrap(), wait }));
        clock.advance(Duration::from_millis(499));
        assert_eq!(taken(&buckets, 10), 0);
        clock.advance(Duration::from_millis(1));
        assert_eq!(taken(&buckets, 10), 1);
        clock.advance(Duration::from_hours(1));
        assert_eq!(taken(&buckets, 10), 3, "a bucket holds no more than its burst");
    }

    #[test]
    fn many_are_taken_together_or_not_at_all_and_what_is_given_back_is_there_again() {
        let (buckets, clock) = buckets("1/s burst 5");
        let take = |calls| buckets.take_many(&7, NonZeroU32::new(calls).unwrap());
        assert_eq!(take(3), Ok(()));
        assert_eq!(take(3), Err(Exceeded { size: NonZeroU32::new(5).unwrap(), wait: Duration::from_secs(1) }));
        buckets.give_back(&7, 2);
        assert_eq!(taken(&buckets, 10), 4);
        clock.advance(Duration::from_secs(4));
        buckets.give_back(&7, 5);
        assert_eq!(taken(&buckets, 10), 5, "a bucket holds no more than its burst");
        buckets.give_back(&8, 5);
        assert_eq!((0..10).filter(|_| buckets.take(&8).is_ok()).count(), 5, "nothing was taken");
        clock.advance(Duration::from_secs(5));
        assert_eq!(take(100), Ok(()), "more than it ever holds is all of it");
        assert_eq!(taken(&buckets, 10), 0);
    }

    #[test]
    fn a_refused_caller_waits_at_least_a_second() {
        let waits = [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(1), Duration::from_millis(1_001)];
        let seconds = waits.map(|wait| Exceeded { size: NonZeroU32::MIN, wait }.retry_after_seconds());
        assert_eq!(seconds, [1, 1, 1, 2]);
    }

    #[test]
    fn a_refused_call_takes_nothing() {
        let (buckets, clock) = buckets("1/s burst 1");
        assert_eq!(taken(&buckets, 1_000), 1);
        clock.advance(Duration::from_secs(1));
        assert_eq!(taken(&buckets, 1), 1);
    }

    #[test]
    fn many_at_once_take_exactly_the_burst() {
        let (buckets, _) = buckets("1/h burst 10");
        let taken: usize = thread::scope(|scope| {
            let callers: Vec<_> = (0..64).map(|_| scope.spawn(|| taken(&buckets, 4))).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).sum()
        });
        assert_eq!(taken, 10);
    }

    #[test]
    fn a_hundred_thousand_callers_take_no_more_memory_and_hardly_ever_share() {
        let (buckets, _) = buckets("1/h burst 100");
        let refused = (0..100_000).filter(|caller| buckets.take(caller).is_err()).count();
        assert_eq!(refused, 0, "each bucket is shared by one or two");
        let exhausted = 100_000;
        while buckets.take(&exhausted).is_ok() {}
        let affected = (100_001..110_001).filter(|caller| buckets.take(caller).is_err()).count();
        assert!(affected < 10, "{affected} of 10,000 share the bucket of one");
        assert_eq!(size_of_val(&*buckets.slots.states), 512 * 1024);
    }

    #[test]
    fn a_clock_that_jumps_back_locks_nobody_out() {
        let clock = FakeRelativeClock::default();
        let shown = clock.clone();
        let ticks = Ticks::new(move || Duration::from_secs(100).saturating_sub(shown.now().into()));
        let buckets = Buckets::new("1/s burst 2".parse().unwrap(), 0, &ticks);
        clock.advance(Duration::from_secs(50));
        assert_eq!(taken(&buckets, 5), 2);
    }
}
