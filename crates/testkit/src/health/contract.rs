//! Contracts of [`RouterHealths`](portero_domain::ports::RouterHealths).

use std::collections::BTreeSet;

use portero_domain::{
    Timestamp,
    company::Company,
    filter::FleetFilter,
    health::{Claim, Condition, Contact, FleetRouter, FleetState, HealthChange, RouterHealth},
    ids::{CompanyId, RouterId},
    ports::KEPT_CHANGES,
    router::Router,
};
use time::Duration;

use crate::builders::{a_company, a_router, company_id, router_id, start};
use crate::contract::{Harness, a_shop, after, commit, rivals, whole};

const CONDITIONS: [Condition; 6] = [
    Condition::Online,
    Condition::Unreachable,
    Condition::AccessRefused,
    Condition::CertificateUnconfirmed,
    Condition::CertificateChanged,
    Condition::AddressRefused,
];

/// How long a claim lasts here.
const INTERVAL: Duration = Duration::MINUTE;

fn the_company() -> CompanyId {
    a_company().build().id
}

fn the_router() -> RouterId {
    a_router().build().id
}

/// A router as a look found it, `minute` minutes after the start.
fn found(router: &RouterId, condition: Condition, minute: i64) -> RouterHealth {
    let contact = Contact {
        at: after(Duration::microseconds(123_456)),
        latency: std::time::Duration::from_micros(12_345),
        version: "7.18.2 (stable) “ñ”".to_owned(),
        clock_skew: Some(Duration::microseconds(-1_736_931_600_123_456)),
    };
    RouterHealth {
        router: router.clone(),
        condition,
        since: start(),
        checked_at: after(Duration::minutes(minute)),
        error: (condition != Condition::Online).then(|| format!("the router said: {condition:?}")),
        contact: Some(contact),
    }
}

fn change(condition: Condition, minute: i64) -> HealthChange {
    let RouterHealth { checked_at, condition, error, .. } = found(&the_router(), condition, minute);
    HealthChange { at: checked_at, condition, error }
}

async fn register(harness: &dyn Harness, router: Router) {
    commit(harness, move |storage| storage.routers().insert(&router)).await.expect("a free id");
}

/// Takes what is due at a moment, each for [`INTERVAL`]. Answers whether more may be due.
async fn claim(harness: &dyn Harness, now: Timestamp, limit: u16) -> (Vec<Claim>, bool) {
    let claims = commit(harness, move |storage| {
        storage.router_healths().claim_due(now, limit, &|_| now.plus(INTERVAL)) //
    })
    .await;
    (claims.claims.into_iter().map(|claim| claim.expect("a record that keeps our rules")).collect(), claims.more)
}

/// Takes the only router that is due.
async fn claim_one(harness: &dyn Harness, now: Timestamp) -> Claim {
    let (mut claims, _) = claim(harness, now, 2).await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    claims.remove(0)
}

async fn claimed(harness: &dyn Harness, now: Timestamp, limit: u16) -> Vec<RouterId> {
    claim(harness, now, limit).await.0.into_iter().map(|claim| claim.router.id).collect()
}

async fn record(harness: &dyn Harness, claim: &Claim, found: &RouterHealth, change: Option<HealthChange>) -> bool {
    let (claim, found) = (claim.clone(), found.clone());
    commit(harness, move |storage| storage.router_healths().record(&claim, &found, change.as_ref())).await
}

async fn known(harness: &dyn Harness, router: &RouterId) -> (Option<RouterHealth>, Vec<HealthChange>) {
    let router = router.clone();
    commit(harness, move |storage| {
        let healths = storage.router_healths();
        Ok((healths.find(&the_company(), &router)?, healths.changes(&the_company(), &router)?))
    })
    .await
}

async fn make_due(harness: &dyn Harness, router: &RouterId) {
    let router = router.clone();
    commit(harness, move |storage| storage.router_healths().make_due(&the_company(), &router)).await;
}

/// Nothing is known of it, and it is due whatever the time is.
pub async fn a_router_begins_unknown_and_due(harness: &dyn Harness) {
    a_shop(harness).await;
    assert_eq!(known(harness, &the_router()).await, (None, Vec::new()));
    let earlier = after(Duration::days(-1));
    let expected = Claim { router: a_router().build(), next_check: earlier.plus(INTERVAL) };
    assert_eq!(claim(harness, earlier, 1).await, (vec![expected], true));
}

