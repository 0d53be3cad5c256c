//! Serving.

use std::net::{SocketAddr, TcpListener};

use actix_web::web::Data;
use anyhow::{Context, bail};
use portero_application::{Application, system::CheckedSecrets};
use portero_domain::text::Name;

use crate::{background::Background, connections, jobs::jobs, wiring::Wiring};

/// How long running requests may take to end after SIGTERM, in seconds.
const DRAIN_SECONDS: u64 = 30;

/// Serves until SIGTERM or SIGINT, then lets running requests end. `ready` gets the address once connections are
/// accepted.
pub(crate) async fn serve(
    wiring: Wiring,
    ready: impl FnOnce(&[SocketAddr]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Wiring { application, bind, timeouts, http, first_super_admin, watches_routers, allow_lost_secrets } = wiring;
    check_secrets(&application, allow_lost_secrets).await?;
    if let Some(person) = first_super_admin {
        let name = Name::parse("Super Administrador").context("the first super admin has no name")?;
        if application.users.create_first_super_admin.execute(person.email, name, person.password).await? {
            tracing::info!("first super admin added");
        }
    }
    if application.public_base_url.is_none() {
        tracing::warn!(
            "PUBLIC_BASE_URL is not set: gateways report no changes, so they are asked about each open purchase"
        );
    }
    application.purchases.resume.beat().await?;
    let jobs = jobs(&application, watches_routers);
    let farewell = Data::clone(&application);
    let listeners: Vec<TcpListener> =
        bind.iter().map(TcpListener::bind).collect::<Result<_, _>>().context("BIND_ADDR cannot be listened on")?;
    let addresses: Vec<SocketAddr> = listeners.iter().map(TcpListener::local_addr).collect::<Result<_, _>>()?;
    let app = move || portero_http::app(application.clone(), &http);
    let server = connections::serve(listeners, timeouts, DRAIN_SECONDS, app)?;
    for address in &addresses {
        tracing::info!(%address, "listening");
    }
    ready(&addresses)?;
    let background = Background::start(jobs).context("SIGTERM cannot be listened for")?;
    server.await?;
    background.end().await;
    if let Err(error) = farewell.purchases.resume.leave().await {
        tracing::warn!("other processes take over the purchases of this one in a few seconds: {error}");
    }
    tracing::info!("stopped");
    Ok(())
}

/// Refuses to start with a sealing key that is not that of the stored secrets: all would look well until a router is called.
async fn check_secrets(application: &Application, allow_lost: bool) -> anyhow::Result<()> {
    let CheckedSecrets { open, of_other_keys, damaged, first_closed } =
        application.system.check_secrets.execute().await?;
    let Some(first) = first_closed else { return Ok(()) };
    if of_other_keys > 0 && !allow_lost {
        let all = open + of_other_keys + damaged;
        bail!(
            "ENCRYPTION_KEY and ENCRYPTION_KEYS_OLD do not open {of_other_keys} of {all} stored secrets, the first is \
             {first}; if the key that sealed them is lost for good, set ALLOW_LOST_SECRETS=true and enter them again."
        );
    }
    tracing::error!(of_other_keys, damaged, %first, "stored secrets cannot be decrypted");
    Ok(())
}
