//! The notices to companies: when a notice is stored, what it says, and how often it is tried.

mod content;
mod delivery;

use std::{
    future::{pending, ready},
    sync::Arc,
};

use portero_domain::{
    company::Company,
    gateway::Gateway,
    notification::{NewNotice, NoticeOutcome, Occasion},
    ports::{Stored, transact},
};
use portero_testkit::{
    FakeNotifier, InMemory, NoticeRow,
    builders::{a_company, a_router, start},
};
use time::Duration;

use crate::support::World;

const CHAT: &str = "-1001234567890";

/// Portero and the messenger, over this store.
fn telling(store: InMemory) -> (World, FakeNotifier) {
    let notifier = FakeNotifier::new();
    let ours = notifier.clone();
    (World::with(store, |ports| ports.notifier = Arc::new(ours)), notifier)
}

/// The company of the examples with a bot, and its router.
fn a_told_shop() -> InMemory {
    InMemory::new().with_company(told_company()).with_router(a_router().build())
}

fn told_company() -> Company {
    a_company().with_secrets().build()
}

/// The notice of one day that a gateway refuses the company's credentials.
fn refused_on(day: i64, company: &Company) -> NewNotice {
    let at = start().plus(Duration::days(day));
    NewNotice::daily(company.id.clone(), Occasion::CredentialsRefused(Gateway::Conekta), at)
}

async fn store(store: &InMemory, notice: NewNotice) {
    let stored: Stored<()> = transact(store, move |storage| storage.notices().insert(&notice)).await;
    stored.unwrap();
}

/// Sends what is due.
async fn deliver(world: &World) -> Stored<usize> {
    world.app.notifications.deliver.execute(pending(), || ready(())).await
}

fn rows(world: &World) -> Vec<NoticeRow> {
    world.store.tables().notices
}

/// How each notice ended.
fn outcomes(world: &World) -> Vec<Option<NoticeOutcome>> {
    rows(world).into_iter().map(|row| row.end.map(|(outcome, _)| outcome)).collect()
}
