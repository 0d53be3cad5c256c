//! The whole service: its figures, its readiness, its settings, its encrypted secrets.

use std::sync::Arc;

use portero_application::{
    Application, Settings,
    system::{CheckedSecrets, ResealError, Resealed},
};
use portero_domain::{
    filter::{FleetFilter, ProductFilter, PurchaseFilter, RouterFilter, UserFilter},
    ids::{ProductId, UserId},
    page::Page,
    ports::{MockVault, SecretPlace, StorageError, SystemStats, Vault, VaultError},
    router::Router,
    secret::Sealed,
};
use portero_testkit::{
    CountingIds, FakeRouters, FakeVault, FixedClock, InMemory, Tables,
    builders::{a_company, a_router, a_user, email, start},
    fake_ports,
};
use time::Duration;

use crate::support::{World, a_shop, another_company, assert_is, secret, the_company, the_router};

#[tokio::test]
async fn the_overview_counts_the_whole_system() {
    let store = InMemory::new()
        .with_company(a_company().build())
        .with_company(a_company().id("EMP_0000000007").inactive().build())
        .with_user(a_user().stored(UserId::new(1)))
        .with_user(a_user().email("ana@hotel.mx").admin_of(&the_company()).stored(UserId::new(2)));
    let world = World::over(store);
    let now = world.clock.advance(Duration::HOUR);
    let overview = world.app.system.overview.execute().await.unwrap();
    assert_eq!(overview, (SystemStats { companies: 2, active_companies: 1, users: 2 }, now));
}

#[tokio::test]
async fn the_time_is_the_clocks() {
    let world = World::over(InMemory::new());
    let now = world.clock.advance(Duration::microseconds(5));
    assert_eq!(world.app.now(), now);
}

#[tokio::test]
async fn an_operator_sets_how_long_keys_and_sessions_live() {
    let store = a_shop().with_user(a_user().stored(UserId::new(1)));
    let settings = Settings { api_key_life: Duration::days(30), session_life: Duration::HOUR, ..Settings::default() };
    let ports = fake_ports(&store, &FixedClock::default(), &CountingIds::default(), &FakeRouters::default());
    let app = Application::new(&ports, &settings);
    let key = app.api_keys.regenerate.execute(the_company(), the_router()).await.unwrap().key;
    assert_eq!(key.parts().expires_at, start().plus(Duration::days(30)));
    let logged_in = app.sessions.log_in.execute(Some(email("admin@portero.mx")), secret("password123")).await.unwrap();
    assert_eq!(logged_in.session.expires_at, start().plus(Duration::HOUR));
}

#[tokio::test]
async fn the_store_is_asked_at_most_once_a_second_whether_it_answers_or_not() {
    let world = World::over(InMemory::new());
    let ready = || world.app.system.readiness.execute();
    assert_is!(ready().await, Ok(()));
    world.store.fail_next(StorageError::Unavailable("told to fail".into()));
    world.clock.advance(Duration::milliseconds(999));
    assert_is!(ready().await, Ok(()));
    world.clock.advance(Duration::MILLISECOND);
    for _ in 0..3 {
        let away = ready().await.unwrap_err();
        assert!(matches!(*away, StorageError::Unavailable(_)));
    }
    world.clock.advance(Duration::SECOND);
    assert_is!(ready().await, Ok(()));
    world.store.fail_next(StorageError::Busy);
    world.clock.advance(-Duration::HOUR);
    assert!(ready().await.is_err(), "a clock that was set back keeps an old result");
}

/// Demands of each call that it passes on what a store says that has too much to do.
macro_rules! assert_busy {
    ($world:expr, $($call:expr),+ $(,)?) => {$(
        $world.store.fail_next(StorageError::Busy);
        assert!(matches!($call.await, Err(StorageError::Busy)), stringify!($call));
    )+};
}