/// Every field is read back, to the microsecond and the last letter, whether the router ever responded or not.
pub async fn a_look_reads_back_as_it_was_written(harness: &dyn Harness) {
    a_shop(harness).await;
    let claim = claim_one(harness, start()).await;
    let without_skew = found(&the_router(), Condition::Online, 7);
    let without_skew = RouterHealth {
        contact: without_skew.contact.map(|contact| Contact { clock_skew: None, ..contact }),
        ..without_skew
    };
    let never_answered = RouterHealth { contact: None, ..found(&the_router(), Condition::Unreachable, 8) };
    let looks = (0..).zip(CONDITIONS).map(|(minute, condition)| found(&the_router(), condition, minute));
    for look in looks.chain([without_skew, never_answered]) {
        assert!(record(harness, &claim, &look, None).await);
        assert_eq!(known(harness, &the_router()).await, (Some(look), Vec::new()));
    }
}

/// Not before its next look, and exactly then; and a look that is recorded does not move it.
pub async fn a_claimed_router_is_due_again_at_its_next_check(harness: &dyn Harness) {
    a_shop(harness).await;
    let claim = claim_one(harness, start()).await;
    assert_eq!(claimed(harness, start(), 9).await, []);
    assert!(record(harness, &claim, &found(&the_router(), Condition::Online, 0), None).await);
    let just_before = start().plus(INTERVAL).plus(Duration::microseconds(-1));
    assert_eq!(claimed(harness, just_before, 9).await, []);
    assert_eq!(claimed(harness, start().plus(INTERVAL), 9).await, [the_router()]);
}

/// In parts, until nothing is left.
pub async fn the_longest_overdue_are_claimed_first(harness: &dyn Harness) {
    a_shop(harness).await;
    let ids: Vec<RouterId> = (1..=5).map(|number| router_id(&format!("RTR_0000000{number}"))).collect();
    for id in &ids {
        register(harness, a_router().id(id.as_str()).build()).await;
    }
    let minutes = [3, 5, 1, 4, 2].map(|minute| after(Duration::minutes(minute)));
    let looks: Vec<_> = ids.iter().cloned().zip(minutes).collect();
    commit(harness, move |storage| {
        let later = after(Duration::minutes(9));
        let next = |id: &RouterId| looks.iter().find(|(of, _)| of == id).map_or(later, |(_, at)| *at);
        storage.router_healths().claim_due(start(), 9, &next)
    })
    .await;
    let now = after(Duration::minutes(5));
    let part = async |limit| {
        let (claims, more) = claim(harness, now, limit).await;
        (claims.into_iter().map(|claim| claim.router.id).collect::<Vec<_>>(), more)
    };
    let of = |places: &[usize]| places.iter().map(|&place| ids[place].clone()).collect::<Vec<_>>();
    assert_eq!(part(2).await, (of(&[2, 4]), true));
    assert_eq!(part(1).await, (of(&[0]), true));
    assert_eq!(part(3).await, (of(&[3, 1]), false));
    assert_eq!(part(3).await, (of(&[]), false));
}

/// Nor one of an inactive company. It is put off as if it had been, and taken again once it is active.
pub async fn an_inactive_router_is_not_claimed(harness: &dyn Harness) {
    a_shop(harness).await;
    let closed = || a_company().id("EMP_0000000002").build();
    let closed_company = Company { active: false, ..closed() };
    commit(harness, move |storage| storage.companies().insert(&closed_company)).await.expect("a free id");
    register(harness, a_router().id("RTR_00000002").inactive().build()).await;
    register(harness, a_router().id("RTR_00000003").of(&closed().id).build()).await;
    let (claims, more) = claim(harness, start(), 3).await;
    assert_eq!(claims.iter().map(|claim| &claim.router.id).collect::<Vec<_>>(), [&the_router()]);
    assert!(more, "all three were due");

    commit(harness, move |storage| {
        storage.companies().update(&closed())?;
        storage.routers().update(&a_router().id("RTR_00000002").build())?;
        storage.routers().update(&a_router().inactive().build())
    })
    .await;
    assert_eq!(claimed(harness, start(), 3).await, []);
    let due: BTreeSet<_> = claimed(harness, start().plus(INTERVAL), 3).await.into_iter().collect();
    assert_eq!(due, BTreeSet::from([router_id("RTR_00000002"), router_id("RTR_00000003")]));
}

