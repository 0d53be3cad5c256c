//! Contracts of [`Purchases`](portero_domain::ports::Purchases) and [`Processes`](portero_domain::ports::Processes).

use std::collections::BTreeSet;

use portero_domain::{
    filter::{PurchaseFilter, SearchText},
    gateway::Gateway,
    ids::{ProcessId, PurchaseId, PurchaseReference, UserId},
    money::{Currency, Money},
    ports::{Hold, KnownPurchase, NewPurchase, Stored, Then},
    purchase::{
        Cardholder, Cause, ChargeId, Charging, Customer, Income, PaymentStatus, Progress, Purchase, PurchaseSummary,
        Refund, RefundCause, RefundProblem, RefundState, SoldGuest, Stage, StageKind,
    },
    secret::{Fingerprint, Sealed},
    text::{ForeignId, Phone},
};
use time::Duration;

use crate::builders::{a_company, a_purchase, company_id, email, money, name, router_id};
use crate::contract::{Harness, a_shop, after, commit, new_purchase, rivals, seed_purchase, whole};

const STATUSES: [PaymentStatus; 7] = [
    PaymentStatus::Pending,
    PaymentStatus::Confirming,
    PaymentStatus::Paid,
    PaymentStatus::Failed,
    PaymentStatus::Refunded,
    PaymentStatus::ChargedBack,
    PaymentStatus::Manual,
];

const MINE: ProcessId = ProcessId::new(1);
const OTHER: ProcessId = ProcessId::new(2);

/// A hold that is over at once.
const fn no_time(process: ProcessId) -> Hold {
    Hold { process, lease: Duration::ZERO }
}

const fn an_hour(process: ProcessId) -> Hold {
    Hold { process, lease: Duration::HOUR }
}

async fn listed(harness: &dyn Harness, filter: PurchaseFilter) -> Vec<Purchase> {
    whole(harness, move |storage, page| storage.purchases().list(&a_company().build().id, &filter, page)).await
}

async fn another_company(harness: &dyn Harness) {
    let company = a_company().id("EMP_0000000002").build();
    commit(harness, move |storage| storage.companies().insert(&company)).await.expect("a free id");
}

async fn open(harness: &dyn Harness, new: NewPurchase, hold: Hold) -> Purchase {
    commit(harness, move |storage| storage.purchases().open(&new, hold)).await.expect("a new purchase")
}

async fn save(harness: &dyn Harness, before: &Purchase, after: &Purchase, then: Then) -> bool {
    let (before, after) = (before.clone(), after.clone());
    commit(harness, move |storage| storage.purchases().save(&before, &after, then)).await
}

async fn claimed(harness: &dyn Harness, hold: Hold) -> Vec<PurchaseReference> {
    let claimed = commit(harness, move |storage| storage.purchases().claim_due(hold, 100, &[])).await;
    claimed.into_iter().map(|purchase| purchase.expect("a whole purchase").order.reference).collect()
}

fn at(purchase: &Purchase, stage: Stage) -> Purchase {
    Purchase { progress: Progress::restore(stage, purchase.progress.opened_at()), ..purchase.clone() }
}

/// Every part is read back, in every state, also those of deleted routers and products.
pub async fn a_purchase_reads_back_as_it_was_written(harness: &dyn Harness) {
    a_shop(harness).await;
    let mut expected = Vec::new();
    for (minute, status) in (1..).zip(STATUSES) {
        let at = after(Duration::minutes(minute.into()) + Duration::microseconds(123_456));
        let customer = Customer {
            name: name("Zoë “O'Hara” 東京"),
            email: email("zoë@example.com"),
            phone: Some(Phone::parse("+52 55 1234 5678").expect("a phone")),
        };
        let sale = a_purchase().number(minute).status(status).opened_at(at).customer(customer);
        let mut sale = sale.on(&router_id("RTR_0000DEAD")).amount(Money::MAX).build();
        sale.order.terms.currency = Currency::Eur;
        sale.order.terms.live = true;
        sale.order.gateway = Gateway::MercadoPago;
        sale.order.card_brand = Some(ForeignId::parse("visa").expect("a brand"));
        sale.order.installments = 12;
        sale.tries = 7;
        sale.guest = SoldGuest::Pin { last_digits: "42".to_owned(), name: Sealed::new("sealed".to_owned()) };
        expected.insert(0, seed_purchase(harness, sale).await);
    }
    let confirming = a_purchase().number(8).opened_at(after(Duration::HOUR)).build();
    let charge = confirming.charge.clone().expect("a charge");
    let mut confirming = at(&confirming, Stage::Confirming { charge, until: after(Duration::DAY) });
    confirming.cardholder = Some(Cardholder::Post { url: "https://b".to_owned(), creq: "ñ\"".to_owned() });
    (confirming.refund_due, confirming.refunded) = (true, money("0.01"));
    expected.insert(0, seed_purchase(harness, confirming).await);
    assert_eq!(listed(harness, PurchaseFilter::default()).await, expected);
}

