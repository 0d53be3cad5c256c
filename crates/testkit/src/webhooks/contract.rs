//! Contracts of [`WebhookEvents`](portero_domain::ports::WebhookEvents).

use std::collections::BTreeSet;

use portero_domain::{
    company::Company,
    gateway::Gateway,
    ids::CompanyId,
    ports::Taken,
    webhook::{EventClaim, WebhookEvent},
};
use time::Duration;

use crate::builders::{a_company, a_webhook_event, company_id};
use crate::contract::{Harness, commit, refused, rivals};

/// How long a claim lasts here. It is longer than any test.
const LEASE: Duration = Duration::HOUR;

fn the_company() -> CompanyId {
    a_company().build().id
}

async fn add_company(harness: &dyn Harness, company: Company) {
    commit(harness, move |storage| storage.companies().insert(&company)).await.expect("a free id");
}

async fn with_company(harness: &dyn Harness) {
    add_company(harness, a_company().build()).await;
}

async fn insert(harness: &dyn Harness, event: WebhookEvent) -> Result<(), Taken> {
    commit(harness, move |storage| storage.webhook_events().insert(&event)).await
}

/// Adds events of [`a_company`] with these ids, each a minute later than the one before.
async fn insert_apart(harness: &dyn Harness, ids: &[&str]) {
    for id in ids {
        harness.pass_time(Duration::MINUTE).await;
        insert(harness, a_webhook_event().id(id).build()).await.expect("a new event");
    }
}

async fn claim(harness: &dyn Harness, limit: u16) -> Vec<EventClaim> {
    commit(harness, move |storage| storage.webhook_events().claim_due(&the_company(), limit, LEASE)).await
}

/// Claims the only event that is due.
async fn claim_one(harness: &dyn Harness) -> EventClaim {
    let mut claims = claim(harness, 2).await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    claims.remove(0)
}

async fn claimed(harness: &dyn Harness, limit: u16) -> Vec<String> {
    claim(harness, limit).await.iter().map(|claim| claim.event.id.as_str().to_owned()).collect()
}

async fn settle(harness: &dyn Harness, claim: &EventClaim) -> bool {
    let claim = claim.clone();
    commit(harness, move |storage| storage.webhook_events().settle(&claim)).await
}

async fn put_off(harness: &dyn Harness, claim: &EventClaim, wait: Duration) -> bool {
    let claim = claim.clone();
    commit(harness, move |storage| storage.webhook_events().put_off(&claim, wait)).await
}

async fn give_up(harness: &dyn Harness, claim: &EventClaim) -> bool {
    let claim = claim.clone();
    commit(harness, move |storage| storage.webhook_events().give_up(&claim)).await
}

async fn companies_due(harness: &dyn Harness, except: &[CompanyId], limit: u16) -> Vec<CompanyId> {
    let except = except.to_vec();
    commit(harness, move |storage| storage.webhook_events().companies_due(&except, limit)).await
}

/// It is due at once.
pub async fn an_event_reads_back_as_it_was_written(harness: &dyn Harness) {
    with_company(harness).await;
    let longest = "~".repeat(100);
    for event in [
        a_webhook_event().build(),
        a_webhook_event().from(Gateway::MercadoPago).id("12345").charge("987").build(),
        a_webhook_event().id(&longest).charge(&longest).purchase("compra_0123456789abcdefghijklmnop").build(),
    ] {
        insert(harness, event.clone()).await.expect("a new event");
        let claim = claim_one(harness).await;
        assert_eq!((&claim.event, claim.tries), (&event, 1));
        let age = claim.claimed_at.since(claim.received_at);
        assert!((Duration::ZERO..Duration::MINUTE).contains(&age), "{age}");
    }
}

/// Every part of its identity tells it from others.
pub async fn a_repeated_event_is_stored_once_and_the_transaction_goes_on(harness: &dyn Harness) {
    with_company(harness).await;
    let other = company_id("EMP_0000000002");
    add_company(harness, a_company().id(other.as_str()).build()).await;
    let event = a_webhook_event().build();
    assert_eq!(insert(harness, event.clone()).await, Ok(()));
    let repeated = a_webhook_event().purchase("compra_0123456789abcdefghijklmnop").build();
    let (again, different) = commit(harness, move |storage| {
        let events = storage.webhook_events();
        let again = events.insert(&repeated)?;
        let different = [
            a_webhook_event().of(&other).build(),
            a_webhook_event().from(Gateway::MercadoPago).build(),
            a_webhook_event().id("another").build(),
            a_webhook_event().charge("another").build(),
        ];
        let different = different.map(|event| events.insert(&event));
        Ok((again, different.into_iter().collect::<Result<Vec<_>, _>>()?))
    })
    .await;
    assert_eq!((again, different), (Err(Taken), vec![Ok(()); 4]));
    let claims = claim(harness, 9).await;
    assert_eq!(claims.len(), 4);
    assert!(claims.iter().any(|claim| claim.event == event), "the first one stays as it was");
}

/// No row is left of a company that is not there.
pub async fn an_event_needs_its_company(harness: &dyn Harness) {
    refused(harness, |storage| storage.webhook_events().insert(&a_webhook_event().build())).await;
}

/// As when the process that claimed it ends before it is done.
pub async fn a_claimed_event_is_due_again_when_its_claim_ends(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["1"]).await;
    let first = claim_one(harness).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(LEASE - Duration::MINUTE).await;
    assert_eq!(claim(harness, 9).await, []);
    assert_eq!(companies_due(harness, &[], 9).await, []);
    harness.pass_time(Duration::MINUTE).await;
    let second = claim_one(harness).await;
    assert_eq!((&second.event, second.tries), (&first.event, 2));
    assert!(second.claimed_at.since(second.received_at) >= LEASE);
}

