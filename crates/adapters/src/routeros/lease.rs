//! The use of a router's session.

use std::sync::Arc;

use portero_routeros::client::{Answer, Connection, Failure, Unknown};
use portero_routeros::proto::Command;
use tokio::time::Instant;

use super::{errors, router_session::RouterSession};

/// A session in use, which is not closed as idle. It reports successes and failures to the router's session.
#[derive(Debug)]
pub(super) struct Lease {
    session: Arc<RouterSession>,
    connection: Connection,
    generation: u64,
}

impl Lease {
    /// The use of the router's connection of this generation.
    pub(super) fn new(session: Arc<RouterSession>, connection: Connection, generation: u64) -> Self {
        session.begin_use();
        Self { session, connection, generation }
    }

    /// Has the router carry out a command, until then at the latest.
    pub(super) async fn execute(&self, command: &Command, until: Instant) -> Result<Answer, Failure> {
        let asked = Instant::now();
        let outcome = self.connection.execute(command, until.saturating_duration_since(asked)).await;
        self.note(asked, outcome.as_ref().err());
        outcome
    }

    fn note(&self, asked: Instant, failure: Option<&Failure>) {
        match failure {
            None | Some(Failure::Rejected(_)) => self.session.answered(self.generation),
            Some(failure) if errors::is_loss(failure) => {
                self.session.lost(self.generation, &errors::not_answered(failure));
            }
            Some(failure @ Failure::Unknown(Unknown::Deadline)) => {
                self.session.owes_answer(self.generation, asked, &errors::not_answered(failure));
            }
            Some(Failure::NotSent(_) | Failure::Unknown(_)) => {}
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.session.end_use();
    }
}