/// Of one moment, the later addition is the newer one.
pub async fn purchases_of_one_company_come_newest_first(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    for (number, (buyer, minute)) in (1..).zip([("C", 2), ("F", 1), ("E", 1), ("A", 3), ("D", 1), ("B", 2)]) {
        let sale = a_purchase().number(number).buyer(buyer).opened_at(after(Duration::minutes(minute)));
        seed_purchase(harness, sale.build()).await;
    }
    seed_purchase(harness, a_purchase().of(&company_id("EMP_0000000002")).build()).await;
    let listed = listed(harness, PurchaseFilter::default()).await;
    let buyers: String = listed.iter().map(|sale| sale.order.customer.name.as_str()).collect();
    assert_eq!(buyers, "ABCDEF");
}

/// All count, what was paid adds up by currency, what went back is taken off, and another company's sales are its own.
pub async fn only_paid_purchases_are_income(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    let summary = async |company: &'static str| {
        commit(harness, move |storage| storage.purchases().summary(&company_id(company))).await
    };
    assert_eq!(summary("EMP_3A9F1C0B2D").await, PurchaseSummary::default());

    for (number, status) in (0..).zip(STATUSES.into_iter().chain(STATUSES)) {
        let amount = Money::from_minor(Money::MAX.minor() - i64::from(number)).expect("an amount");
        seed_purchase(harness, a_purchase().number(number).status(status).amount(amount).build()).await;
    }
    let mut part = a_purchase().number(90).amount(money("10")).build();
    (part.order.terms.currency, part.refunded) = (Currency::Usd, money("2.50"));
    seed_purchase(harness, part).await;
    let elsewhere = a_purchase().number(91).of(&company_id("EMP_0000000002")).amount(money("19.99"));
    seed_purchase(harness, elsewhere.build()).await;

    // The third and the tenth were paid: together more than 32 bits hold.
    let pesos = Money::from_minor(2 * Money::MAX.minor() - 2 - 9).expect("an amount");
    let income = vec![
        Income { currency: Currency::Mxn, amount: pesos },
        Income { currency: Currency::Usd, amount: money("7.50") },
    ];
    assert_eq!(summary("EMP_3A9F1C0B2D").await, PurchaseSummary { total: 15, paid: 3, pending: 4, income });
    let income = vec![Income { currency: Currency::Mxn, amount: money("19.99") }];
    let others = PurchaseSummary { total: 1, paid: 1, pending: 0, income };
    assert_eq!(summary("EMP_0000000002").await, others);
}

