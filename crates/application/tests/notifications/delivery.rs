//! How often a notice is tried, and who waits for whom.

use std::{
    future::{pending, ready},
    sync::Arc,
    time::Duration as Span,
};

use portero_domain::{
    company::Company,
    notification::{Notice, NoticeOutcome},
    ports::{NotifierError, NotifierRejection, StorageError, transact},
    text::ForeignId,
};
use portero_testkit::{InMemory, builders::a_company};
use time::Duration;
use tokio::{sync::oneshot, task::yield_now};

use super::{CHAT, a_told_shop, deliver, outcomes, refused_on, rows, store, telling, told_company};
use crate::support::World;

/// How long the only notice waits for its next try.
fn wait(world: &World) -> Option<Duration> {
    let tables = world.store.tables();
    tables.notices[0].due.map(|due| due - tables.elapsed)
}

#[tokio::test]
async fn a_notice_is_sent_once_by_the_companys_bot_to_its_chat() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    assert_eq!((deliver(&world).await.unwrap(), deliver(&world).await.unwrap()), (1, 0));
    let [sent] = notifier.sent().try_into().unwrap();
    assert_eq!((sent.bot.as_str(), sent.chat.as_str()), ("123456:telegram-bot", CHAT));
    assert_eq!(outcomes(&world), [Some(NoticeOutcome::Sent)]);
}

#[tokio::test]
async fn a_messenger_that_is_away_is_tried_eight_times_with_growing_waits() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    let mut waits = Vec::new();
    for number in 1..=8 {
        notifier.fail_next(CHAT, NotifierError::Unavailable);
        assert_eq!(deliver(&world).await.unwrap(), 1, "try {number}");
        assert_eq!(deliver(&world).await.unwrap(), 0, "it waits after try {number}");
        let Some(wait) = wait(&world) else { break };
        waits.push(wait.whole_seconds());
        world.store.pass_time(wait);
    }
    assert_eq!(waits, [10, 60, 300, 900, 3_600, 10_800, 21_600]);
    assert_eq!((notifier.asked(CHAT), outcomes(&world)), (8, vec![Some(NoticeOutcome::GivenUp)]));
}

#[tokio::test]
async fn what_the_messenger_refuses_for_good_is_given_up() {
    for rejection in [NotifierRejection::Bot, NotifierRejection::Chat, NotifierRejection::Message] {
        let (world, notifier) = telling(a_told_shop());
        store(&world.store, refused_on(0, &told_company())).await;
        notifier.fail_next(CHAT, rejection.into());
        assert_eq!(deliver(&world).await.unwrap(), 1);
        world.store.pass_time(Duration::DAY);
        assert_eq!(deliver(&world).await.unwrap(), 0);
        assert_eq!(outcomes(&world), [Some(NoticeOutcome::GivenUp)]);
    }
}

/// A company with another bot and chat.
fn other_company(number: u8) -> Company {
    let mut company = a_company().id(&format!("EMP_000000000{number}")).with_secrets().build();
    company.telegram.chat_id = ForeignId::parse(&number.to_string()).ok();
    company
}

#[tokio::test]
async fn a_bot_that_sent_too_much_waits_with_all_its_notices_and_no_other_bot_does() {
    let other = other_company(7);
    let (world, notifier) = telling(a_told_shop().with_company(other.clone()));
    for day in 0..3 {
        store(&world.store, refused_on(day, &told_company())).await;
    }
    store(&world.store, refused_on(0, &other)).await;
    for _ in 0..2 {
        notifier.fail_next(CHAT, NotifierError::Wait(Span::from_secs(90)));
    }
    deliver(&world).await.unwrap();
    assert_eq!((notifier.asked(CHAT), notifier.asked("7")), (2, 1));
    world.store.pass_time(Duration::seconds(89));
    assert_eq!(deliver(&world).await.unwrap(), 0);
    world.store.pass_time(Duration::SECOND);
    assert_eq!(deliver(&world).await.unwrap(), 3);
    assert_eq!(outcomes(&world), [Some(NoticeOutcome::Sent); 4]);
}

#[tokio::test]
async fn a_slow_bot_delays_no_other_and_has_two_notices_at_once() {
    let (slow, other) = (told_company(), other_company(7));
    let (world, notifier) = telling(a_told_shop().with_company(other.clone()));
    notifier.hold(CHAT);
    for day in 0..5 {
        store(&world.store, refused_on(day, &slow)).await;
    }
    let shared = Arc::new(world);
    let sender = Arc::clone(&shared);
    let delivery =
        tokio::spawn(async move { sender.app.notifications.deliver.execute(pending(), yield_now).await.unwrap() });
    while notifier.asked(CHAT) < 2 {
        yield_now().await;
    }
    for day in 0..5 {
        store(&shared.store, refused_on(day, &other)).await;
        while notifier.sent().len() <= usize::try_from(day).unwrap() {
            yield_now().await;
        }
    }
    assert_eq!((notifier.asked(CHAT), notifier.asked("7")), (2, 5));
    notifier.release(CHAT);
    assert_eq!(delivery.await.unwrap(), 10);
    assert_eq!(outcomes(&shared), [Some(NoticeOutcome::Sent); 10]);
}

