//! All that the service does in the background.

use std::time::Duration;

use actix_web::web::Data;
use portero_application::Application;

use crate::{background::Job, telemetry};

/// The jobs of a serving process.
pub(crate) fn jobs(application: &Data<Application>, checks_routers: bool) -> Vec<Job> {
    let router_checks = checks_routers.then(|| router_checks(Data::clone(application)));
    router_checks.into_iter().chain([telemetry::summaries()]).collect()
}

/// Checks the routers that are due.
fn router_checks(application: Data<Application>) -> Job {
    Job::new("router checks", Duration::from_secs(1), move |stop| {
        let application = Data::clone(&application);
        async move { application.health.check_routers.execute(stop.requested()).await }
    })
}
