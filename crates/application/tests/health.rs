//! The health of the routers: checked when due, returned for one router and for all.

use std::{
    collections::BTreeMap,
    future::{pending, ready},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
    time::Duration as Span,
};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, FutureExt, Shared};
use portero_application::{
    Activation, Settings,
    health::{HealthCheckError, HealthChecks, KnownHealth},
};
use portero_domain::{
    Timestamp,
    filter::FleetFilter,
    health::{Condition, Contact, FleetRouter, FleetState, HealthChange, RouterHealth},
    ids::RouterId,
    network::{CertificateFingerprint, Endpoint},
    page::Page,
    ports::{
        HotspotError, HotspotResult, MockRouterProbe, RouterProbe, StorageError, Stored, UnitOfWork, VaultError,
        Vitals, Work, transact,
    },
    router::{Router, RouterAccess},
};
use portero_testkit::{
    FakeRouters, HealthRow, InMemory,
    builders::{a_company, a_router, start},
};
use time::Duration;
use tokio::sync::oneshot;

use crate::support::{
    World, a_shop, another_companys_router, assert_is, secret, the_company, the_router, two_shops, wrong_owners,
};

/// Looks at all that is due.
async fn look(world: &World) -> Result<usize, HealthCheckError> {
    world.app.health.check_routers.execute(pending()).await
}

fn row(world: &World, router: &RouterId) -> HealthRow {
    let healths = world.store.tables().healths;
    healths.into_iter().find(|row| row.router == *router).unwrap()
}

/// What is known of the router of the shop.
fn health(world: &World) -> Option<RouterHealth> {
    row(world, &the_router()).health
}

fn away() -> HotspotError {
    HotspotError::Unreachable("connection refused".to_owned())
}

fn online(at: Timestamp) -> RouterHealth {
    let contact =
        Contact { at, latency: Span::from_millis(12), version: "7.18.2 (stable)".to_owned(), clock_skew: None };
    RouterHealth {
        router: the_router(),
        condition: Condition::Online,
        since: at,
        checked_at: at,
        error: None,
        contact: Some(contact),
    }
}

#[tokio::test]
async fn a_due_router_is_looked_at_with_its_own_access_and_what_was_found_is_kept() {
    let world = World::over(a_shop());
    let now = world.clock.advance(Duration::HOUR);
    assert_eq!(look(&world).await.unwrap(), 1);
    let accesses = world.routers.router().accesses.clone();
    assert_eq!(accesses, [a_router().build().access(secret("secure_password"))]);
    let HealthRow { health, changes, next_check, .. } = row(&world, &the_router());
    assert_eq!(health, Some(online(now)));
    assert_eq!(changes, [HealthChange { at: now, condition: Condition::Online, error: None }]);
    assert!((50..=70).contains(&next_check.since(now).whole_seconds()), "{next_check:?}");
}

#[tokio::test]
async fn a_router_has_as_long_to_answer_as_is_set() {
    let mut probe = MockRouterProbe::new();
    let vitals = FakeRouters::default().router().vitals.clone();
    probe
        .expect_check()
        .withf(|_, patience| *patience == Span::from_secs(10))
        .returning(move |_, _| Ok(vitals.clone()));
    let world = World::with(a_shop(), |ports| ports.router_probe = Arc::new(probe));
    assert_eq!(look(&world).await.unwrap(), 1);
}

#[tokio::test]
async fn a_router_is_left_alone_until_its_next_check() {
    let world = World::over(a_shop());
    assert_eq!(look(&world).await.unwrap(), 1);
    world.clock.advance(Duration::seconds(49));
    assert_eq!(look(&world).await.unwrap(), 0);
    assert_eq!(world.routers.router().accesses.len(), 1);
    let now = world.clock.advance(Duration::seconds(22));
    assert_eq!(look(&world).await.unwrap(), 1);
    let expected = online(now);
    assert_eq!(health(&world), Some(RouterHealth { since: start(), ..expected }));
}

#[tokio::test]
async fn every_router_that_is_due_gets_its_look_however_many_they_are() {
    let store = (1..200).fold(a_shop(), |store, number| store.with_router(numbered(number)));
    let world = World::over(store);
    assert_eq!(look(&world).await.unwrap(), 200);
    assert!(world.store.tables().healths.iter().all(|row| row.health.is_some()));
    assert_eq!(look(&world).await.unwrap(), 0);
}

#[tokio::test]
async fn inactive_routers_are_not_asked() {
    let store = InMemory::new()
        .with_company(a_company().build())
        .with_company(a_company().id("EMP_0000000002").inactive().build())
        .with_router(a_router().inactive().build())
        .with_router(a_router().id("RTR_00000002").of(&a_company().id("EMP_0000000002").build().id).build());
    let world = World::over(store);
    assert_eq!(look(&world).await.unwrap(), 0);
    assert!(world.routers.router().accesses.is_empty());
}

