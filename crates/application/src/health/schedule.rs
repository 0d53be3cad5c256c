use portero_domain::{Timestamp, ids::RouterId};
use time::Duration;

/// The schedule of the health checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthChecks {
    /// The time between two checks of a router, plus or minus a sixth. Keep it at least three times the timeout, or two
    /// checks of one router may overlap.
    pub interval: Duration,
    /// How long a router has to answer.
    pub timeout: std::time::Duration,
    /// How many routers are checked at the same time.
    pub at_once: u16,
}

impl Default for HealthChecks {
    fn default() -> Self {
        Self { interval: Duration::MINUTE, timeout: std::time::Duration::from_secs(10), at_once: 32 }
    }
}

impl HealthChecks {
    /// When a router that is checked now is due again. The difference to the interval depends on the router and the
    /// moment, so that routers that were due together spread.
    pub(crate) fn next_check(&self, router: &RouterId, now: Timestamp) -> Timestamp {
        let most = u64::try_from(self.interval.whole_microseconds() / 6).unwrap_or_default();
        let chance = hash(router.as_str().bytes().chain(now.unix_micros().to_be_bytes()));
        let later = i64::try_from(chance % (2 * most + 1)).unwrap_or_default();
        let sooner = i64::try_from(most).unwrap_or_default();
        now.plus(self.interval + Duration::microseconds(later - sooner))
    }
}

/// FNV-1a: the same in every process and of every build, and far from secret.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::datetime;

    use super::*;

    fn start() -> Timestamp {
        Timestamp::new(datetime!(2025-01-15 09:00 UTC))
    }

    fn router(number: u32) -> RouterId {
        RouterId::parse(&format!("RTR_{number:08X}")).unwrap()
    }

    #[test]
    fn the_hash_is_the_one_that_is_published() {
        assert_eq!(hash("".bytes()), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("foobar".bytes()), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn the_next_check_follows_from_the_router_and_the_moment() {
        let checks = HealthChecks::default();
        let next = checks.next_check(&router(1), start());
        assert_eq!(next, checks.next_check(&router(1), start()));
        assert_ne!(next, checks.next_check(&router(2), start()));
        let later = start().plus(Duration::MICROSECOND);
        assert_ne!(next.since(start()), checks.next_check(&router(1), later).since(later));
    }

    /// Of 6,000 routers due together, each second of the twenty gets its share, and none comes sooner or later.
    #[test]
    fn routers_that_were_due_together_are_spread_over_a_third_of_the_interval() {
        let checks = HealthChecks::default();
        let waits: Vec<_> =
            (0..6_000).map(|number| checks.next_check(&router(number), start()).since(start())).collect();
        assert!(waits.iter().all(|wait| (Duration::seconds(50)..=Duration::seconds(70)).contains(wait)));
        for second in 50..70 {
            let share = waits.iter().filter(|wait| wait.whole_seconds() == second).count();
            assert!((200..=400).contains(&share), "{share} in second {second}");
        }
        assert!(waits.iter().collect::<BTreeSet<_>>().len() > 5_900, "they hardly ever coincide");
    }

    #[test]
    fn an_interval_too_short_to_divide_is_kept_exactly() {
        let checks = HealthChecks { interval: Duration::microseconds(5), ..HealthChecks::default() };
        assert_eq!(checks.next_check(&router(1), start()), start().plus(Duration::microseconds(5)));
    }
}
