use std::{
    collections::BTreeMap,
    future::{pending, ready},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use portero_application::webhooks::{ChargeReports, Noted, ProcessWebhooks};
use portero_domain::{
    gateway::Gateway,
    ids::CompanyId,
    ports::{StorageError, Stored, transact},
    webhook::WebhookEvent,
};
use portero_testkit::{
    CountingIds, EventRow, FakeRouters, FixedClock, InMemory,
    builders::{a_company, a_webhook_event, company_id},
    fake_ports,
};
use time::Duration;
use tokio::{sync::Semaphore, task::yield_now};

/// Notes every event, and returns the outcomes of the test.
struct Reports {
    seen: Mutex<Vec<WebhookEvent>>,
    answers: Mutex<BTreeMap<String, Result<Noted, StorageError>>>,
    slow: Mutex<Option<CompanyId>>,
    running: Mutex<BTreeMap<CompanyId, usize>>,
    most: Mutex<BTreeMap<CompanyId, usize>>,
    permits: Semaphore,
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            seen: Mutex::default(),
            answers: Mutex::default(),
            slow: Mutex::default(),
            running: Mutex::default(),
            most: Mutex::default(),
            permits: Semaphore::new(0),
        }
    }
}

impl Reports {
    /// Answers about the event with this id from now on.
    fn answer(&self, event: &str, answer: Result<Noted, StorageError>) {
        self.answers.lock().unwrap().insert(event.to_owned(), answer);
    }

    /// The ids of the events so far.
    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().iter().map(|event| event.id.as_str().to_owned()).collect()
    }

    fn began(&self, company: &CompanyId) {
        let mut running = self.running.lock().unwrap();
        let number = running.entry(company.clone()).or_default();
        *number += 1;
        let mut most = self.most.lock().unwrap();
        let most = most.entry(company.clone()).or_default();
        *most = (*most).max(*number);
    }
}

#[async_trait]
impl ChargeReports for Reports {
    async fn changed(
        &self,
        company: &CompanyId,
        gateway: Gateway,
        event: &WebhookEvent,
    ) -> Result<Noted, StorageError> {
        assert_eq!((company, gateway), (&event.company, event.gateway));
        self.began(company);
        self.seen.lock().unwrap().push(event.clone());
        let is_slow = self.slow.lock().unwrap().as_ref() == Some(company);
        if is_slow {
            self.permits.acquire().await.unwrap().forget();
        }
        yield_now().await;
        *self.running.lock().unwrap().get_mut(company).unwrap() -= 1;
        self.answers.lock().unwrap().remove(event.id.as_str()).unwrap_or(Ok(Noted::Done))
    }
}

struct World {
    store: InMemory,
    reports: Arc<Reports>,
    process: ProcessWebhooks,
}

fn slow_company() -> CompanyId {
    company_id("EMP_0000000001")
}

fn other_company() -> CompanyId {
    company_id("EMP_0000000002")
}

fn world() -> World {
    let companies = [a_company().build().id, slow_company(), other_company()];
    let companies = companies.iter().map(|id| a_company().id(id.as_str()).build());
    let store = companies.fold(InMemory::new(), InMemory::with_company);
    let ports = fake_ports(&store, &FixedClock::default(), &CountingIds::default(), &FakeRouters::default());
    let reports = Arc::new(Reports::default());
    let process = ProcessWebhooks::new(&ports, Arc::clone(&reports) as Arc<dyn ChargeReports>);
    World { store, reports, process }
}

impl World {
    async fn given(&self, events: impl IntoIterator<Item = WebhookEvent>) {
        let events: Vec<_> = events.into_iter().collect();
        let added: Stored<()> = transact(&self.store, move |storage| {
            for event in &events {
                storage.webhook_events().insert(event)?.unwrap();
            }
            Ok(())
        })
        .await;
        added.unwrap();
    }

    async fn run(&self) -> Stored<usize> {
        self.process.execute(pending(), yield_now).await
    }

    fn row(&self, event: &str) -> Option<EventRow> {
        self.store.tables().webhook_events.into_iter().find(|row| row.event.id.as_str() == event)
    }

    /// The seconds until the event is due again. Nothing when it is settled.
    fn wait(&self, event: &str) -> Option<i64> {
        let row = self.row(event).unwrap();
        row.next_try.map(|at| at.since(portero_testkit::builders::start()).whole_seconds())
    }
}

fn event(id: &str) -> WebhookEvent {
    a_webhook_event().id(id).build()
}

fn failed() -> StorageError {
    StorageError::Failed("told to fail".into())
}

#[tokio::test]
async fn every_event_is_reported_once_and_settled() {
    let world = world();
    let events: Vec<_> = (0..100).map(|number| event(&number.to_string())).collect();
    world.given(events.clone()).await;
    assert_eq!(world.run().await.unwrap(), 100);
    let mut seen = world.reports.seen();
    seen.sort();
    let mut expected: Vec<_> = events.iter().map(|event| event.id.as_str().to_owned()).collect();
    expected.sort();
    assert_eq!(seen, expected);
    assert!(world.store.tables().webhook_events.iter().all(|row| row.next_try.is_none()));
    assert_eq!(world.run().await.unwrap(), 0);
}

