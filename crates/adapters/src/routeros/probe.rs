//! The health of routers, and whether a log-in works.

use std::{sync::Arc, time::Duration};

use portero_domain::{
    network::{CertificateFingerprint, Endpoint},
    ports::{HotspotResult, Vitals},
    router::RouterAccess,
};
use portero_routeros::{
    client::{Answer, Failure},
    proto::Command,
};
use tokio::{runtime::Handle, task::JoinSet, time::Instant};

use super::{clock, errors, router_sessions::RouterSessions, rows};

/// Asks over the kept session. When that is lost under the question, once more.
pub(super) async fn check(
    sessions: &Arc<RouterSessions>,
    access: &RouterAccess,
    patience: Duration,
) -> HotspotResult<Vitals> {
    let until = Instant::now() + patience.min(sessions.dialer.tuning.read);
    let first = check_once(sessions, access, until).await;
    match first {
        Ok(Err(failure)) if errors::is_loss(&failure) => check_once(sessions, access, until).await,
        outcome => outcome,
    }?
    .map_err(|failure| errors::not_answered(&failure))
}

async fn check_once(
    sessions: &Arc<RouterSessions>,
    access: &RouterAccess,
    until: Instant,
) -> HotspotResult<Result<Vitals, Failure>> {
    let lease = sessions.lease(access, until).await?;
    let lease = &lease;
    Ok(vitals(|question| async move { lease.execute(&question, until).await }).await)
}

/// Logs in on a separate session, whatever failed before.
pub(super) async fn try_access(sessions: &Arc<RouterSessions>, access: &RouterAccess) -> HotspotResult<Vitals> {
    let turn = sessions.probe_turn(&access.endpoint).await?;
    let (dialer, theirs) = (Arc::clone(&sessions.dialer), access.clone());
    let tried = on(&sessions.runtime, async move {
        let connection = dialer.dial(&theirs).await?;
        let (session, limit) = (&connection, dialer.tuning.read);
        let vitals = vitals(|question| async move { session.execute(&question, limit).await }).await;
        connection.close();
        connection.until_over().await;
        drop(turn);
        vitals.map_err(|failure| errors::not_answered(&failure))
    })
    .await?;
    sessions.session(&access.router).forgive(access);
    Ok(tried)
}

/// The certificate that a router shows.
pub(super) async fn certificate(
    sessions: &Arc<RouterSessions>,
    endpoint: &Endpoint,
) -> HotspotResult<CertificateFingerprint> {
    if !endpoint.tls {
        return Err(errors::unreachable("it is registered without TLS"));
    }
    let turn = sessions.probe_turn(endpoint).await?;
    let (dialer, endpoint) = (Arc::clone(&sessions.dialer), endpoint.clone());
    on(&sessions.runtime, async move {
        let found = dialer.certificate(&endpoint).await;
        drop(turn);
        found
    })
    .await
}

/// Runs a probe on the sessions' own runtime. It ends with its caller.
async fn on<T: Send + 'static>(
    runtime: &Handle,
    probe: impl Future<Output = HotspotResult<T>> + Send + 'static,
) -> HotspotResult<T> {
    let mut task = JoinSet::new();
    task.spawn_on(probe, runtime);
    match task.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(_)) | None => Err(errors::unreachable("Portero is stopping")),
    }
}

/// Asks a router three questions at once.
async fn vitals<F: Future<Output = Result<Answer, Failure>>>(ask: impl Fn(Command) -> F) -> Result<Vitals, Failure> {
    let asked = Instant::now();
    let (resource, identity, time) = tokio::try_join!(
        ask(Command::new("/system/resource/print").proplist(&["version"])),
        ask(Command::new("/system/identity/print").proplist(&["name"])),
        ask(Command::new("/system/clock/print").proplist(clock::CLOCK))
    )?;
    Ok(Vitals {
        identity: identity.rows.first().and_then(|row| rows::text(row, "name")).unwrap_or_default(),
        version: resource.rows.first().and_then(|row| rows::text(row, "version")).unwrap_or_default(),
        clock: time.rows.first().and_then(clock::moment),
        latency: asked.elapsed(),
    })
}