#[tokio::test]
async fn what_goes_wrong_is_kept_with_the_last_contact_and_only_changes_are_noted() {
    let world = World::over(a_shop());
    look(&world).await.unwrap();
    world.routers.fail_from(1, away());
    let failed_at = world.clock.advance(Duration::minutes(2));
    look(&world).await.unwrap();
    let now = world.clock.advance(Duration::minutes(2));
    look(&world).await.unwrap();
    let error = Some("the router cannot be reached: connection refused".to_owned());
    let expected = RouterHealth {
        condition: Condition::Unreachable,
        since: failed_at,
        checked_at: now,
        error: error.clone(),
        ..online(start())
    };
    assert_eq!(health(&world), Some(expected));

    world.routers.recover();
    let back_at = world.clock.advance(Duration::minutes(2));
    look(&world).await.unwrap();
    let changes = row(&world, &the_router()).changes;
    let change = |at, condition, error| HealthChange { at, condition, error };
    assert_eq!(
        changes,
        [
            change(start(), Condition::Online, None),
            change(failed_at, Condition::Unreachable, error),
            change(back_at, Condition::Online, None),
        ]
    );
}

fn numbered(number: u32) -> Router {
    a_router().id(&format!("RTR_{number:08X}")).build()
}

/// Routers that answer once a test lets them.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<HeldRouters>>);

#[derive(Default)]
struct HeldRouters {
    gates: BTreeMap<RouterId, Shared<BoxFuture<'static, ()>>>,
    asked: Vec<RouterId>,
}

impl Held {
    /// Lets this router answer only when the sender is gone.
    fn hold(&self, router: &RouterId) -> oneshot::Sender<()> {
        let (held, gate) = oneshot::channel();
        let gate = gate.map(|_| ()).boxed().shared();
        self.0.lock().unwrap().gates.insert(router.clone(), gate);
        held
    }

    /// The checked routers, in this order.
    fn asked(&self) -> Vec<RouterId> {
        self.0.lock().unwrap().asked.clone()
    }
}

#[async_trait]
impl RouterProbe for Held {
    async fn check(&self, router: &RouterAccess, _: Span) -> HotspotResult<Vitals> {
        let gate = {
            let mut held = self.0.lock().unwrap();
            held.asked.push(router.router.clone());
            held.gates.get(&router.router).cloned()
        };
        if let Some(gate) = gate {
            gate.await;
        }
        Ok(FakeRouters::default().router().vitals.clone())
    }

    async fn try_access(&self, _: &RouterAccess) -> HotspotResult<Vitals> {
        unreachable!("nobody signs in afresh")
    }

    async fn certificate(&self, _: &Endpoint) -> HotspotResult<CertificateFingerprint> {
        unreachable!("nobody asks for the certificate")
    }
}

/// Five routers in the order of their registration. Two are checked at a time.
fn five_held(held: &Held) -> World {
    let store = (1..=5)
        .fold(InMemory::new().with_company(a_company().build()), |store, number| store.with_router(numbered(number)));
    let checks = HealthChecks { at_once: 2, ..HealthChecks::default() };
    let settings = Settings { health_checks: checks, ..Settings::default() };
    World::set(store, &settings, |ports| ports.router_probe = Arc::new(held.clone()))
}

/// Lets a round go on as far as it can. Answers how it ended, if it did.
fn go_on<T>(mut round: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    // It may give way to others now and then, though there are none.
    (0..100).find_map(|_| match round.as_mut().poll(&mut context) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    })
}

/// The numbers of the routers that have a recorded check.
fn recorded(world: &World) -> Vec<u32> {
    let known = |number: &u32| row(world, &numbered(*number).id).health.is_some();
    (1..=5).filter(known).collect()
}

