//! Contracts of [`Reconciliations`](portero_domain::ports::Reconciliations).

use std::collections::BTreeSet;

use portero_domain::ids::CompanyId;
use time::Duration;

use crate::{
    builders::{a_company, company_id},
    contract::{Harness, commit, rivals},
};

const LEASE: Duration = Duration::HOUR;

/// After this time every company is due, whatever its own time of the day is.
const TWO_DAYS: Duration = Duration::days(2);

async fn add_company(harness: &dyn Harness, number: usize) -> CompanyId {
    let id = company_id(&format!("EMP_{number:010}"));
    let company = a_company().id(id.as_str()).build();
    commit(harness, move |storage| storage.companies().insert(&company)).await.expect("a free id");
    id
}

async fn claim(harness: &dyn Harness, limit: u16) -> Vec<CompanyId> {
    commit(harness, move |storage| storage.reconciliations().claim_due(limit, LEASE)).await
}

async fn settle(harness: &dyn Harness, company: &CompanyId) {
    let company = company.clone();
    commit(harness, move |storage| storage.reconciliations().settle(&company)).await;
}

/// A company that was just added has nothing to compare on its first day.
pub async fn a_company_is_due_once_a_day(harness: &dyn Harness) {
    let company = add_company(harness, 1).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(TWO_DAYS).await;
    assert_eq!(claim(harness, 9).await, std::slice::from_ref(&company));
    settle(harness, &company).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(TWO_DAYS).await;
    assert_eq!(claim(harness, 9).await, [company]);
}

/// So the comparison outlives the process that claimed it.
pub async fn a_claim_that_is_not_settled_is_due_again_when_it_ends(harness: &dyn Harness) {
    let company = add_company(harness, 1).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(TWO_DAYS).await;
    assert_eq!(claim(harness, 9).await, std::slice::from_ref(&company));
    harness.pass_time(LEASE / 2).await;
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(LEASE / 2).await;
    assert_eq!(claim(harness, 9).await, [company]);
}

/// A company that is settled waits longer than one whose claim has ended.
pub async fn the_longest_overdue_companies_are_claimed_first(harness: &dyn Harness) {
    let (one, other) = (add_company(harness, 1).await, add_company(harness, 2).await);
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(TWO_DAYS).await;
    let mut first = claim(harness, 1).await;
    first.extend(claim(harness, 9).await);
    assert_eq!(first.iter().collect::<BTreeSet<_>>(), BTreeSet::from([&one, &other]));
    settle(harness, &first[0]).await;
    harness.pass_time(TWO_DAYS).await;
    first.reverse();
    assert_eq!(claim(harness, 9).await, first);
}

/// No company is compared by two processes at once.
pub async fn rivals_never_claim_the_same_company(harness: &dyn Harness) {
    const COMPANIES: usize = 40;
    for number in 0..COMPANIES {
        add_company(harness, number).await;
    }
    assert_eq!(claim(harness, 9).await, []);
    harness.pass_time(TWO_DAYS).await;
    let mut all = Vec::new();
    for _ in 0..COMPANIES {
        let answers = rivals(harness, 4, |_, storage| storage.reconciliations().claim_due(3, LEASE)).await;
        let round: Vec<_> = answers.into_iter().flat_map(|answer| answer.expect("claims")).collect();
        if round.is_empty() {
            break;
        }
        all.extend(round);
    }
    assert_eq!(all.len(), COMPANIES, "some were claimed twice, or left");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), COMPANIES);
}
