//! Contracts of [`Notices`](portero_domain::ports::Notices).

use std::collections::BTreeSet;

use portero_domain::{
    api_key::ApiKey,
    gateway::Gateway,
    ids::{CompanyId, KeyId, PurchaseReference},
    notification::{DaysLeft, NewNotice, Notice, NoticeId, NoticeOutcome, Occasion, PurchaseEvent, RouterEvent},
};
use time::Duration;

use crate::builders::{a_company, a_key, a_router, company_id, key_id, start};
use crate::contract::{Harness, a_shop, after, commit, keep, refused, rivals};

const ENOUGH: u16 = 1_000;

fn the_company() -> CompanyId {
    a_company().build().id
}

/// The notice that the purchase of this number was paid.
fn paid(company: &CompanyId, number: u32) -> NewNotice {
    let reference = PurchaseReference::parse(&format!("compra_{number:026}")).expect("a reference");
    NewNotice::once(company.clone(), Occasion::Purchase(PurchaseEvent::Paid, reference))
}

async fn store(harness: &dyn Harness, notice: NewNotice) {
    commit(harness, move |storage| storage.notices().insert(&notice)).await;
}

async fn claim_but(harness: &dyn Harness, limit: u16, busy: &[CompanyId]) -> (Vec<Notice>, bool) {
    let busy = busy.to_vec();
    let claims = commit(harness, move |storage| storage.notices().claim_due(limit, &busy)).await;
    (claims.notices.into_iter().map(|notice| notice.expect("a notice that keeps our rules")).collect(), claims.more)
}

async fn claim(harness: &dyn Harness) -> Vec<Notice> {
    claim_but(harness, ENOUGH, &[]).await.0
}

async fn claim_one(harness: &dyn Harness) -> Notice {
    let mut claimed = claim(harness).await;
    assert_eq!(claimed.len(), 1, "{claimed:?}");
    claimed.remove(0)
}

async fn end(harness: &dyn Harness, notice: &Notice, outcome: NoticeOutcome) {
    let notice = notice.clone();
    commit(harness, move |storage| storage.notices().end(&notice, outcome)).await;
}

async fn put_off(harness: &dyn Harness, notice: &Notice, wait: Duration) {
    let notice = notice.clone();
    commit(harness, move |storage| storage.notices().put_off(&notice, wait)).await;
}

async fn add_company(harness: &dyn Harness, id: &str) -> CompanyId {
    let company = a_company().id(id).build();
    let id = company.id.clone();
    commit(harness, move |storage| storage.companies().insert(&company)).await.expect("a free id");
    id
}

/// Every kind of occasion reads back as it was written.
pub async fn a_claimed_notice_says_what_it_is_about(harness: &dyn Harness) {
    a_shop(harness).await;
    let router = a_router().build().id;
    let moment = after(Duration::microseconds(123_456));
    for notice in [
        paid(&the_company(), 7),
        NewNotice::numbered(the_company(), paid(&the_company(), 7).occasion, 2),
        NewNotice::daily(the_company(), Occasion::CredentialsRefused(Gateway::MercadoPago), moment),
        NewNotice::daily(the_company(), Occasion::UnknownCharges(Gateway::Conekta), moment),
        NewNotice::at(the_company(), Occasion::Router(RouterEvent::Down, router.clone()), moment),
        NewNotice::once(the_company(), Occasion::ApiKeyExpiring(DaysLeft::Seven, router, key_id("key_1"))),
    ] {
        store(harness, notice.clone()).await;
        let claimed = claim_one(harness).await;
        let NewNotice { company, occasion, occurrence } = notice;
        assert_eq!(claimed, Notice { id: claimed.id, company, occasion, occurrence, tries: 1 });
        assert_eq!(claim(harness).await, [], "it is claimed");
    }
}

/// Two notices differ by any of company, occasion and occurrence.
pub async fn a_notice_is_stored_once(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = add_company(harness, "EMP_0000000001").await;
    let again = NewNotice::numbered(the_company(), paid(&the_company(), 1).occasion, 1);
    for notice in [paid(&the_company(), 1), paid(&other, 1), paid(&the_company(), 2), again] {
        for _ in 0..3 {
            store(harness, notice.clone()).await;
        }
    }
    let mut seen = claim(harness).await;
    seen.extend(claim(harness).await);
    assert_eq!(seen.len(), 4, "{seen:?}");
    let mut answers = rivals(harness, 4, |_, storage| storage.notices().insert(&paid(&the_company(), 3))).await;
    answers.retain(Result::is_err);
    assert_eq!((answers.len(), claim(harness).await.len()), (0, 1));
}

/// There is no notice to a company that is not there.
pub async fn a_notice_needs_its_company(harness: &dyn Harness) {
    refused(harness, |storage| storage.notices().insert(&paid(&the_company(), 1))).await;
}