#[tokio::test]
async fn a_slow_router_holds_up_nobody() {
    let held = Held::default();
    let world = five_held(&held);
    let slow = held.hold(&numbered(1).id);
    let mut round = pin!(world.app.health.check_routers.execute(pending()));
    assert_is!(go_on(round.as_mut()), None);
    assert_eq!(recorded(&world), [2, 3, 4, 5]);
    drop(slow);
    assert_is!(go_on(round.as_mut()), Some(Ok(5)));
    assert_eq!(recorded(&world), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn no_more_are_looked_at_at_once_than_is_set() {
    let held = Held::default();
    let world = five_held(&held);
    let slow = [1, 2].map(|number| held.hold(&numbered(number).id));
    let mut round = pin!(world.app.health.check_routers.execute(pending()));
    assert_is!(go_on(round.as_mut()), None);
    assert_eq!(held.asked(), [1, 2].map(|number| numbered(number).id));
    let due = |tables: &[HealthRow]| tables.iter().filter(|row| row.next_check <= start()).count();
    assert!(due(&world.store.tables().healths) >= 1, "nobody is claimed long before its turn");
    drop(slow);
    assert_is!(go_on(round.as_mut()), Some(Ok(5)));
}

#[tokio::test]
async fn a_round_that_is_to_stop_takes_nobody_more_and_ends_what_it_began() {
    let held = Held::default();
    let world = five_held(&held);
    let slow = [1, 2].map(|number| held.hold(&numbered(number).id));
    let (stop, stopped) = oneshot::channel::<()>();
    let mut round = pin!(world.app.health.check_routers.execute(stopped.map(|_| ())));
    assert_is!(go_on(round.as_mut()), None);
    drop(stop);
    assert_is!(go_on(round.as_mut()), None);
    drop(slow);
    assert_is!(go_on(round.as_mut()), Some(Ok(2)));
    assert_eq!(recorded(&world), [1, 2]);

    let after_all = world.app.health.check_routers.execute(ready(()));
    assert_is!(after_all.await, Ok(0));
    assert_eq!(recorded(&world), [1, 2]);
}

/// A store that takes its time, and knows how many pieces of work were under way at most.
#[derive(Clone)]
struct Crowded {
    store: InMemory,
    under_way: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

#[async_trait]
impl UnitOfWork for Crowded {
    async fn run(&self, work: Work) -> Stored<()> {
        self.most.fetch_max(1 + self.under_way.fetch_add(1, SeqCst), SeqCst);
        tokio::task::yield_now().await;
        let done = self.store.run(work).await;
        self.under_way.fetch_sub(1, SeqCst);
        done
    }

    async fn ping(&self) -> Stored<()> {
        self.store.ping().await
    }
}

#[tokio::test]
async fn looking_at_many_routers_keeps_at_most_two_connections_of_the_store() {
    let store = (1..100).fold(a_shop(), |store, number| store.with_router(numbered(number)));
    let (under_way, most) = (Arc::default(), Arc::<AtomicUsize>::default());
    let crowded = Crowded { store: store.clone(), under_way, most: Arc::clone(&most) };
    let world = World::with(store, |ports| ports.storage = Arc::new(crowded));
    assert_is!(look(&world).await, Ok(100));
    assert_eq!(most.load(SeqCst), 2, "a claim and a result");
}

/// Makes a router due, as an edit does.
async fn make_due(store: &InMemory, router: RouterId) {
    let made: Stored<()> =
        transact(store, move |storage| storage.router_healths().make_due(&a_company().build().id, &router)).await;
    made.unwrap();
}

#[tokio::test]
async fn what_was_found_of_a_router_that_was_made_due_meanwhile_is_dropped() {
    let held = Held::default();
    let world = five_held(&held);
    let slow = held.hold(&numbered(1).id);
    let mut round = pin!(world.app.health.check_routers.execute(pending()));
    assert_is!(go_on(round.as_mut()), None);
    make_due(&world.store, numbered(1).id).await;
    drop(slow);
    assert_is!(go_on(round.as_mut()), Some(Ok(_)));
    assert_eq!(recorded(&world), [2, 3, 4, 5]);
    assert_is!(world.app.health.check_routers.execute(pending()).await, Ok(1));
    assert_eq!(recorded(&world), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_router_that_is_deleted_while_it_is_looked_at_leaves_no_trace() {
    let held = Held::default();
    let world = five_held(&held);
    let slow = held.hold(&numbered(1).id);
    let mut round = pin!(world.app.health.check_routers.execute(pending()));
    assert_is!(go_on(round.as_mut()), None);
    world.app.routers.delete.execute(the_company(), numbered(1).id).await.unwrap();
    drop(slow);
    assert_is!(go_on(round.as_mut()), Some(Ok(_)));
    assert!(world.store.tables().healths.iter().all(|row| row.router != numbered(1).id));
}

/// A round on three routers: a beginning, a claim and a commit; then for each router a beginning, a question, a result
/// and a commit.
#[tokio::test]
async fn a_failure_of_the_store_is_told_and_costs_one_look() {
    let store = || {
        (1..=3).fold(InMemory::new().with_company(a_company().build()), |store, number| {
            store.with_router(numbered(number))
        })
    };
    for (call, known) in [(1, 0), (3, 0), (4, 2), (7, 2), (8, 2), (11, 2), (15, 2)] {
        let world = World::over(store());
        world.store.fail_at(call);
        assert_is!(look(&world).await, Err(HealthCheckError::Storage(StorageError::Failed(_))));
        let recorded = world.store.tables().healths.iter().filter(|row| row.health.is_some()).count();
        assert_eq!(recorded, known, "failed at call {call}");
        world.clock.advance(Duration::minutes(2));
        assert_is!(look(&world).await, Ok(3));
    }
}

#[tokio::test]
async fn a_password_that_does_not_open_is_told_and_holds_up_no_other_router() {
    let mut broken = numbered(1);
    broken.credentials.password = numbered(2).credentials.password;
    let store = InMemory::new().with_company(a_company().build()).with_router(broken).with_router(a_router().build());
    let world = World::over(store);
    match look(&world).await {
        Err(HealthCheckError::Vault { router, source }) => {
            assert_eq!((router, source), (numbered(1).id, VaultError::Damaged));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(health(&world), Some(online(start())));
    assert_eq!(row(&world, &numbered(1).id).health, None);
}

#[tokio::test]
async fn a_router_that_is_switched_on_is_due_at_once() {
    let world = World::over(a_shop());
    let next_check = || row(&world, &the_router()).next_check;
    let switch =
        async |switch| world.app.routers.set_active.execute(the_company(), the_router(), switch).await.unwrap();
    look(&world).await.unwrap();
    let planned = next_check();
    for unchanged in [Activation::To(true), Activation::To(false), Activation::To(false)] {
        switch(unchanged).await;
        assert_eq!(next_check(), planned, "{unchanged:?}");
    }
    switch(Activation::Toggle).await;
    assert_eq!(next_check(), HealthRow::at_once());
    assert_is!(look(&world).await, Ok(1));
}

/// The router of the shop as one of the fleet.
fn of_fleet(watched: bool, health: Option<RouterHealth>) -> FleetRouter {
    let Router { id, company, name, .. } = a_router().build();
    FleetRouter { router: id, company, name, watched, health }
}

#[tokio::test]
async fn a_routers_health_is_told_with_its_changes_newest_first() {
    let world = World::over(two_shops());
    let tell = async || world.app.health.of_router.execute(the_company(), the_router()).await.unwrap();
    assert_eq!(tell().await, Some(KnownHealth { router: of_fleet(true, None), changes: vec![] }));
    look(&world).await.unwrap();
    world.routers.fail_from(1, away());
    let failed_at = world.clock.advance(Duration::minutes(2));
    look(&world).await.unwrap();
    let error = Some("the router cannot be reached: connection refused".to_owned());
    let health = RouterHealth {
        condition: Condition::Unreachable,
        since: failed_at,
        checked_at: failed_at,
        error: error.clone(),
        ..online(start())
    };
    let changes = vec![
        HealthChange { at: failed_at, condition: Condition::Unreachable, error },
        HealthChange { at: start(), condition: Condition::Online, error: None },
    ];
    assert_eq!(tell().await, Some(KnownHealth { router: of_fleet(true, Some(health)), changes }));
}

#[tokio::test]
async fn a_router_that_is_off_or_whose_company_is_off_is_told_as_not_looked_at() {
    let off = InMemory::new().with_company(a_company().build()).with_router(a_router().inactive().build());
    let company_off = InMemory::new().with_company(a_company().inactive().build()).with_router(a_router().build());
    for store in [off, company_off] {
        let world = World::over(store);
        let known = world.app.health.of_router.execute(the_company(), the_router()).await.unwrap();
        assert_eq!(known, Some(KnownHealth { router: of_fleet(false, None), changes: vec![] }));
    }
}

#[tokio::test]
async fn a_router_that_the_company_does_not_have_has_no_health() {
    let world = World::over(two_shops());
    for (company, router) in wrong_owners() {
        assert_is!(world.app.health.of_router.execute(company, router).await, Ok(None));
    }
}

#[tokio::test]
async fn the_fleet_is_told_by_how_it_stands() {
    let world = World::over(two_shops());
    world.app.routers.set_active.execute(the_company(), the_router(), Activation::To(false)).await.unwrap();
    look(&world).await.unwrap();
    let fleet = async |state| {
        let listing = world.app.health.of_fleet.execute(FleetFilter { state }, Page::default()).await.unwrap();
        listing.items.into_iter().map(|router| router.router).collect::<Vec<_>>()
    };
    assert_eq!(fleet(None).await, [the_router(), another_companys_router().id]);
    assert_eq!(fleet(Some(FleetState::Unwatched)).await, [the_router()]);
    assert_eq!(fleet(Some(FleetState::Found(Condition::Online))).await, [another_companys_router().id]);
    assert_eq!(fleet(Some(FleetState::Unknown)).await, []);
}