/// Each filter by itself. The rule is the filter's own.
pub async fn purchases_are_found_by_state_router_time_and_text(harness: &dyn Harness) {
    a_shop(harness).await;
    let mut all = Vec::new();
    for (number, status) in (1..).zip(STATUSES) {
        let router = router_id(if number % 2 == 0 { "RTR_A1B2C3D4" } else { "RTR_00000009" });
        let sale = a_purchase().number(number).status(status).on(&router).buyer(&format!("Ana %{number}"));
        let mut sale = sale.opened_at(after(Duration::hours(number.into()))).build();
        if number == 3 {
            sale.guest = SoldGuest::Pin { last_digits: "42".to_owned(), name: Sealed::new("sealed".to_owned()) };
        }
        all.insert(0, seed_purchase(harness, sale).await);
    }
    let text = |text: &str| Some(SearchText::parse(text).expect("a text"));
    let mut filters: Vec<_> =
        STATUSES.map(|status| PurchaseFilter { status: Some(status), ..PurchaseFilter::default() }).into();
    filters.extend([
        PurchaseFilter { router: Some(router_id("RTR_00000009")), ..PurchaseFilter::default() },
        PurchaseFilter { from: Some(after(Duration::hours(3))), ..PurchaseFilter::default() },
        PurchaseFilter { until: Some(after(Duration::hours(3))), ..PurchaseFilter::default() },
    ]);
    let texts =
        ["ana %1", "ORD_3", "compra_00000000000000000000000005", "pt-a00002", "juan@example.com", "42", "_", "%"];
    filters.extend(texts.map(|wanted| PurchaseFilter { text: text(wanted), ..PurchaseFilter::default() }));
    for filter in filters {
        let expected: Vec<_> = all.iter().filter(|purchase| filter.matches(purchase)).cloned().collect();
        assert_eq!(listed(harness, filter.clone()).await, expected, "{filter:?}");
    }
}

/// By its id, its reference, its identity and its charge, in its own company only.
pub async fn a_purchase_is_found_by_each_of_its_keys(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    seed_purchase(harness, a_purchase().number(2).build()).await;
    let purchase = seed_purchase(harness, a_purchase().build()).await;
    let new = new_purchase(&purchase);
    for (company, there) in [("EMP_3A9F1C0B2D", true), ("EMP_0000000002", false)] {
        let (wanted, new) = (purchase.clone(), new.clone());
        let found = commit(harness, move |storage| {
            let (company, purchases) = (company_id(company), storage.purchases());
            let charge = wanted.charge.clone().expect("a charge");
            assert_eq!(purchases.find_by_charge(&company, Gateway::MercadoPago, &charge)?, None);
            let by_identity = purchases.find_by_identity(&company, &new.identity)?;
            let by_identity = by_identity.map(|(purchase, request)| {
                assert_eq!(request, new.request);
                purchase
            });
            assert_eq!(purchases.find_by_identity(&company, &new.card)?, None, "a card is no identity");
            Ok([
                purchases.find(&company, wanted.id)?,
                purchases.find_by_reference(&company, &wanted.order.reference)?,
                purchases.find_by_charge(&company, Gateway::Conekta, &charge)?,
                by_identity,
            ])
        })
        .await;
        assert!(found.iter().all(|found| *found == there.then(|| purchase.clone())), "{company}: {found:?}");
    }
}

/// A known identity or card opens nothing, and takes no key. Another company may have the same.
pub async fn one_identity_opens_one_purchase(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    let first = new_purchase(&a_purchase().build());
    open(harness, first.clone(), an_hour(MINE)).await;
    let second = new_purchase(&a_purchase().number(2).build());
    let try_to_open = async |new: NewPurchase| {
        commit(harness, move |storage| storage.purchases().open(&new, an_hour(MINE))).await.map(drop)
    };
    let same_identity = NewPurchase { identity: first.identity, ..second.clone() };
    let same_card = NewPurchase { card: first.card, ..second.clone() };
    assert_eq!(try_to_open(first.clone()).await, Err(KnownPurchase::SameIdentity));
    assert_eq!(try_to_open(same_identity).await, Err(KnownPurchase::SameIdentity));
    assert_eq!(try_to_open(same_card).await, Err(KnownPurchase::CardUsed));
    assert_eq!(try_to_open(second).await, Ok(()), "its keys are still free");
    let mut elsewhere = first;
    elsewhere.order.company = company_id("EMP_0000000002");
    assert_eq!(try_to_open(elsewhere).await, Ok(()));
}

