//! Summaries of what fails again and again, so that an outage does not flood the log.
//!
//! An event with the field `outage` belongs to the outage of that name. The first one is logged. Those that follow within
//! the interval are counted, and the background job logs their number with the last cause.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::layer::{Context, Filter};

use crate::background::Job;

/// How often summaries are logged.
const INTERVAL: Duration = Duration::from_secs(10);

/// The outages of this process. The log is the process's, too.
pub(super) static OUTAGES: Outages = Outages(Mutex::new(BTreeMap::new()));

/// Outages by name.
pub(super) struct Outages(Mutex<BTreeMap<String, Outage>>);

#[derive(Debug, Default)]
struct Outage {
    /// How many failures were not logged.
    more: u64,
    last_cause: String,
}

impl Outages {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Outage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a failure. Says whether it is the first one, which is logged.
    fn is_first(&self, failure: Failure) -> bool {
        let Some(name) = failure.outage else { return true };
        let mut all = self.all();
        let Some(outage) = all.get_mut(&name) else {
            all.insert(name, Outage::default());
            return true;
        };
        outage.more += 1;
        outage.last_cause = failure.cause;
        false
    }

    /// The outages with failures that were not logged. An outage without any is over.
    fn summaries(&self) -> BTreeMap<String, Outage> {
        let mut all = self.all();
        all.retain(|_, outage| outage.more > 0);
        let names: Vec<String> = all.keys().cloned().collect();
        let taken = all.iter_mut().map(|(_, outage)| std::mem::take(outage));
        names.into_iter().zip(taken).collect()
    }
}

/// What an event says of an outage.
#[derive(Default)]
struct Failure {
    outage: Option<String>,
    cause: String,
}

impl Visit for Failure {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "outage" => self.outage = Some(value.to_owned()),
            "cause" => value.clone_into(&mut self.cause),
            _ => {}
        }
    }
}

/// Keeps the first event of each outage.
pub(super) struct FirstOfOutage;

impl<S: Subscriber> Filter<S> for FirstOfOutage {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        if event.fields().all(|field| field.name() != "outage") {
            return true;
        }
        let mut failure = Failure::default();
        event.record(&mut failure);
        OUTAGES.is_first(failure)
    }
}

/// Logs how many failures were not logged.
pub(crate) fn summaries() -> Job {
    Job::new("log summaries", INTERVAL, |_| async {
        for (name, Outage { more, last_cause }) in OUTAGES.summaries() {
            tracing::error!(of = name, more, last_cause, "failures continue");
        }
        anyhow::Ok(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(outage: Option<&str>, cause: &str) -> Failure {
        Failure { outage: outage.map(str::to_owned), cause: cause.to_owned() }
    }

    #[test]
    fn the_first_failure_of_each_outage_is_logged_and_the_rest_counted() {
        let outages = Outages(Mutex::new(BTreeMap::new()));
        for outage in ["unavailable", "busy"] {
            assert!(outages.is_first(failure(Some(outage), "first")));
            assert!(!outages.is_first(failure(Some(outage), "second")));
        }
        assert!(!outages.is_first(failure(Some("busy"), "third")));
        assert!(outages.is_first(failure(None, "no outage")) && outages.is_first(failure(None, "no outage")));
        let told: Vec<_> =
            outages.summaries().into_iter().map(|(name, outage)| (name, outage.more, outage.last_cause)).collect();
        let expected = [("busy".to_owned(), 2, "third".to_owned()), ("unavailable".to_owned(), 1, "second".to_owned())];
        assert_eq!(told, expected);

        assert!(!outages.is_first(failure(Some("busy"), "fourth")), "it goes on");
        assert_eq!(outages.summaries().len(), 1);
        assert!(outages.summaries().is_empty());
        assert!(outages.is_first(failure(Some("busy"), "anew")), "it was over");
    }
}