/// So a notice outlives the process that claimed it.
pub async fn a_lease_that_is_over_is_claimed_again(harness: &dyn Harness) {
    a_shop(harness).await;
    store(harness, paid(&the_company(), 1)).await;
    let first = claim_one(harness).await;
    harness.pass_time(Notice::LEASE / 2).await;
    assert_eq!(claim(harness).await, []);
    harness.pass_time(Notice::LEASE / 2).await;
    assert_eq!(claim_one(harness).await, Notice { tries: 2, ..first });
}

/// A company with many notices leaves room for the others.
pub async fn few_notices_of_one_company_are_claimed_at_once(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = add_company(harness, "EMP_0000000001").await;
    for number in 0..5 {
        store(harness, paid(&the_company(), number)).await;
    }
    store(harness, paid(&other, 9)).await;
    let companies = |notices: &[Notice]| notices.iter().map(|notice| notice.company.clone()).collect::<Vec<_>>();
    let (claimed, more) = claim_but(harness, 3, &[]).await;
    assert_eq!((companies(&claimed), more), (vec![the_company(), the_company(), other.clone()], true));
    store(harness, paid(&other, 10)).await;
    let (claimed, more) = claim_but(harness, 3, &[the_company()]).await;
    assert_eq!((companies(&claimed), more), (vec![other], false));
    assert_eq!(claim(harness).await.len(), 2, "the company is no longer busy");
}

/// No notice waits behind one that became due later.
pub async fn the_longest_due_are_claimed_first(harness: &dyn Harness) {
    a_shop(harness).await;
    for number in [3, 1, 2] {
        let id = add_company(harness, &format!("EMP_000000000{number}")).await;
        store(harness, paid(&id, number)).await;
        harness.pass_time(Duration::SECOND).await;
    }
    let mut order = Vec::new();
    for more in [true, true, true, false] {
        let (claimed, seen) = claim_but(harness, 1, &[]).await;
        assert_eq!(seen, more);
        order.extend(claimed.into_iter().map(|notice| notice.company));
    }
    assert_eq!(order, ["EMP_0000000003", "EMP_0000000001", "EMP_0000000002"].map(company_id));
}

/// Several processes share the notices.
pub async fn rivals_never_claim_the_same_notice(harness: &dyn Harness) {
    const COMPANIES: usize = 20;
    a_shop(harness).await;
    for number in 0..COMPANIES {
        let company = add_company(harness, &format!("EMP_{number:010}")).await;
        for purchase in 0..3 {
            store(harness, paid(&company, purchase)).await;
        }
    }
    let mut all: Vec<NoticeId> = Vec::new();
    loop {
        let answers = rivals(harness, 4, |_, storage| storage.notices().claim_due(7, &[])).await;
        let claims = answers.into_iter().flat_map(|answer| answer.expect("claims").notices);
        let round: Vec<_> = claims.map(|notice| notice.expect("a notice").id).collect();
        if round.is_empty() {
            break;
        }
        all.extend(round);
    }
    assert_eq!(all.len(), COMPANIES * 3, "some were taken twice, or left");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), COMPANIES * 3);
}

/// Whatever its outcome, it is over. Storing it again does not begin it again.
pub async fn an_ended_notice_is_never_claimed_again(harness: &dyn Harness) {
    a_shop(harness).await;
    for (number, outcome) in (0..).zip([NoticeOutcome::Sent, NoticeOutcome::Unwanted, NoticeOutcome::GivenUp]) {
        store(harness, paid(&the_company(), number)).await;
        let notice = claim_one(harness).await;
        end(harness, &notice, outcome).await;
        end(harness, &notice, NoticeOutcome::Sent).await;
        put_off(harness, &notice, Duration::ZERO).await;
        store(harness, paid(&the_company(), number)).await;
        harness.pass_time(Duration::DAY).await;
        assert_eq!(claim(harness).await, []);
    }
}

/// A process whose claim is over does not disturb the next one.
pub async fn a_notice_is_put_off_by_its_claim_alone(harness: &dyn Harness) {
    a_shop(harness).await;
    store(harness, paid(&the_company(), 1)).await;
    let first = claim_one(harness).await;
    put_off(harness, &first, Duration::HOUR).await;
    harness.pass_time(Duration::minutes(59)).await;
    assert_eq!(claim(harness).await, []);
    harness.pass_time(Duration::MINUTE).await;
    let second = claim_one(harness).await;
    put_off(harness, &first, Duration::ZERO).await;
    assert_eq!(claim(harness).await, [], "the first claim is over");
    put_off(harness, &second, Duration::ZERO).await;
    assert_eq!(claim_one(harness).await.tries, 3);
}

