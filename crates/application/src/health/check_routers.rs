use std::{pin::pin, sync::Arc};

use futures_util::{Stream, StreamExt, TryStreamExt, lock::Mutex, stream};
use portero_domain::{
    health::{Claim, Condition, HealthChange, RouterHealth},
    ids::RouterId,
    notification::{NewNotice, Occasion, RouterEvent},
    ports::{Claims, Clock, RouterProbe, StorageError, Stored, VaultError, transact},
    router::Router,
};
use thiserror::Error;

use super::HealthChecks;
use crate::routers::RouterAccessLoader;

/// Checks the routers that are due, and stores the results. A company gets a notice when a problem of its router begins and
/// when it ends (`R1807`).
///
/// It sends few statements to the store, so it does not slow down purchases: one claim and one result at a time.
pub struct CheckRouters {
    pub(crate) access: RouterAccessLoader,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) probe: Arc<dyn RouterProbe>,
    pub(crate) checks: HealthChecks,
}

/// Why a router was not checked, or its check has no result.
#[derive(Debug, Error)]
pub enum HealthCheckError {
    /// The router's password cannot be decrypted.
    #[error("the password of the router {router} cannot be decrypted")]
    Vault {
        /// Which router.
        router: RouterId,
        /// Why.
        source: VaultError,
    },
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CheckRouters {
    /// Checks routers until none is due any more, and returns the number of checked routers. After `stop`, no further
    /// router is taken, and running checks end within their timeout.
    ///
    /// Slow routers do not delay fast ones: as soon as one check ends, another starts. An error of one check is
    /// returned when all others are done.
    pub async fn execute(&self, stop: impl Future<Output = ()>) -> Result<usize, HealthCheckError> {
        let recording = Mutex::new(());
        let running = self.due().take_until(stop).map(|claim| self.check(claim, &recording));
        let mut running = pin!(running.buffer_unordered(self.checks.at_once.into()));
        let (mut checked, mut failure) = (0, None);
        while let Some(outcome) = running.next().await {
            match outcome {
                Ok(()) => checked += 1,
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        failure.map_or(Ok(checked), Err)
    }

    /// The routers that are due. Each part is claimed when the stream reaches it.
    fn due(&self) -> impl Stream<Item = Stored<Claim>> + Send {
        let parts = stream::try_unfold(true, move |more| async move {
            if !more {
                return Ok(None);
            }
            let Claims { claims, more } = self.claim().await?;
            Ok(Some((stream::iter(claims), more)))
        });
        parts.try_flatten()
    }

    /// Claims at most as many routers as are checked at once, so that none waits long for its turn.
    async fn claim(&self) -> Stored<Claims> {
        let (now, checks) = (self.clock.now(), self.checks);
        transact(&*self.access.storage, move |storage| {
            storage.router_healths().claim_due(now, checks.at_once, &|router| checks.next_check(router, now))
        })
        .await
    }

    async fn check(&self, claim: Stored<Claim>, recording: &Mutex<()>) -> Result<(), HealthCheckError> {
        let claim = claim?;
        let router = &claim.router;
        let access = self.access.decrypt(router);
        let access = access.map_err(|source| HealthCheckError::Vault { router: router.id.clone(), source })?;
        let result = self.probe.check(&access, self.checks.timeout).await;
        let (id, now) = (router.id.clone(), self.clock.now());
        let turn = recording.lock().await;
        let change = transact(&*self.access.storage, move |storage| {
            let healths = storage.router_healths();
            let before = healths.find(&claim.router.company, &claim.router.id)?;
            let found = RouterHealth::after(before.as_ref(), &claim.router.id, result, now);
            let change = found.change_from(before.as_ref());
            let recorded = healths.record(&claim, &found, change.as_ref())?;
            let news = before.as_ref().and_then(|before| RouterEvent::between(before.condition, found.condition));
            if let Some(event) = news.filter(|_| recorded) {
                let Router { company, id, .. } = claim.router;
                storage.notices().insert(&NewNotice::at(company, Occasion::Router(event, id), now))?;
            }
            Ok::<_, StorageError>(change.filter(|_| recorded).map(|change| (before.is_none(), change)))
        })
        .await?;
        drop(turn);
        if let Some((first, change)) = change {
            tell(&id, first, &change);
        }
        Ok(())
    }
}

/// Tells the log of a change. That a router is well from the start is no news.
fn tell(router: &RouterId, first: bool, change: &HealthChange) {
    let HealthChange { condition, error, .. } = change;
    match (condition, error) {
        (Condition::Online, _) if first => {}
        (Condition::Online, _) => tracing::info!(%router, "router is online again"),
        (condition, error) => tracing::warn!(%router, ?condition, error, "router has a problem"),
    }
}
