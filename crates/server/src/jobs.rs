//! All that the service does in the background.

use std::time::Duration;

use actix_web::web::Data;
use portero_application::Application;
use tokio::time::sleep;

use crate::{background::Job, telemetry};

/// The jobs of a serving process.
pub(crate) fn jobs(application: &Data<Application>, checks_routers: bool) -> Vec<Job> {
    let router_checks = checks_routers.then(|| router_checks(Data::clone(application)));
    let selling = [
        heartbeat(Data::clone(application)),
        purchases(Data::clone(application)),
        webhooks(Data::clone(application)),
        old_webhooks(Data::clone(application)),
        reconciliations(Data::clone(application)),
    ];
    let notices = [
        notices(Data::clone(application)),
        expiring_keys(Data::clone(application)),
        old_notices(Data::clone(application)),
    ];
    router_checks.into_iter().chain(selling).chain(notices).chain([telemetry::summaries()]).collect()
}

/// Sends the notices to companies that are due.
fn notices(application: Data<Application>) -> Job {
    const PAUSE: Duration = Duration::from_secs(1);
    Job::new("notices", PAUSE, move |stop| {
        let application = Data::clone(&application);
        async move { application.notifications.deliver.execute(stop.requested(), || sleep(PAUSE)).await }
    })
}

/// Looks for API keys that expire soon.
fn expiring_keys(application: Data<Application>) -> Job {
    Job::new("expiring keys", Duration::from_mins(5), move |_| {
        let application = Data::clone(&application);
        async move { application.notifications.scan_expiring_keys.execute().await }
    })
}

/// Deletes old notices.
fn old_notices(application: Data<Application>) -> Job {
    Job::new("old notices", Duration::from_hours(1), move |_| {
        let application = Data::clone(&application);
        async move { application.notifications.prune.execute().await }
    })
}

/// Checks the routers that are due.
fn router_checks(application: Data<Application>) -> Job {
    Job::new("router checks", Duration::from_secs(1), move |stop| {
        let application = Data::clone(&application);
        async move { application.health.check_routers.execute(stop.requested()).await }
    })
}

/// Says that this process is alive, and lets others' work go on if they are not.
fn heartbeat(application: Data<Application>) -> Job {
    Job::new("heartbeat", Duration::from_secs(1), move |_| {
        let application = Data::clone(&application);
        async move {
            let released = application.purchases.resume.beat().await?;
            if released > 0 {
                tracing::warn!(purchases = released, "a process is gone, its purchases go on here");
            }
            anyhow::Ok(0)
        }
    })
}

/// Goes on with the purchases that are due.
fn purchases(application: Data<Application>) -> Job {
    Job::new("purchases", Duration::from_millis(500), move |stop| {
        let application = Data::clone(&application);
        async move { application.purchases.resume.execute(stop.requested()).await }
    })
}

/// Compares the purchases of the companies that are due with the lists of their gateways.
fn reconciliations(application: Data<Application>) -> Job {
    Job::new("reconciliations", Duration::from_mins(1), move |stop| {
        let application = Data::clone(&application);
        async move { application.purchases.reconcile_daily.execute(stop.requested()).await }
    })
}

/// Asks the gateways about the charges that webhooks name.
fn webhooks(application: Data<Application>) -> Job {
    Job::new("webhooks", Duration::from_millis(500), move |stop| {
        let application = Data::clone(&application);
        async move {
            let pause = || sleep(Duration::from_millis(500));
            application.webhooks.process.execute(stop.requested(), pause).await
        }
    })
}

/// Deletes old webhooks.
fn old_webhooks(application: Data<Application>) -> Job {
    Job::new("old webhooks", Duration::from_hours(1), move |_| {
        let application = Data::clone(&application);
        async move { application.webhooks.prune.execute().await }
    })
}
