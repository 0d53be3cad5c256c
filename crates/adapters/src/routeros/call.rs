//! One call of a port: what it asks a router, within the time that it has.

use std::{sync::Arc, time::Duration};

use portero_domain::{
    ports::{HotspotError, HotspotResult},
    router::RouterAccess,
};
use portero_routeros::{
    Trap,
    client::{Answer, Failure, NotSent},
    proto::Command,
    value::Version,
};
use tokio::time::Instant;

use super::{Tuning, errors, router_session::RouterSession, router_sessions::RouterSessions};

/// How often a change is sent that never left, in all.
const SENDS: usize = 3;

/// A call under way.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) sessions: &'a Arc<RouterSessions>,
    pub(super) access: &'a RouterAccess,
    /// When it must be over.
    pub(super) until: Instant,
}

/// Why a change has no good answer.
#[derive(Debug)]
pub(super) enum NotChanged {
    /// The router refused: nothing was done.
    Refused(Trap),
    /// It never left: nothing was done.
    NotDone(HotspotError),
    /// It may have been done.
    InDoubt(HotspotError),
}

impl From<NotChanged> for HotspotError {
    fn from(reason: NotChanged) -> Self {
        match reason {
            NotChanged::Refused(trap) => errors::rejected(&trap),
            NotChanged::NotDone(error) | NotChanged::InDoubt(error) => error,
        }
    }
}

enum NoAnswer {
    NotConnected(HotspotError),
    Failed(Failure),
}

impl<'a> Call<'a> {
    /// A call that must be over after so long.
    pub(super) fn new(sessions: &'a Arc<RouterSessions>, access: &'a RouterAccess, limit: Duration) -> Self {
        Self { sessions, access, until: Instant::now() + limit }
    }

    pub(super) fn tuning(&self) -> &Tuning {
        &self.sessions.dialer.tuning
    }

    pub(super) fn session(&self) -> Arc<RouterSession> {
        self.sessions.session(&self.access.router)
    }

    /// What the router runs.
    pub(super) async fn version(&self) -> HotspotResult<Version> {
        self.sessions.lease(self.access, self.until).await?;
        self.session().version().ok_or_else(errors::unreadable)
    }

    /// Asks the router something. When the session is lost under the question, it is asked once more.
    pub(super) async fn read(&self, question: &Command) -> HotspotResult<Answer> {
        let answer = match self.send(question, None).await {
            Err(NoAnswer::Failed(failure)) if errors::is_loss(&failure) => self.send(question, None).await,
            answer => answer,
        };
        answer.map_err(|reason| match reason {
            NoAnswer::NotConnected(error) => error,
            NoAnswer::Failed(failure) => errors::not_answered(&failure),
        })
    }

    /// Has the router change something. It is sent again only when it never left.
    pub(super) async fn change(&self, change: &Command) -> Result<Answer, NotChanged> {
        let mut sent = 0;
        loop {
            sent += 1;
            let failure = match self.send(change, Some(self.tuning().write_answer)).await {
                Ok(answer) => return Ok(answer),
                Err(NoAnswer::NotConnected(error)) => return Err(NotChanged::NotDone(error)),
                Err(NoAnswer::Failed(failure)) => failure,
            };
            match failure {
                Failure::Rejected(rejection) => return Err(NotChanged::Refused(rejection.first)),
                Failure::NotSent(NotSent::Closed(_)) if sent < SENDS => {}
                Failure::NotSent(reason) => return Err(NotChanged::NotDone(errors::not_sent(&reason))),
                Failure::Unknown(reason) => {
                    let why = errors::no_answer(&reason).to_owned();
                    return Err(NotChanged::InDoubt(HotspotError::Unknown(why)));
                }
            }
        }
    }

    /// Has a command carried out. Its answer is waited for no longer than `limit`, connecting not counted.
    async fn send(&self, command: &Command, limit: Option<Duration>) -> Result<Answer, NoAnswer> {
        let lease = self.sessions.lease(self.access, self.until).await.map_err(NoAnswer::NotConnected)?;
        let until = limit.map_or(self.until, |limit| self.until.min(Instant::now() + limit));
        lease.execute(command, until).await.map_err(NoAnswer::Failed)
    }
}
