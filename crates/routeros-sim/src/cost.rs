//! The time that a command takes on a small device: fast at first, slow after a shared budget is used up.

use std::time::Duration;

use tokio::time::Instant;

/// How slow the router is. The defaults were measured on a virtual RouterOS 7.23.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// A request within the budget.
    pub quick: Duration,
    /// A request beyond it.
    pub slow: Duration,
    /// The number of fast requests, for all connections together.
    pub budget: u32,
    /// How long the router must be idle until the budget is full again.
    pub rest: Duration,
    /// A row of the table that is walked.
    pub row: Duration,
}

impl Default for Costs {
    fn default() -> Self {
        Self {
            quick: Duration::from_millis(1),
            slow: Duration::from_millis(20),
            budget: 150,
            rest: Duration::from_secs(2),
            row: Duration::from_micros(2),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Budget {
    costs: Costs,
    spent: u32,
    free_at: Instant,
}

impl Budget {
    pub(crate) fn new(costs: Costs) -> Self {
        Self { costs, spent: 0, free_at: Instant::now() }
    }

    /// When a request that reads so many rows gets its reply. Requests of all connections wait for each other.
    pub(crate) fn answered_at(&mut self, now: Instant, rows: usize) -> Instant {
        if now.saturating_duration_since(self.free_at) >= self.costs.rest {
            self.spent = 0;
        }
        self.spent = self.spent.saturating_add(1);
        let request = if self.spent <= self.costs.budget { self.costs.quick } else { self.costs.slow };
        let walk = self.costs.row.saturating_mul(u32::try_from(rows).unwrap_or(u32::MAX));
        self.free_at = self.free_at.max(now) + request + walk;
        self.free_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_slow_once_the_budget_is_spent_and_quick_after_a_rest() {
        let start = Instant::now();
        let mut budget = Budget::new(Costs::default());
        let mut now = start;
        for _ in 0..150 {
            now = budget.answered_at(now, 0);
        }
        assert_eq!(now.duration_since(start).as_millis(), 150);
        let slow = budget.answered_at(now, 0);
        assert_eq!(slow - now, Duration::from_millis(20));
        let rested = slow + Duration::from_secs(2);
        assert_eq!(budget.answered_at(rested, 0) - rested, Duration::from_millis(1));
        let walked = rested + Duration::from_secs(2);
        assert_eq!(budget.answered_at(walked, 20_000) - walked, Duration::from_millis(41));
    }

    #[test]
    fn more_connections_do_not_make_the_router_faster() {
        let mut budget = Budget::new(Costs::default());
        let now = Instant::now();
        let last = (0..250).map(|_| budget.answered_at(now, 0)).last().unwrap();
        assert!(last - now >= Duration::from_millis(150 + 100 * 20));
    }
}