/// The first of them.
pub async fn of_rivals_with_one_identity_one_opens_a_purchase(harness: &dyn Harness) {
    a_shop(harness).await;
    let answers = rivals(harness, 8, |number, storage| {
        let number = u32::try_from(number).expect("a number");
        let mine = new_purchase(&a_purchase().number(number + 1).build());
        let new = NewPurchase { identity: new_purchase(&a_purchase().build()).identity, ..mine };
        storage.purchases().open(&new, an_hour(MINE))
    })
    .await;
    let opened = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
    let known = answers.iter().filter(|answer| matches!(answer, Ok(Err(KnownPurchase::SameIdentity)))).count();
    assert_eq!((opened, known), (1, 7), "{answers:?}");
}

/// Nothing of it is stored: neither the purchase, nor its timeline, nor the sums.
pub async fn a_change_of_an_older_version_is_refused(harness: &dyn Harness) {
    a_shop(harness).await;
    let opened = open(harness, new_purchase(&a_purchase().build()), an_hour(MINE)).await;
    let charging = at(&opened, Stage::Charging(Charging { since: after(Duration::ZERO), charge: None, absences: 0 }));
    assert!(save(harness, &opened, &charging, Then::Hold(an_hour(MINE))).await);
    let paid = a_purchase().build();
    let paid = Purchase { id: opened.id, version: opened.version, ..paid };
    assert!(!save(harness, &opened, &paid, Then::Done).await, "an older version");
    let elsewhere = Purchase { id: PurchaseId::new(opened.id.get() + 1), ..paid.clone() };
    assert!(!save(harness, &elsewhere, &elsewhere, Then::Done).await, "no such purchase");
    let (id, company) = (opened.id, opened.order.company.clone());
    let (found, stages, summary) = commit(harness, move |storage| {
        let purchases = storage.purchases();
        Ok((purchases.find(&company, id)?, purchases.timeline(&company, id)?, purchases.summary(&company)?))
    })
    .await;
    assert_eq!(found, Some(Purchase { version: opened.version + 1, ..charging }));
    let stages: Vec<_> = stages.into_iter().map(|moment| moment.stage).collect();
    assert_eq!(stages, [StageKind::Opened, StageKind::Charging]);
    assert_eq!(summary, PurchaseSummary { total: 1, pending: 1, ..PurchaseSummary::default() });
}

/// While it is held, no other process gets it. A purchase with nothing left to do is never due.
pub async fn a_held_purchase_is_due_after_its_lease(harness: &dyn Harness) {
    a_shop(harness).await;
    let held = open(harness, new_purchase(&a_purchase().number(1).build()), an_hour(MINE)).await;
    let over = open(harness, new_purchase(&a_purchase().number(2).build()), no_time(MINE)).await;
    assert_eq!(claimed(harness, an_hour(OTHER)).await, std::slice::from_ref(&over.order.reference));
    assert_eq!(claimed(harness, an_hour(OTHER)).await, [], "the other process holds it now");
    assert!(save(harness, &held, &held, Then::After(Duration::ZERO)).await);
    assert!(save(harness, &over, &over, Then::After(Duration::HOUR)).await);
    assert_eq!(claimed(harness, an_hour(OTHER)).await, std::slice::from_ref(&held.order.reference));
    let held = Purchase { version: held.version + 1, ..held };
    assert!(save(harness, &held, &held, Then::Done).await);
    assert_eq!(claimed(harness, an_hour(MINE)).await, []);
}

/// Another process that wants something of it, such as a refund, waits for its holder.
pub async fn a_holder_keeps_a_purchase_that_is_to_go_on_soon(harness: &dyn Harness) {
    a_shop(harness).await;
    let held = open(harness, new_purchase(&a_purchase().number(1).build()), an_hour(MINE)).await;
    assert!(save(harness, &held, &held, Then::Soon).await);
    assert_eq!(claimed(harness, an_hour(OTHER)).await, []);
    let held = Purchase { version: held.version + 1, ..held };
    assert!(save(harness, &held, &held, Then::After(Duration::HOUR)).await);
    let held = Purchase { version: held.version + 1, ..held };
    assert!(save(harness, &held, &held, Then::Soon).await);
    assert_eq!(claimed(harness, an_hour(OTHER)).await, std::slice::from_ref(&held.order.reference));
    let held = Purchase { version: held.version + 1, ..held };
    assert!(save(harness, &held, &held, Then::Done).await);
    let held = Purchase { version: held.version + 1, ..held };
    assert!(save(harness, &held, &held, Then::Soon).await);
    assert_eq!(claimed(harness, an_hour(OTHER)).await, std::slice::from_ref(&held.order.reference));
}