/// In parts, until nothing is left.
pub async fn the_longest_overdue_are_claimed_first(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["3", "1", "5", "2", "4"]).await;
    assert_eq!(claimed(harness, 2).await, ["3", "1"]);
    assert_eq!(claimed(harness, 1).await, ["5"]);
    assert_eq!(claimed(harness, 9).await, ["2", "4"]);
    assert_eq!(claimed(harness, 9).await, [""; 0]);
}

/// However many events another one has.
pub async fn the_company_with_the_longest_overdue_event_comes_first(harness: &dyn Harness) {
    let ids = [1, 2, 3, 4].map(|number| company_id(&format!("EMP_000000000{number}")));
    for id in &ids {
        add_company(harness, a_company().id(id.as_str()).build()).await;
    }
    for (place, event) in [(2, "1"), (0, "1"), (2, "2"), (1, "1")] {
        harness.pass_time(Duration::MINUTE).await;
        insert(harness, a_webhook_event().of(&ids[place]).id(event).build()).await.expect("a new event");
    }
    let of = |places: &[usize]| places.iter().map(|&place| ids[place].clone()).collect::<Vec<_>>();
    assert_eq!(companies_due(harness, &[], 9).await, of(&[2, 0, 1]));
    assert_eq!(companies_due(harness, &[], 2).await, of(&[2, 0]));
    assert_eq!(companies_due(harness, &of(&[2, 1]), 2).await, of(&[0]));
    let first = ids[0].clone();
    commit(harness, move |storage| storage.webhook_events().claim_due(&first, 9, LEASE)).await;
    assert_eq!(companies_due(harness, &[], 9).await, of(&[2, 1]));
}

/// All of them are claimed in the end.
pub async fn rivals_never_claim_the_same_event(harness: &dyn Harness) {
    const EVENTS: usize = 60;
    with_company(harness).await;
    for number in 0..EVENTS {
        insert(harness, a_webhook_event().id(&number.to_string()).build()).await.expect("a new event");
    }
    let mut all = Vec::new();
    for _ in 0..EVENTS {
        let answers =
            rivals(harness, 4, |_, storage| storage.webhook_events().claim_due(&the_company(), 7, LEASE)).await;
        let round: Vec<_> = answers.into_iter().flat_map(|answer| answer.expect("claims")).collect();
        if round.is_empty() {
            break;
        }
        all.extend(round.into_iter().map(|claim| claim.event.id.as_str().to_owned()));
    }
    assert_eq!(all.len(), EVENTS, "some were claimed twice, or left");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), EVENTS);
}

/// A repeated delivery stores nothing then either.
pub async fn a_settled_event_is_never_due_again(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["1", "2"]).await;
    let claims = claim(harness, 9).await;
    assert!(settle(harness, &claims[0]).await);
    assert!(!settle(harness, &claims[0]).await, "once");
    assert!(!put_off(harness, &claims[0], Duration::ZERO).await);
    assert!(!give_up(harness, &claims[0]).await);
    assert_eq!(insert(harness, claims[0].event.clone()).await, Err(Taken));
    harness.pass_time(Duration::days(30)).await;
    assert_eq!(claimed(harness, 9).await, ["2"]);
}

/// Until then and no longer.
pub async fn an_event_that_is_put_off_waits(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["1"]).await;
    let first = claim_one(harness).await;
    assert!(put_off(harness, &first, 3 * LEASE).await);
    harness.pass_time(2 * LEASE).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(LEASE).await;
    assert_eq!(claim_one(harness).await.tries, 2);
}

/// A later delivery is a new event.
pub async fn an_event_that_is_given_up_may_arrive_again(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["1", "2"]).await;
    let claims = claim(harness, 9).await;
    assert!(give_up(harness, &claims[0]).await);
    assert!(!give_up(harness, &claims[0]).await, "once");
    assert_eq!(insert(harness, claims[0].event.clone()).await, Ok(()));
    let again = claim_one(harness).await;
    assert_eq!((&again.event, again.tries), (&claims[0].event, 1));
}

/// The process that was too slow cannot undo what the next one does.
pub async fn a_claim_that_another_one_followed_changes_nothing(harness: &dyn Harness) {
    with_company(harness).await;
    insert_apart(harness, &["1"]).await;
    let slow = claim_one(harness).await;
    harness.pass_time(LEASE).await;
    let next = claim_one(harness).await;
    assert!(!settle(harness, &slow).await);
    assert!(!put_off(harness, &slow, Duration::ZERO).await);
    assert!(!give_up(harness, &slow).await);
    assert_eq!(claim(harness, 9).await, []);
    assert!(settle(harness, &next).await);
}

/// In parts, whatever their company is and whether they are settled or not.
pub async fn old_events_are_deleted(harness: &dyn Harness) {
    with_company(harness).await;
    let other = company_id("EMP_0000000002");
    add_company(harness, a_company().id(other.as_str()).build()).await;
    insert_apart(harness, &["1", "2"]).await;
    insert(harness, a_webhook_event().of(&other).build()).await.expect("a new event");
    let claims = claim(harness, 1).await;
    assert!(settle(harness, &claims[0]).await);
    harness.pass_time(EventClaim::KEPT - Duration::HOUR).await;
    insert_apart(harness, &["3"]).await;
    let prune = async || commit(harness, |storage| storage.webhook_events().prune(2)).await;
    assert_eq!(prune().await, 0);
    harness.pass_time(Duration::HOUR).await;
    assert_eq!((prune().await, prune().await, prune().await), (2, 1, 0));
    assert_eq!(claimed(harness, 9).await, ["3"]);
}