/// However many processes take at once, each router is taken by one of them, and none is left.
pub async fn rivals_never_claim_the_same_router(harness: &dyn Harness) {
    const ROUTERS: usize = 60;
    a_shop(harness).await;
    for number in 1..ROUTERS {
        register(harness, a_router().id(&format!("RTR_{number:08X}")).build()).await;
    }
    let mut all = Vec::new();
    for _ in 0..ROUTERS {
        let answers = rivals(harness, 4, |_, storage| {
            storage.router_healths().claim_due(start(), 7, &|_| start().plus(INTERVAL)) //
        })
        .await;
        let claims = answers.into_iter().flat_map(|answer| answer.expect("claims").claims);
        let round: Vec<_> = claims.map(|claim| claim.expect("a router").router.id).collect();
        if round.is_empty() {
            break;
        }
        all.extend(round);
    }
    assert_eq!(all.len(), ROUTERS, "some were taken twice, or left");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), ROUTERS);
}

/// It goes before those that are overdue, and what a look under way finds is worthless. It is fine if there is no such
/// router.
pub async fn a_router_made_due_goes_before_all_others(harness: &dyn Harness) {
    a_shop(harness).await;
    let stale = claim_one(harness, start()).await;
    register(harness, a_router().id("RTR_00000002").build()).await;
    assert_eq!(claimed(harness, after(Duration::days(-1)), 9).await, [router_id("RTR_00000002")]);
    make_due(harness, &the_router()).await;
    make_due(harness, &router_id("RTR_00000009")).await;

    let late = found(&the_router(), Condition::Unreachable, 1);
    assert!(!record(harness, &stale, &late, Some(change(Condition::Unreachable, 1))).await);
    assert_eq!(known(harness, &the_router()).await, (None, Vec::new()));
    let now = after(Duration::seconds(1));
    assert_eq!(claimed(harness, now, 1).await, [the_router()]);
    assert_eq!(claimed(harness, now, 9).await, [router_id("RTR_00000002")]);
    assert!(!record(harness, &stale, &late, None).await, "it was claimed again");
    assert_eq!(known(harness, &the_router()).await.0, None);
}

/// What is found of one router touches no other.
pub async fn a_look_changes_one_router(harness: &dyn Harness) {
    a_shop(harness).await;
    let claim = claim_one(harness, start()).await;
    register(harness, a_router().id("RTR_00000002").build()).await;
    let other = claim_one(harness, start()).await;
    let look = found(&the_router(), Condition::Unreachable, 0);
    assert!(record(harness, &claim, &look, Some(change(Condition::Unreachable, 0))).await);
    assert_eq!(known(harness, &other.router.id).await, (None, Vec::new()));
    let online = found(&other.router.id, Condition::Online, 1);
    assert!(record(harness, &other, &online, Some(change(Condition::Online, 1))).await);
    assert_eq!(known(harness, &other.router.id).await, (Some(online), vec![change(Condition::Online, 1)]));
    assert_eq!(known(harness, &the_router()).await, (Some(look), vec![change(Condition::Unreachable, 0)]));
}

/// Of each router the newest ones.
pub async fn a_few_changes_are_kept_newest_first(harness: &dyn Harness) {
    a_shop(harness).await;
    let claim = claim_one(harness, start()).await;
    register(harness, a_router().id("RTR_00000002").build()).await;
    let other = claim_one(harness, start()).await;
    let of_other = found(&other.router.id, Condition::Online, 0);
    assert!(record(harness, &other, &of_other, Some(change(Condition::Online, 0))).await);

    let mut changes = Vec::new();
    // Most at the same moment, so that their order is that of their addition.
    let minutes = [3; 22].into_iter().chain([1, 2]);
    for (minute, condition) in minutes.zip(CONDITIONS.into_iter().cycle()) {
        let look = found(&the_router(), condition, minute);
        assert!(record(harness, &claim, &look, Some(change(condition, minute))).await);
        changes.insert(0, change(condition, minute));
        changes.truncate(KEPT_CHANGES.into());
        assert_eq!(known(harness, &the_router()).await, (Some(look), changes.clone()));
    }
    assert_eq!(changes.len(), usize::from(KEPT_CHANGES));
    assert_eq!(known(harness, &other.router.id).await.1, [change(Condition::Online, 0)]);
}