/// Every due purchase is claimed once.
pub async fn rivals_never_claim_the_same_purchase(harness: &dyn Harness) {
    const PURCHASES: u32 = 40;
    a_shop(harness).await;
    for number in 1..=PURCHASES {
        open(harness, new_purchase(&a_purchase().number(number).build()), no_time(MINE)).await;
    }
    let mut all = Vec::new();
    loop {
        let answers = rivals(harness, 4, |_, storage| storage.purchases().claim_due(an_hour(OTHER), 3, &[])).await;
        let round = answers.into_iter().flat_map(|answer| answer.expect("claims"));
        let round: Vec<_> = round.map(|purchase| purchase.expect("a purchase").order.reference).collect();
        if round.is_empty() {
            break;
        }
        all.extend(round);
    }
    assert_eq!(all.len(), PURCHASES as usize, "some were taken twice, or left");
    assert_eq!(all.iter().map(PurchaseReference::as_str).collect::<BTreeSet<_>>().len(), PURCHASES as usize);
}

/// The longest overdue of the others come first.
pub async fn purchases_of_busy_companies_are_left(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    for number in 1..=3 {
        open(harness, new_purchase(&a_purchase().number(number).build()), no_time(MINE)).await;
    }
    let elsewhere = a_purchase().number(4).of(&company_id("EMP_0000000002")).build();
    open(harness, new_purchase(&elsewhere), no_time(MINE)).await;
    let claim = async |busy: &'static str, limit| {
        let claimed =
            commit(harness, move |storage| storage.purchases().claim_due(an_hour(OTHER), limit, &[company_id(busy)]));
        let claimed: Vec<Stored<Purchase>> = claimed.await;
        claimed.into_iter().map(|purchase| purchase.expect("a purchase").id.get()).collect::<Vec<_>>()
    };
    assert_eq!(claim("EMP_3A9F1C0B2D", 9).await.len(), 1);
    assert_eq!(claim("EMP_0000000002", 2).await.len(), 2);
    assert_eq!(claim("EMP_0000000002", 9).await.len(), 1);
}

/// The work of a process that is gone goes on at once, and that of the others is left to them.
pub async fn what_a_silent_process_holds_becomes_due(harness: &dyn Harness) {
    a_shop(harness).await;
    let beat = async |process, lease| {
        commit(harness, move |storage| storage.processes().beat(process, lease)).await //
    };
    assert_eq!(beat(MINE, Duration::HOUR).await, 0);
    assert_eq!(beat(OTHER, -Duration::SECOND).await, 0, "its own beat does not end it");
    let mine = open(harness, new_purchase(&a_purchase().number(1).build()), an_hour(MINE)).await;
    let others = open(harness, new_purchase(&a_purchase().number(2).build()), an_hour(OTHER)).await;
    assert_eq!(claimed(harness, an_hour(MINE)).await, []);
    assert_eq!(beat(MINE, Duration::HOUR).await, 1);
    assert_eq!(claimed(harness, an_hour(ProcessId::new(3))).await, [others.order.reference]);
    assert_eq!(beat(OTHER, Duration::HOUR).await, 0, "it was only slow");
    commit(harness, |storage| storage.processes().leave(MINE)).await;
    assert_eq!(claimed(harness, an_hour(OTHER)).await, [mine.order.reference]);
}