#[tokio::test]
async fn an_unknown_charge_is_retried_with_growing_waits_for_a_day() {
    let world = world();
    world.given([event("1")]).await;
    let mut waits = Vec::new();
    while world.row("1").is_some() {
        world.reports.answer("1", Ok(Noted::UnknownReference));
        assert_eq!(world.run().await.unwrap(), 1);
        if world.row("1").is_some() {
            let wait = world.wait("1").unwrap();
            waits.push(wait);
            world.store.pass_time(Duration::seconds(wait - 1));
            assert_eq!(world.run().await.unwrap(), 0, "not sooner");
            world.store.pass_time(Duration::SECOND);
        }
    }
    assert_eq!(waits[..13], [2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600]);
    assert!((86_400..90_000).contains(&waits.iter().sum::<i64>()), "{waits:?}");
}

#[tokio::test]
async fn an_unknown_charge_that_becomes_known_is_settled() {
    let world = world();
    world.given([event("1")]).await;
    world.reports.answer("1", Ok(Noted::UnknownReference));
    world.run().await.unwrap();
    world.store.pass_time(Duration::seconds(2));
    assert_eq!(world.run().await.unwrap(), 1);
    assert_eq!(world.wait("1"), None);
    assert_eq!(world.reports.seen(), ["1", "1"]);
}

#[tokio::test]
async fn an_event_of_a_known_purchase_is_not_given_up_after_a_day() {
    let world = world();
    world.given([event("1")]).await;
    world.store.pass_time(Duration::days(2));
    world.reports.answer("1", Ok(Noted::TryLater));
    assert_eq!(world.run().await.unwrap(), 1);
    assert_eq!(world.wait("1"), Some(2));
}

#[tokio::test]
async fn an_event_that_cannot_be_reported_waits_and_holds_up_no_other() {
    let world = world();
    world.given(["1", "2", "3"].map(event)).await;
    world.reports.answer("2", Err(failed()));
    assert!(world.run().await.is_err());
    assert_eq!(["1", "2", "3"].map(|event| world.wait(event)), [None, Some(2), None]);
    world.store.pass_time(Duration::seconds(2));
    assert_eq!(world.run().await.unwrap(), 1);
    assert_eq!(world.wait("2"), None);
}

/// The claim of an event that was reported and not noted ends, so that it is reported again.
#[tokio::test]
async fn no_event_is_lost_wherever_the_store_fails() {
    for step in 1.. {
        let world = world();
        world.given(["1", "2"].map(event)).await;
        world.store.fail_at(step);
        let outcome = world.run().await;
        if world.store.disarm() {
            assert!(step > 8, "two events take some steps");
            return;
        }
        assert!(outcome.is_err(), "at step {step}");
        world.store.pass_time(Duration::minutes(2));
        world.run().await.unwrap();
        assert_eq!(["1", "2"].map(|event| world.wait(event)), [None, None], "at step {step}");
    }
}

fn events_of(company: &CompanyId, number: usize) -> Vec<WebhookEvent> {
    let id = |number: usize| format!("{company}-{number}");
    (0..number).map(|number| a_webhook_event().of(company).id(&id(number)).build()).collect()
}

/// The slow company's events are due first, and it has many. The other one's arrive before and during the wait.
#[tokio::test]
async fn a_slow_company_delays_no_other_and_has_eight_events_at_once() {
    let world = world();
    *world.reports.slow.lock().unwrap() = Some(slow_company());
    world.given(events_of(&slow_company(), 50)).await;
    world.store.pass_time(Duration::MINUTE);
    let (early, late) = (events_of(&other_company(), 20), events_of(&a_company().build().id, 1));
    world.given(early).await;
    let settled = |company: CompanyId| {
        let rows = world.store.tables().webhook_events;
        rows.iter().filter(|row| row.event.company == company && row.next_try.is_none()).count()
    };
    let others = async {
        while settled(other_company()) < 20 {
            yield_now().await;
        }
        world.given(late).await;
        while settled(a_company().build().id) < 1 {
            yield_now().await;
        }
        assert_eq!(settled(slow_company()), 0);
        assert_eq!(world.reports.running.lock().unwrap()[&slow_company()], 8);
        world.reports.permits.add_permits(50);
    };
    let (processed, ()) = tokio::join!(world.run(), others);
    assert_eq!(processed.unwrap(), 71);
    let most = world.reports.most.lock().unwrap();
    assert!(most.values().all(|&number| number <= 8), "{most:?}");
}

#[tokio::test]
async fn thirty_two_events_are_processed_at_once() {
    let world = world();
    let companies = (10..20).map(|number| company_id(&format!("EMP_00000000{number}")));
    for company in companies {
        let _ = world.store.clone().with_company(a_company().id(company.as_str()).build());
        world.given(events_of(&company, 10)).await;
    }
    assert_eq!(world.run().await.unwrap(), 100);
    let most = world.reports.most.lock().unwrap();
    assert!(most.values().all(|&number| number <= 8), "{most:?}");
    assert!(most.values().sum::<usize>() >= 32, "{most:?}");
}

#[tokio::test]
async fn after_the_stop_no_further_event_is_claimed_and_the_running_ones_end() {
    let world = world();
    world.given(["1", "2"].map(event)).await;
    assert_eq!(world.process.execute(ready(()), yield_now).await.unwrap(), 0);
    assert_eq!(world.row("1").unwrap().tries, 0);
    *world.reports.slow.lock().unwrap() = Some(slow_company());
    world.given(events_of(&slow_company(), 9)).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ending = async {
        while world.reports.seen().len() < 10 {
            yield_now().await;
        }
        stop.send(()).unwrap();
        world.reports.permits.add_permits(9);
    };
    let stopped = async { stopped.await.unwrap() };
    let (processed, ()) = tokio::join!(world.process.execute(stopped, yield_now), ending);
    assert_eq!(processed.unwrap(), 10, "the ninth of the slow company was not claimed");
}
