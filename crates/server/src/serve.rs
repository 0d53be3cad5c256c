//! Serving.

use std::net::SocketAddr;

use actix_web::HttpServer;
use anyhow::Context;
use portero_domain::text::Name;

use crate::{monitor::Monitor, wiring::Wiring};

/// How long running requests may take to end after SIGTERM, in seconds.
const DRAIN_SECONDS: u64 = 30;

/// Serves until SIGTERM or SIGINT, then lets running requests end. `ready` is told where, once connections are taken.
pub(crate) async fn serve(
    wiring: Wiring,
    ready: impl FnOnce(&[SocketAddr]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Wiring { application, bind, http, first_super_admin, watches_routers } = wiring;
    if let Some(person) = first_super_admin {
        let name = Name::parse("Super Administrador").context("the first super admin has no name")?;
        if application.create_first_super_admin.execute(person.email, name, person.password).await? {
            tracing::info!("first super admin added");
        }
    }
    let watched = watches_routers.then(|| application.clone());
    let server = HttpServer::new(move || portero_http::app(application.clone(), &http))
        .shutdown_timeout(DRAIN_SECONDS)
        .bind(bind.as_slice())
        .context("BIND_ADDR cannot be listened on")?;
    let addresses = server.addrs();
    let server = server.run();
    for address in &addresses {
        tracing::info!(%address, "listening");
    }
    ready(&addresses)?;
    let monitor = watched.map(Monitor::start).transpose().context("SIGTERM cannot be listened for")?;
    server.await?;
    if let Some(monitor) = monitor {
        monitor.end().await;
    }
    tracing::info!("stopped");
    Ok(())
}