/// A process that only seems to be gone may be making it.
pub async fn a_refund_waits_for_the_end_of_its_lease(harness: &dyn Harness) {
    a_shop(harness).await;
    for (number, whole) in [(1, true), (2, false)] {
        let new = new_purchase(&a_purchase().number(number).build());
        let opened = open(harness, new, an_hour(OTHER)).await;
        let delivered = Purchase { id: opened.id, ..a_purchase().number(number).build() };
        let charge = delivered.charge.clone().expect("a charge");
        let after = if whole {
            at(&delivered, Stage::Refunding { charge, cause: RefundCause::Late })
        } else {
            Purchase { refund_due: true, ..delivered }
        };
        assert!(save(harness, &opened, &after, Then::Hold(an_hour(OTHER))).await);
    }
    commit(harness, |storage| storage.processes().leave(OTHER)).await;
    assert_eq!(claimed(harness, an_hour(MINE)).await, []);
}

/// A stage is announced once, with its cause. A refund keeps its number, and its state is the last one.
pub async fn refunds_and_stages_are_kept_in_their_order(harness: &dyn Harness) {
    a_shop(harness).await;
    let opened = open(harness, new_purchase(&a_purchase().build()), an_hour(MINE)).await;
    let paid = Purchase { id: opened.id, ..a_purchase().build() };
    assert!(save(harness, &opened, &paid, Then::Done).await);
    let again = Purchase { version: 1, tries: 3, ..paid.clone() };
    assert!(save(harness, &again, &again, Then::Done).await);
    let charge = ChargeId::parse("ord_1").expect("a charge");
    let refunding = at(&Purchase { version: 2, ..again }, Stage::Refunding { charge, cause: RefundCause::Requested });
    assert!(save(harness, &Purchase { version: 2, ..paid }, &refunding, Then::After(Duration::ZERO)).await);

    let first = Refund {
        number: 1,
        amount: money("0.01"),
        reason: Some(ForeignId::parse("Se fue la luz").expect("a reason")),
        requested_by: Some(UserId::new(7)),
        requested_at: after(Duration::HOUR),
        state: RefundState::Done(after(Duration::DAY)),
    };
    let second = Refund {
        number: 2,
        reason: None,
        requested_by: None,
        state: RefundState::Refused(RefundProblem::TooOld),
        ..first.clone()
    };
    let (id, company) = (opened.id, opened.order.company.clone());
    let refunds = [second.clone(), Refund { state: RefundState::Due, ..first.clone() }, first.clone()];
    let (moments, kept) = commit(harness, move |storage| {
        for refund in &refunds {
            storage.purchases().put_refund(&company, id, refund)?;
        }
        Ok((storage.purchases().timeline(&company, id)?, storage.purchases().refunds(&company, id)?))
    })
    .await;
    let stages: Vec<_> = moments.iter().map(|moment| (moment.stage, moment.cause)).collect();
    let requested = Cause::Refund(RefundCause::Requested);
    let expected = [(StageKind::Opened, None), (StageKind::Delivered, None), (StageKind::Refunding, Some(requested))];
    assert_eq!(stages, expected);
    assert_eq!(moments[0].at, opened.progress.opened_at());
    assert_eq!(kept, [first, second]);
    let unlike = Fingerprint::new([9; 32]);
    let nothing =
        commit(harness, move |storage| storage.purchases().find_by_identity(&a_company().build().id, &unlike)).await;
    assert_eq!(nothing, None);
}

/// Companies may share an account with a gateway. Then the gateway lists the charges of all of them to each.
pub async fn references_are_known_whatever_company_has_them(harness: &dyn Harness) {
    a_shop(harness).await;
    another_company(harness).await;
    let own = seed_purchase(harness, a_purchase().build()).await.order.reference;
    let others = a_purchase().number(2).of(&company_id("EMP_0000000002")).build();
    let others = seed_purchase(harness, others).await.order.reference;
    seed_purchase(harness, a_purchase().number(3).build()).await;
    let unknown = a_purchase().number(4).build().order.reference;
    let asked = [own.clone(), unknown, others.clone()];
    let mut known = commit(harness, move |storage| storage.purchases().known_references(&asked)).await;
    known.sort();
    assert_eq!(known, [own, others]);
    assert_eq!(commit(harness, |storage| storage.purchases().known_references(&[])).await, []);
}
