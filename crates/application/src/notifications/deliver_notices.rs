use std::{error::Error, sync::Arc};

use portero_domain::{
    notification::{Notice, NoticeOutcome},
    ports::{Notifier, NotifierError, Ports, Stored, UnitOfWork, transact},
};
use time::Duration;

use super::{
    compose::{Composer, Letter, NoticeError},
    purchase_notices::PurchaseNotices,
};
use crate::side_by_side::{Busy, Finished, work_side_by_side};

/// How many notices are sent at the same time. [`Notice::AT_ONCE`] is the number for one company.
const AT_ONCE: u16 = 32;

/// Sends the notices that are due (`R1806`).
pub struct DeliverNotices {
    storage: Arc<dyn UnitOfWork>,
    notifier: Arc<dyn Notifier>,
    composer: Composer,
}

impl DeliverNotices {
    /// Sends notices of these ports' store. `purchases` has what they say of purchases.
    pub fn new(ports: &Ports, purchases: Arc<dyn PurchaseNotices>) -> Self {
        Self {
            storage: Arc::clone(&ports.storage),
            notifier: Arc::clone(&ports.notifier),
            composer: Composer::new(ports, purchases),
        }
    }

    /// Sends notices until none is due any more, and returns the number of tries. After `stop`, no further notice is
    /// claimed. While notices are sent, it looks for due ones after each `pause`. So a slow bot does not delay the notices
    /// of other companies.
    ///
    /// A notice that cannot be tried is put off and logged, so it does not delay the others. A failure of the store ends the
    /// round and is returned when all running tries are done.
    pub async fn execute<P>(&self, stop: impl Future<Output = ()>, pause: impl Fn() -> P) -> Stored<usize>
    where
        P: Future<Output = ()>,
    {
        let (claim, deliver) = (|busy| self.claim(busy), |notice| self.deliver(notice));
        work_side_by_side(stop, pause, claim, |notice: &Notice| &notice.company, deliver).await
    }

    /// Claims as many notices as there is room for, and none of a company whose notices are being sent.
    async fn claim(&self, busy: Busy) -> Stored<Vec<Notice>> {
        let (room, busy) = (AT_ONCE.saturating_sub(busy.total()), busy.at_least(1));
        if room == 0 {
            return Ok(Vec::new());
        }
        let claims = transact(&*self.storage, move |storage| storage.notices().claim_due(room, &busy)).await?;
        let damaged = |error| tracing::warn!(error = &error as &dyn Error, "the record of a notice is damaged");
        Ok(claims.notices.into_iter().filter_map(|notice| notice.map_err(damaged).ok()).collect())
    }

    /// Tries a notice. A notice that cannot be tried is logged and put off, so it is no refusal.
    async fn deliver(&self, notice: Notice) -> Finished {
        let company = notice.company.clone();
        let next = self.attempt(&notice).await.unwrap_or_else(|error| {
            let Notice { occasion, tries, .. } = &notice;
            let (kind, subject, cause) = (occasion.kind(), occasion.subject(), error.source().map(ToString::to_string));
            tracing::warn!(%company, kind, subject, tries, %error, cause, "notice could not be tried");
            Next::after_failure(&notice)
        });
        Finished { company, refusal: None, noted: self.note(notice, next).await }
    }

    async fn attempt(&self, notice: &Notice) -> Result<Next, NoticeError> {
        // The process of the last try ended before it recorded the outcome.
        if notice.tries > Notice::MAX_TRIES {
            return Ok(Next::End(NoticeOutcome::GivenUp));
        }
        let Some(Letter { bot, chat, message }) = self.composer.compose(notice).await? else {
            return Ok(Next::End(NoticeOutcome::Unwanted));
        };
        let Err(error) = self.notifier.send(&bot, &chat, &message).await else {
            return Ok(Next::End(NoticeOutcome::Sent));
        };
        let next = match error {
            NotifierError::Rejected(_) => Next::End(NoticeOutcome::GivenUp),
            NotifierError::Unavailable => Next::after_failure(notice),
            NotifierError::Wait(wait) => {
                let company_waits = Duration::try_from(wait).unwrap_or(Duration::DAY);
                Next::Retry { wait: notice.wait().map(|wait| wait.max(company_waits)), company_waits }
            }
        };
        if next.gives_up() {
            let Notice { company, occasion, tries, .. } = notice;
            let (kind, subject) = (occasion.kind(), occasion.subject());
            tracing::warn!(%company, kind, subject, tries, cause = %error, "notice was not delivered and is given up");
        }
        Ok(next)
    }

    async fn note(&self, notice: Notice, next: Next) -> Stored<()> {
        transact(&*self.storage, move |storage| {
            let notices = storage.notices();
            match next {
                Next::End(outcome) => notices.end(&notice, outcome),
                Next::Retry { wait, company_waits } => {
                    match wait {
                        Some(wait) => notices.put_off(&notice, wait)?,
                        None => notices.end(&notice, NoticeOutcome::GivenUp)?,
                    }
                    if company_waits.is_positive() {
                        notices.put_off_company(&notice.company, company_waits)?;
                    }
                    Ok(())
                }
            }
        })
        .await
    }
}

/// What becomes of a notice after a try.
#[derive(Clone, Copy)]
enum Next {
    End(NoticeOutcome),
    /// Another try after a wait, unless this was the last one. All notices of the company wait at least as long as the
    /// messenger asks for.
    Retry {
        wait: Option<Duration>,
        company_waits: Duration,
    },
}

impl Next {
    fn after_failure(notice: &Notice) -> Self {
        Self::Retry { wait: notice.wait(), company_waits: Duration::ZERO }
    }

    const fn gives_up(self) -> bool {
        matches!(self, Self::End(NoticeOutcome::GivenUp) | Self::Retry { wait: None, .. })
    }
}
