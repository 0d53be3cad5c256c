//! Which events cause a notice, and what the messages say.

use std::{
    future::{pending, ready},
    sync::Arc,
};

use async_trait::async_trait;
use portero_application::{
    Mandate,
    companies::CompanySecrets,
    notifications::{DeliverNotices, NoticeError, PurchaseNotices},
};
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, ApiKeyParts},
    change::Change,
    company::{Company, CompanyEdit, Telegram, TelegramEdit},
    gateway::Gateway,
    health::Condition,
    ids::{CompanyId, PurchaseReference},
    money::{Currency, Money},
    notification::{
        DaysLeft, GuestAccess, Message, NewNotice, NoticeOutcome, Occasion, PurchaseEvent, PurchaseNews,
        PurchaseNotice, RouterEvent, RouterNews,
    },
    ports::{HotspotError, StorageError},
    secret::Secret,
};
use portero_testkit::{
    CountingIds, FakeNotifier, FakeRouters, FixedClock, InMemory,
    builders::{a_company, a_key, a_router, fingerprint_of, foreign_id, name, start},
    fake_ports,
};
use time::Duration;

use super::{a_told_shop, deliver, outcomes, refused_on, rows, store, telling, told_company};
use crate::support::{World, assert_is, the_router};

fn messages(notifier: &FakeNotifier) -> Vec<Message> {
    notifier.sent().into_iter().map(|sent| sent.message).collect()
}

/// Checks the router two minutes later. Returns when that was.
async fn check(world: &World) -> Timestamp {
    let now = world.clock.advance(Duration::minutes(2));
    assert_eq!(world.app.health.check_routers.execute(pending()).await.unwrap(), 1);
    now
}

#[tokio::test]
async fn a_company_is_told_when_a_problem_of_its_router_begins_and_ends() {
    let (world, notifier) = telling(a_told_shop());
    check(&world).await;
    world.routers.fail_from(1, HotspotError::Unreachable("connection refused".to_owned()));
    let down = check(&world).await;
    check(&world).await;
    world.routers.recover();
    let up = check(&world).await;
    check(&world).await;
    deliver(&world).await.unwrap();
    let of = |at, news| Message::Router { company: told_company().name, router: a_router().build().name, at, news };
    let expected = [of(down, RouterNews::Down(Some(Condition::Unreachable))), of(up, RouterNews::Up)];
    assert_eq!(messages(&notifier), expected);
}

#[tokio::test]
async fn the_first_check_and_another_problem_are_no_news() {
    let (world, _) = telling(a_told_shop());
    world.routers.fail_from(1, HotspotError::Unreachable("connection refused".to_owned()));
    check(&world).await;
    world.routers.fail_from(1, HotspotError::AddressRefused);
    check(&world).await;
    assert_eq!(rows(&world), []);
}

/// A company with other settings of its bot.
fn with_telegram(change: impl FnOnce(&mut Telegram)) -> Company {
    let mut company = told_company();
    change(&mut company.telegram);
    company
}

#[tokio::test]
async fn a_company_without_a_bot_or_a_wish_is_told_nothing() {
    for company in [
        with_telegram(|telegram| telegram.enabled = false),
        with_telegram(|telegram| telegram.bot_token = None),
        with_telegram(|telegram| telegram.chat_id = None),
        a_company().with_secrets().inactive().build(),
    ] {
        let (world, notifier) = telling(InMemory::new().with_company(company.clone()));
        store(&world.store, refused_on(0, &company)).await;
        deliver(&world).await.unwrap();
        assert_eq!((notifier.sent().len(), outcomes(&world)), (0, vec![Some(NoticeOutcome::Unwanted)]));
    }
}

/// The text is built when it is sent.
#[tokio::test]
async fn a_message_has_the_settings_and_names_of_the_moment_it_is_sent() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    let telegram = TelegramEdit { chat_id: Change::Set(foreign_id("7")), enabled: None };
    let edit = CompanyEdit { name: Some(name("Hotel Sur")), telegram, ..CompanyEdit::default() };
    let mandate = Mandate::of_super_admin(told_company().id);
    world.app.companies.edit.execute(mandate, edit, CompanySecrets::default()).await.unwrap();
    deliver(&world).await.unwrap();
    let [sent] = notifier.sent().try_into().unwrap();
    assert_eq!(sent.chat, "7");
    let expected = Message::CredentialsRefused { company: name("Hotel Sur"), gateway: Gateway::Conekta };
    assert_eq!(sent.message, expected);
}

/// A key that ends so long after now, which is a year after its issue.
fn ending(world: &World, after: Duration) -> ApiKey {
    let now = world.clock.advance(Duration::days(365));
    ApiKey::restore(ApiKeyParts { expires_at: now.plus(after), ..a_key().build().parts().clone() })
}

fn with_key(world: &World, key: &ApiKey) {
    let _ = world.store.clone().with_key(key.clone(), fingerprint_of(key.id()));
}

