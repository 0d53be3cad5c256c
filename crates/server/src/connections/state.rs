//! What a connection waits for, and until when.

use std::{cell::Cell, rc::Rc, time::Duration};

use actix_web::http::StatusCode;
use tokio::time::Instant;

use super::Timeouts;

/// The framework's own timeouts close a connection properly. This is how much later the connection is cut otherwise.
const GRACE: Duration = Duration::from_secs(1);

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The rest of a request's head.
    Head { until: Instant },
    /// The service. Its work has limits of its own.
    Service,
    /// The caller: to take the response, and then to send the next request.
    Caller { until: Instant },
    /// The end, after a request that came too slowly.
    End { until: Instant },
}

/// The state of one connection.
#[derive(Debug)]
pub(super) struct State {
    timeouts: Timeouts,
    phase: Cell<Phase>,
}

impl State {
    /// The state of a new connection.
    pub(super) fn new(timeouts: Timeouts) -> Rc<Self> {
        let phase = Phase::Head { until: Instant::now() + timeouts.head + GRACE };
        Rc::new(Self { timeouts, phase: Cell::new(phase) })
    }

    /// When the connection must end; never while the service works.
    pub(super) fn until(&self) -> Option<Instant> {
        match self.phase.get() {
            Phase::Service => None,
            Phase::Head { until } | Phase::Caller { until } | Phase::End { until } => Some(until),
        }
    }

    /// Whether the connection must end now.
    pub(super) fn is_overdue(&self) -> bool {
        self.until().is_some_and(|until| until <= Instant::now())
    }

    /// The head of a request has arrived.
    pub(super) fn request_begins(&self) {
        self.phase.set(Phase::Service);
    }

    /// The service has responded. After `408` the rest of the request is not waited for.
    pub(super) fn response_begins(&self, status: Option<StatusCode>) {
        self.phase.set(match status {
            Some(StatusCode::REQUEST_TIMEOUT) => Phase::End { until: Instant::now() + GRACE },
            _ => self.caller(),
        });
    }

    /// Bytes have arrived. After a response they begin another head, or belong to a body that is of no use any more.
    pub(super) fn bytes_arrived(&self) {
        if let Phase::Caller { .. } = self.phase.get() {
            self.phase.set(Phase::Head { until: Instant::now() + self.timeouts.head + GRACE });
        }
    }

    /// The caller takes the response.
    pub(super) fn bytes_taken(&self) {
        if let Phase::Caller { .. } = self.phase.get() {
            self.phase.set(self.caller());
        }
    }

    fn caller(&self) -> Phase {
        Phase::Caller { until: Instant::now() + self.timeouts.keep_alive + GRACE }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const TIMEOUTS: Timeouts =
        Timeouts { keep_alive: Duration::from_secs(75), head: Duration::from_secs(5), write: Duration::from_secs(10) };

    async fn ends_after(state: &State) -> u64 {
        let begin = Instant::now();
        while !state.is_overdue() {
            advance(Duration::from_secs(1)).await;
        }
        begin.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_ends_in_time_however_it_drips() {
        let state = State::new(TIMEOUTS);
        advance(Duration::from_secs(4)).await;
        state.bytes_arrived();
        assert_eq!(ends_after(&state).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_later_head_has_the_same_time_from_its_first_byte() {
        let state = State::new(TIMEOUTS);
        state.request_begins();
        advance(Duration::from_hours(1)).await;
        assert!(!state.is_overdue(), "the service works");
        state.response_begins(Some(StatusCode::OK));
        advance(Duration::from_secs(70)).await;
        state.bytes_arrived();
        advance(Duration::from_secs(5)).await;
        state.bytes_arrived();
        assert_eq!(ends_after(&state).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_that_takes_the_response_has_time_for_it() {
        let state = State::new(TIMEOUTS);
        state.request_begins();
        state.response_begins(Some(StatusCode::OK));
        for _ in 0..10 {
            advance(Duration::from_mins(1)).await;
            assert!(!state.is_overdue());
            state.bytes_taken();
        }
        assert_eq!(ends_after(&state).await, 76);
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_body_that_dripped_the_connection_ends() {
        let state = State::new(TIMEOUTS);
        state.request_begins();
        state.response_begins(Some(StatusCode::REQUEST_TIMEOUT));
        state.bytes_arrived();
        state.bytes_taken();
        assert_eq!(ends_after(&state).await, 1);
    }
}