#[tokio::test]
async fn a_question_to_a_busy_store_is_answered_so() {
    let world = World::over(a_shop());
    let app = &world.app;
    let (company, router) = (the_company, the_router);
    assert_busy!(
        world,
        app.companies.find.execute(company()),
        app.companies.list.execute(Page::default()),
        app.companies.overview.execute(company()),
        app.routers.find.execute(company(), router()),
        app.routers.list.execute(company(), RouterFilter::default(), Page::default()),
        app.api_keys.history.execute(company(), router(), Page::default()),
        app.api_keys.status.execute(company(), router()),
        app.users.find.execute(UserId::new(1)),
        app.users.list.execute(UserFilter::default(), Page::default()),
        app.products.find.execute(company(), ProductId::new(1)),
        app.products.list.execute(company(), ProductFilter::default(), Page::default()),
        app.purchases.list.execute(company(), PurchaseFilter::default(), Page::default()),
        app.purchases.dashboard.execute(company()),
        app.health.of_router.execute(company(), router()),
        app.health.of_fleet.execute(FleetFilter::default(), Page::default()),
        app.system.overview.execute(),
    );
}

const OLD: FakeVault = FakeVault::new("k1", &[]);
const ROTATED: FakeVault = FakeVault::new("k2", &["k1"]);

/// Secrets of 242 routers and four each of two companies: two full batches and a half.
fn two_hundred_and_fifty_secrets() -> InMemory {
    let other = a_company().id(another_company().id.as_str()).with_secrets().build();
    let store = InMemory::new().with_company(a_company().with_secrets().build()).with_company(other);
    (0..242).fold(store, |store, number| store.with_router(router(number)))
}

fn router(number: u32) -> Router {
    a_router().id(&format!("RTR_{number:08X}")).build()
}

fn secrets(tables: &Tables) -> Vec<(SecretPlace, Sealed)> {
    let routers = tables.routers.iter().map(|router| (router.password_place(), router.credentials.password.clone()));
    let companies = tables.companies.iter().flat_map(|company| {
        [
            (SecretPlace::ConektaPrivateKey(company.id.clone()), company.conekta.private_key.clone()),
            (SecretPlace::TelegramBotToken(company.id.clone()), company.telegram.bot_token.clone()),
            (
                SecretPlace::MercadoPagoAccessToken(company.id.clone()),
                company.mercado_pago.access.as_ref().map(|access| access.token.clone()),
            ),
            (SecretPlace::MercadoPagoWebhookSecret(company.id.clone()), company.mercado_pago.webhook_secret.clone()),
        ]
    });
    routers.chain(companies.filter_map(|(place, sealed)| Some((place, sealed?)))).collect()
}

fn resealed(tables: &Tables) -> usize {
    secrets(tables).iter().filter(|(_, sealed)| ROTATED.is_current(sealed)).count()
}

fn rotating(store: InMemory) -> World {
    World::with(store, |ports| ports.vault = Arc::new(ROTATED))
}

#[tokio::test]
async fn every_secret_is_sealed_anew_and_the_second_time_left_alone() {
    let world = rotating(two_hundred_and_fifty_secrets());
    let before = secrets(&world.store.tables());
    assert_eq!(before.len(), 250);
    let done = world.app.system.reseal_secrets.execute().await.unwrap();
    assert_eq!(done, Resealed { resealed: 250, left_alone: 0 });

    let tables = world.store.tables();
    for ((place, old), (same_place, new)) in before.iter().zip(secrets(&tables)) {
        assert_eq!(*place, same_place);
        assert!(ROTATED.is_current(&new) && !ROTATED.is_current(old));
        assert_eq!(ROTATED.decrypt(&new, place), OLD.decrypt(old, place));
    }
    let again = world.app.system.reseal_secrets.execute().await.unwrap();
    assert_eq!(again, Resealed { resealed: 0, left_alone: 250 });
    assert_eq!(world.store.tables(), tables);
}