/// A bot that sent too much waits. Other companies do not, and no notice becomes due sooner.
pub async fn a_company_is_put_off_with_all_its_notices(harness: &dyn Harness) {
    a_shop(harness).await;
    let other = add_company(harness, "EMP_0000000001").await;
    for number in 0..3 {
        store(harness, paid(&the_company(), number)).await;
    }
    let claimed = claim(harness).await;
    put_off(harness, &claimed[0], Duration::DAY).await;
    end(harness, &claimed[1], NoticeOutcome::Sent).await;
    commit(harness, |storage| storage.notices().put_off_company(&the_company(), Duration::HOUR)).await;
    store(harness, paid(&other, 1)).await;
    assert_eq!(claim_one(harness).await.company, other);
    let mut due = Vec::new();
    for minutes in [59, 1, 24 * 60] {
        harness.pass_time(Duration::minutes(minutes)).await;
        let mut claimed = claim(harness).await;
        claimed.retain(|notice| notice.company == the_company());
        for notice in &claimed {
            end(harness, notice, NoticeOutcome::Sent).await;
        }
        due.push(claimed.len());
    }
    assert_eq!(due, [0, 1, 1]);
}

/// What is due stays, however old it is.
pub async fn notices_that_ended_long_ago_are_deleted(harness: &dyn Harness) {
    a_shop(harness).await;
    for number in 0..4 {
        store(harness, paid(&the_company(), number)).await;
    }
    let prune = async |limit| commit(harness, move |storage| storage.notices().prune(limit)).await;
    for notice in [claim(harness).await, claim(harness).await].concat().iter().take(3) {
        end(harness, notice, NoticeOutcome::Sent).await;
    }
    harness.pass_time(Notice::KEPT - Duration::HOUR).await;
    assert_eq!(prune(ENOUGH).await, 0);
    harness.pass_time(Duration::HOUR * 2).await;
    assert_eq!([prune(2).await, prune(2).await, prune(2).await], [2, 1, 0]);
    assert_eq!(claim(harness).await.len(), 1);
}

/// A key of the shop's company with a router of its own.
async fn add_key(harness: &dyn Harness, number: u8, change: impl FnOnce(ApiKey) -> ApiKey) -> KeyId {
    let router = a_router().id(&format!("RTR_{number:08X}")).build();
    let key = change(a_key().id(&format!("key_{number}")).of(&router).build());
    commit(harness, move |storage| storage.routers().insert(&router)).await.expect("a free id");
    keep(harness, &key).await;
    key.id().clone()
}

/// Each warning comes once, and not for keys that were never good for longer.
pub async fn keys_that_expire_soon_get_one_notice_each(harness: &dyn Harness) {
    a_shop(harness).await;
    let now = start().plus(Duration::days(365));
    let ending = |after: Duration| {
        move |key: ApiKey| {
            let mut parts = key.parts().clone();
            parts.expires_at = now.plus(after);
            ApiKey::restore(parts)
        }
    };
    let moment = Duration::MICROSECOND;
    let month = add_key(harness, 1, ending(Duration::days(30))).await;
    let week = add_key(harness, 2, ending(Duration::days(7))).await;
    let day = add_key(harness, 3, ending(Duration::days(1))).await;
    let more = add_key(harness, 4, ending(Duration::days(7) + moment)).await;
    add_key(harness, 5, ending(Duration::days(30) + moment)).await;
    add_key(harness, 6, ending(Duration::ZERO)).await;
    add_key(harness, 7, |key| {
        let mut parts = ending(Duration::days(2))(key).parts().clone();
        parts.revoked_at = Some(now);
        ApiKey::restore(parts)
    })
    .await;
    add_key(harness, 8, |key| {
        let mut parts = ending(Duration::days(7))(key).parts().clone();
        parts.issued_at = now;
        ApiKey::restore(parts)
    })
    .await;
    let scan = async |days, limit| {
        commit(harness, move |storage| storage.notices().insert_expiring(days, now, limit)).await //
    };
    assert_eq!([scan(DaysLeft::Thirty, 1).await, scan(DaysLeft::Thirty, 1).await], [1, 1]);
    for days in DaysLeft::ALL {
        let new = scan(days, ENOUGH).await;
        assert_eq!((new, scan(days, ENOUGH).await), (usize::from(days != DaysLeft::Thirty), 0));
    }
    let mut told = BTreeSet::new();
    for notice in [claim(harness).await, claim(harness).await].concat() {
        let Occasion::ApiKeyExpiring(days, _, key) = notice.occasion else { panic!("{notice:?}") };
        told.insert((days.get(), key));
    }
    assert_eq!(told, BTreeSet::from([(30, month), (30, more), (7, week), (1, day)]));
}