#[tokio::test]
async fn at_most_32_notices_are_sent_at_once() {
    let companies: Vec<_> = (0..40_u8)
        .map(|number| {
            let mut company = a_company().id(&format!("EMP_{number:010}")).with_secrets().build();
            company.telegram.chat_id = ForeignId::parse("slow").ok();
            company
        })
        .collect();
    let world_store = companies.iter().fold(InMemory::new(), |store, company| store.with_company(company.clone()));
    let (world, notifier) = telling(world_store);
    notifier.hold("slow");
    for company in &companies {
        store(&world.store, refused_on(0, company)).await;
    }
    let shared = Arc::new(world);
    let sender = Arc::clone(&shared);
    let (stopping, stopped) = oneshot::channel::<()>();
    let stop = async { drop(stopped.await) };
    let delivery =
        tokio::spawn(async move { sender.app.notifications.deliver.execute(stop, yield_now).await.unwrap() });
    while notifier.asked("slow") < 32 {
        yield_now().await;
    }
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(notifier.asked("slow"), 32);
    stopping.send(()).unwrap();
    for _ in 0..100 {
        yield_now().await;
    }
    notifier.release("slow");
    assert_eq!(delivery.await.unwrap(), 32, "nothing is claimed after the stop");
    assert_eq!(rows(&shared).iter().filter(|row| row.tries == 0).count(), 8);
}

#[tokio::test]
async fn a_notice_whose_process_ended_is_sent_by_another_one() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    let claimed: Result<_, StorageError> = transact(&world.store, |storage| storage.notices().claim_due(9, &[])).await;
    assert_eq!(claimed.unwrap().notices.len(), 1);
    assert_eq!(deliver(&world).await.unwrap(), 0);
    world.store.pass_time(Notice::LEASE);
    assert_eq!((deliver(&world).await.unwrap(), notifier.sent().len()), (1, 1));
}

#[tokio::test]
async fn a_notice_whose_process_ended_at_the_last_try_is_given_up() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    for _ in 0..Notice::MAX_TRIES {
        let claimed: Result<_, StorageError> =
            transact(&world.store, |storage| storage.notices().claim_due(9, &[])).await;
        assert_eq!(claimed.unwrap().notices.len(), 1);
        world.store.pass_time(Notice::LEASE);
    }
    deliver(&world).await.unwrap();
    assert_eq!((notifier.sent().len(), outcomes(&world)), (0, vec![Some(NoticeOutcome::GivenUp)]));
}

#[tokio::test]
async fn a_token_that_cannot_be_decrypted_puts_its_notice_off_and_holds_up_no_other() {
    let mut locked = told_company();
    locked.telegram.bot_token = a_company().id("EMP_0000000009").with_secrets().build().telegram.bot_token;
    let other = other_company(7);
    let (world, notifier) = telling(InMemory::new().with_company(locked.clone()).with_company(other.clone()));
    store(&world.store, refused_on(0, &locked)).await;
    store(&world.store, refused_on(0, &other)).await;
    assert_eq!(deliver(&world).await.unwrap(), 2);
    assert_eq!((notifier.sent().len(), wait(&world)), (1, Some(Duration::seconds(10))));
}

#[tokio::test]
async fn a_store_that_fails_ends_the_round_and_loses_no_notice() {
    for step in 1.. {
        let (world, notifier) = telling(a_told_shop());
        store(&world.store, refused_on(0, &told_company())).await;
        world.store.fail_at(step);
        let answer = deliver(&world).await;
        if world.store.disarm() {
            assert!(step > 6, "a claim, a read and a result");
            break;
        }
        // A notice that cannot be read is put off like any that cannot be tried.
        assert!(answer.is_err() || wait(&world) == Some(Duration::seconds(10)), "at step {step}");
        world.store.pass_time(Notice::LEASE);
        deliver(&world).await.unwrap();
        assert!(!notifier.sent().is_empty(), "at step {step}");
        assert_eq!(outcomes(&world), [Some(NoticeOutcome::Sent)], "at step {step}");
    }
}

#[tokio::test]
async fn nothing_is_claimed_after_the_stop() {
    let (world, notifier) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    assert_eq!(world.app.notifications.deliver.execute(ready(()), || ready(())).await.unwrap(), 0);
    assert_eq!((notifier.sent().len(), rows(&world)[0].tries), (0, 0));
}

#[tokio::test]
async fn old_notices_are_deleted() {
    let (world, _) = telling(a_told_shop());
    store(&world.store, refused_on(0, &told_company())).await;
    deliver(&world).await.unwrap();
    assert_eq!(world.app.notifications.prune.execute().await.unwrap(), 0);
    world.store.pass_time(Notice::KEPT + Duration::SECOND);
    assert_eq!(world.app.notifications.prune.execute().await.unwrap(), 1);
    assert_eq!(rows(&world), []);
}
