//! Leaves a router alone that fails.

use std::time::Duration;

use portero_domain::ports::{HotspotError, HotspotResult};
use tokio::time::Instant;

use super::Tuning;

/// How many failures in a row are too many.
const TOO_MANY: u32 = 3;

/// Counts a router's failures, and answers in its place once they are too many.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    error: HotspotError,
}

impl Breaker {
    /// Lets a caller through, or answers what the router failed with.
    pub(super) fn admit(&self, now: Instant) -> HotspotResult<()> {
        match &self.open {
            Some(open) if now < open.until => Err(open.error.clone()),
            _ => Ok(()),
        }
    }

    /// Records a failure, and returns whether the breaker opened for the first time. `chance` of 0 to 255 varies the
    /// pause by up to a fifth, so that retries spread.
    pub(super) fn fail(&mut self, now: Instant, error: &HotspotError, tuning: &Tuning, chance: u8) -> bool {
        self.failures = self.failures.saturating_add(1);
        let pause = match error {
            HotspotError::LogIn(_) | HotspotError::Certificate(_) | HotspotError::Tls(_) => Some(tuning.lockout),
            _ => self.failures.checked_sub(TOO_MANY).map(|further| pause(tuning, further).mul_f64(spread(chance))),
        };
        let Some(pause) = pause else { return false };
        let open = Open { until: now + pause, error: error.clone() };
        self.open.replace(open).is_none()
    }

    /// The router works, or its access has changed. Closes the breaker, and returns whether it was open.
    pub(super) fn reset(&mut self) -> bool {
        std::mem::take(self).open.is_some()
    }
}

fn pause(tuning: &Tuning, further: u32) -> Duration {
    let doubled = 2_u32.checked_pow(further).and_then(|times| tuning.first_pause.checked_mul(times));
    doubled.unwrap_or(Duration::MAX).min(tuning.longest_pause)
}

fn spread(chance: u8) -> f64 {
    0.8 + 0.4 * f64::from(chance) / 255.0
}

#[cfg(test)]
mod tests {
    use portero_domain::{
        network::CertificateFingerprint,
        ports::{CertificateProblem, LogInProblem},
    };

    use super::*;

    fn lost() -> HotspotError {
        HotspotError::Unreachable("it closed the connection".to_owned())
    }

    /// How long the breaker stays open from this failure on, by trying every tenth of a second.
    fn pause_after(breaker: &mut Breaker, error: &HotspotError, chance: u8) -> Duration {
        let now = Instant::now();
        breaker.fail(now, error, &Tuning::default(), chance);
        let tenths = (0..4_000).take_while(|tenth| breaker.admit(now + Duration::from_millis(tenth * 100)).is_err());
        Duration::from_millis(100 * u64::try_from(tenths.count()).unwrap())
    }

    #[test]
    fn the_third_failure_in_a_row_opens_it_and_each_further_one_twice_as_long() {
        let mut breaker = Breaker::default();
        // The middle of the spread, within a thousandth.
        let mut pause = || pause_after(&mut breaker, &lost(), 127);
        assert_eq!([pause(), pause()], [Duration::ZERO; 2]);
        let seconds = [2, 4, 8, 16, 32, 60, 60].map(Duration::from_secs);
        assert_eq!(std::array::from_fn(|_| pause()), seconds);
    }

    #[test]
    fn it_spreads_those_who_come_back_by_a_fifth() {
        for (chance, tenths) in [(0, 16), (255, 24)] {
            let mut breaker = Breaker { failures: 2, open: None };
            assert_eq!(pause_after(&mut breaker, &lost(), chance), Duration::from_millis(tenths * 100));
        }
    }

    #[test]
    fn a_refused_login_or_another_certificate_opens_it_at_once_for_five_minutes() {
        let found = CertificateFingerprint::new([1; 32]);
        for error in [
            HotspotError::LogIn(LogInProblem::WrongCredentials),
            HotspotError::Certificate(CertificateProblem::Unconfirmed { found }),
        ] {
            let mut breaker = Breaker::default();
            assert_eq!(pause_after(&mut breaker, &error, 0), Duration::from_mins(5));
            assert_eq!(breaker.admit(Instant::now()), Err(error));
        }
    }

    #[test]
    fn an_answer_in_between_starts_the_count_again() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            for _ in 0..2 {
                assert_eq!(pause_after(&mut breaker, &lost(), 0), Duration::ZERO);
            }
            assert!(!breaker.reset());
        }
        assert!(!breaker.fail(Instant::now(), &lost(), &Tuning::default(), 0));
    }

    #[test]
    fn opening_is_told_once_until_it_is_reset() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let fail = |breaker: &mut Breaker| breaker.fail(now, &lost(), &Tuning::default(), 0);
        let told: Vec<bool> = (0..5).map(|_| fail(&mut breaker)).collect();
        assert_eq!(told, [false, false, true, false, false]);
        assert!(breaker.reset());
        assert!(!breaker.reset());
        let told: Vec<bool> = (0..3).map(|_| fail(&mut breaker)).collect();
        assert_eq!(told, [false, false, true]);
    }
}