/// And a router that is registered under its id has no record of the old one.
pub async fn a_removed_router_takes_its_health_along(harness: &dyn Harness) {
    a_shop(harness).await;
    let claim = claim_one(harness, start()).await;
    let look = found(&the_router(), Condition::Unreachable, 0);
    assert!(record(harness, &claim, &look, Some(change(Condition::Unreachable, 0))).await);
    commit(harness, |storage| storage.routers().remove(&a_router().build())).await;
    assert_eq!(known(harness, &the_router()).await, (None, Vec::new()));
    assert!(!record(harness, &claim, &look, Some(change(Condition::Unreachable, 0))).await);
    assert_eq!(known(harness, &the_router()).await, (None, Vec::new()));

    register(harness, a_router().build()).await;
    assert_eq!(known(harness, &the_router()).await, (None, Vec::new()));
    assert_eq!(claimed(harness, start(), 9).await, [the_router()]);
}

/// All routers of all companies, and those with one state.
pub async fn the_fleet_comes_oldest_first(harness: &dyn Harness) {
    a_shop(harness).await;
    let closed = Company { active: false, ..a_company().id("EMP_0000000002").build() };
    let closed = commit(harness, move |storage| Ok(storage.companies().insert(&closed)?.map(|()| closed.id))).await;
    let closed = closed.expect("a free id");
    let registered_at = |hours| after(Duration::hours(hours));
    let routers = [
        a_router().id("RTR_00000006").named("Primero").created_at(registered_at(-1)).build(),
        a_router().id("RTR_00000005").created_at(registered_at(1)).build(),
        a_router().id("RTR_00000004").created_at(registered_at(1)).build(),
        a_router().id("RTR_00000003").created_at(registered_at(2)).inactive().build(),
        a_router().id("RTR_00000002").created_at(registered_at(3)).of(&closed).build(),
    ];
    let claims = claim(harness, start(), 9).await.0;
    let looked_at = found(&the_router(), Condition::AccessRefused, 1);
    assert!(record(harness, &claims[0], &looked_at, None).await);
    for router in &routers {
        register(harness, router.clone()).await;
    }
    let claims = claim(harness, start(), 9).await.0;
    let mut looks = vec![looked_at];
    for claim in claims.iter().filter(|claim| claim.router.id != router_id("RTR_00000004")) {
        let look = found(&claim.router.id, Condition::Online, 2);
        assert!(record(harness, claim, &look, None).await);
        looks.push(look);
    }
    // The result from before the deactivation stays stored.
    let stale = found(&router_id("RTR_00000003"), Condition::Unreachable, 3);
    let claim = Claim { router: routers[3].clone(), next_check: start().plus(INTERVAL) };
    assert!(record(harness, &claim, &stale, None).await);
    looks.push(stale);

    let [first, second, third, off, of_closed] = routers;
    let all = [first, a_router().build(), second, third, off, of_closed].map(|router| FleetRouter {
        watched: router.active && router.company == company_id("EMP_3A9F1C0B2D"),
        health: looks.iter().find(|look| look.router == router.id).cloned(),
        router: router.id,
        company: router.company,
        name: router.name,
    });
    let fleet = async |state| {
        whole(harness, move |storage, page| storage.router_healths().fleet(&FleetFilter { state }, page)).await
    };
    assert_eq!(fleet(None).await, all);
    for (state, places) in [
        (FleetState::Unwatched, &[4, 5][..]),
        (FleetState::Unknown, &[3]),
        (FleetState::Found(Condition::Online), &[0, 2]),
        (FleetState::Found(Condition::AccessRefused), &[1]),
        (FleetState::Found(Condition::Unreachable), &[]),
        (FleetState::Found(Condition::CertificateChanged), &[]),
    ] {
        let expected: Vec<_> = places.iter().map(|&place: &usize| all[place].clone()).collect();
        assert_eq!(fleet(Some(state)).await, expected, "{state:?}");
    }
}