#[tokio::test]
async fn a_company_is_told_30_and_7_days_and_1_day_before_a_key_expires_once_each() {
    let (world, notifier) = telling(a_told_shop());
    let key = ending(&world, Duration::days(31));
    with_key(&world, &key);
    for hours in [23, 2, 24, 22 * 24, 24, 5 * 24, 12, 48] {
        world.clock.advance(Duration::hours(hours));
        for _ in 0..3 {
            world.app.notifications.scan_expiring_keys.execute().await.unwrap();
        }
        deliver(&world).await.unwrap();
    }
    let of = |days| Message::ApiKeyExpiring {
        company: told_company().name,
        router: a_router().build().name,
        expires_at: key.parts().expires_at,
        days,
    };
    assert_eq!(messages(&notifier), [of(30), of(7), of(1)]);
}

#[tokio::test]
async fn a_service_that_was_away_tells_the_latest_warning_only() {
    let (world, notifier) = telling(a_told_shop());
    let key = ending(&world, Duration::days(5));
    with_key(&world, &key);
    assert_eq!(world.app.notifications.scan_expiring_keys.execute().await.unwrap(), 1);
    deliver(&world).await.unwrap();
    assert_is!(&messages(&notifier)[..], [Message::ApiKeyExpiring { days: 5, .. }]);
}

#[tokio::test]
async fn what_is_gone_by_now_is_not_told() {
    let (world, notifier) = telling(a_told_shop());
    let key = ending(&world, Duration::days(5));
    let revoked = ApiKeyParts { revoked_at: Some(world.clock.advance(Duration::ZERO)), ..key.parts().clone() };
    with_key(&world, &ApiKey::restore(revoked));
    let expired = a_key().id("key_2").expires_at(start()).build();
    let _ = world.store.clone().with_key(expired.clone(), fingerprint_of(expired.id()));
    let gone = a_router().id("RTR_00000009").build().id;
    let unknown = a_key().id("key_9").build();
    for occasion in [
        Occasion::ApiKeyExpiring(DaysLeft::Seven, the_router(), key.id().clone()),
        Occasion::ApiKeyExpiring(DaysLeft::Seven, the_router(), expired.id().clone()),
        Occasion::ApiKeyExpiring(DaysLeft::Seven, the_router(), unknown.id().clone()),
        Occasion::Router(RouterEvent::Up, gone),
        Occasion::Purchase(PurchaseEvent::Paid, reference(1)),
    ] {
        store(&world.store, NewNotice::once(told_company().id, occasion)).await;
    }
    assert_eq!(deliver(&world).await.unwrap(), 5);
    assert_eq!((messages(&notifier), outcomes(&world)), (vec![], vec![Some(NoticeOutcome::Unwanted); 5]));
}

fn reference(number: u32) -> PurchaseReference {
    PurchaseReference::parse(&format!("compra_{number:026}")).unwrap()
}

/// Knows the first purchase, and cannot read the second one.
struct OnePurchase(PurchaseNotice);

#[async_trait]
impl PurchaseNotices for OnePurchase {
    async fn load(
        &self,
        company: &CompanyId,
        purchase: &PurchaseReference,
        event: PurchaseEvent,
        occurrence: i64,
    ) -> Result<Option<PurchaseNotice>, NoticeError> {
        if *purchase == reference(2) {
            return Err(StorageError::Busy.into());
        }
        let known = *company == told_company().id && *purchase == reference(1);
        Ok((known && (event, occurrence) == (PurchaseEvent::Paid, 0)).then(|| self.0.clone()))
    }
}

#[tokio::test]
async fn a_purchase_is_told_in_the_words_of_the_part_that_knows_it() {
    let (memory, clock, notifier) = (a_told_shop(), FixedClock::default(), FakeNotifier::new());
    let mut ports = fake_ports(&memory, &clock, &CountingIds::default(), &FakeRouters::default());
    ports.notifier = Arc::new(notifier.clone());
    let notice = PurchaseNotice {
        company: told_company().name,
        plan: name("1 Día"),
        amount: Money::parse("50").unwrap(),
        currency: Currency::Mxn,
        customer: Some(name("Ana Ruiz")),
        email: None,
        charge: None,
        reference: reference(1),
        news: PurchaseNews::Paid(GuestAccess::Pin(Secret::new("PT-12345678".to_owned()))),
    };
    let delivery = DeliverNotices::new(&ports, Arc::new(OnePurchase(notice.clone())));
    for (number, event) in [(1, PurchaseEvent::Paid), (1, PurchaseEvent::Refunded), (2, PurchaseEvent::Paid)] {
        store(&memory, NewNotice::once(told_company().id, Occasion::Purchase(event, reference(number)))).await;
    }
    assert_eq!(delivery.execute(pending(), || ready(())).await.unwrap(), 3);
    assert_eq!(messages(&notifier), [Message::Purchase(Box::new(notice))]);
    let ends: Vec<_> = memory.tables().notices.into_iter().map(|row| row.end.map(|(outcome, _)| outcome)).collect();
    assert_eq!(ends, [Some(NoticeOutcome::Sent), Some(NoticeOutcome::Unwanted), None]);
}