#[tokio::test]
async fn secrets_that_do_not_open_are_counted_and_the_first_is_named() {
    let check = async |store: InMemory, vault: FakeVault| {
        World::with(store, |ports| ports.vault = Arc::new(vault)).app.system.check_secrets.execute().await.unwrap()
    };
    let none = CheckedSecrets::default();
    assert_eq!(check(InMemory::new(), ROTATED).await, none);
    assert_eq!(check(two_hundred_and_fifty_secrets(), ROTATED).await, CheckedSecrets { open: 250, ..none.clone() });

    let first = Some(router(0).password_place());
    let lost = CheckedSecrets { of_other_keys: 250, first_closed: first, ..none.clone() };
    assert_eq!(check(two_hundred_and_fifty_secrets(), FakeVault::new("k2", &[])).await, lost);

    let place = |company| SecretPlace::TelegramBotToken(company);
    let mut moved = a_company().id("EMP_0000000007").with_secrets().build();
    moved.telegram.bot_token = Some(OLD.encrypt(&secret("moved here"), &place(the_company())).unwrap());
    let found = check(two_hundred_and_fifty_secrets().with_company(moved.clone()), ROTATED).await;
    assert_eq!(found, CheckedSecrets { open: 253, damaged: 1, first_closed: Some(place(moved.id)), ..none });
}

#[tokio::test]
async fn nothing_to_seal_anew_is_fine() {
    let world = rotating(InMemory::new().with_company(a_company().build()));
    assert_eq!(world.app.system.reseal_secrets.execute().await.unwrap(), Resealed::default());
}

/// A batch is a beginning, a question and a commit, then three calls a secret: a beginning, a write and a commit.
#[tokio::test]
async fn resealing_goes_on_where_a_failure_stopped_it() {
    for (call, kept) in
        [(1, 0), (3, 0), (4, 0), (6, 0), (7, 1), (303, 99), (304, 100), (309, 100), (310, 101), (759, 249), (760, 250)]
    {
        let world = rotating(two_hundred_and_fifty_secrets());
        world.store.fail_at(call);
        let stopped = world.app.system.reseal_secrets.execute().await;
        assert_is!(stopped, Err(ResealError::Storage(StorageError::Failed(_))));
        assert_eq!(resealed(&world.store.tables()), kept, "failed at call {call}");

        let rest = world.app.system.reseal_secrets.execute().await.unwrap();
        assert_eq!((rest.resealed + rest.left_alone, usize::try_from(rest.left_alone)), (250, Ok(kept)));
        assert_eq!(resealed(&world.store.tables()), 250);
    }
}

#[tokio::test]
async fn a_secret_that_does_not_open_stops_resealing_and_is_named() {
    let place = |company| SecretPlace::TelegramBotToken(company);
    let mut damaged = a_company().id("EMP_0000000007").with_secrets().build();
    damaged.telegram.bot_token = Some(OLD.encrypt(&secret("moved here"), &place(the_company())).unwrap());
    let world = rotating(two_hundred_and_fifty_secrets().with_company(damaged.clone()));
    match world.app.system.reseal_secrets.execute().await {
        Err(ResealError::Vault { place: named, source }) => {
            assert_eq!((named, source), (place(damaged.id), VaultError::Damaged));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(resealed(&world.store.tables()), 245, "what was done before stays done");
}

#[tokio::test]
async fn without_the_old_key_nothing_is_sealed_anew() {
    let mut seals_nothing = MockVault::new();
    seals_nothing.expect_is_current().return_const(false);
    seals_nothing.expect_decrypt().returning(|sealed, place| OLD.decrypt(sealed, place));
    seals_nothing.expect_encrypt().returning(|_, _| Err(VaultError::Sealing));
    let vaults: [(Arc<dyn Vault>, _); 2] =
        [(Arc::new(FakeVault::new("k2", &[])), VaultError::UnknownKey), (Arc::new(seals_nothing), VaultError::Sealing)];
    for (vault, why) in vaults {
        let world = World::with(two_hundred_and_fifty_secrets(), |ports| ports.vault = vault);
        let before = world.store.tables();
        match world.app.system.reseal_secrets.execute().await {
            Err(ResealError::Vault { place, source }) => {
                assert_eq!((place, source), (router(0).password_place(), why));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(world.store.tables(), before);
    }
}
