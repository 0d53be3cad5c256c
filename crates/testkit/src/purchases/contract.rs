//! Contracts of [`Purchases`](portero_domain::ports::Purchases).

use std::collections::BTreeSet;

use portero_domain::{
    money::{Currency, Money},
    purchase::{PaymentStatus, Purchase, PurchaseSummary},
};
use time::Duration;

use crate::builders::{a_company, a_purchase, company_id, money, name, router_id};
use crate::contract::{Harness, a_shop, after, commit, whole};

const STATUSES: [PaymentStatus; 4] =
    [PaymentStatus::Pending, PaymentStatus::Paid, PaymentStatus::Failed, PaymentStatus::Refunded];

async fn listed(harness: &dyn Harness) -> Vec<Purchase> {
    whole(harness, |storage, page| storage.purchases().list(&a_company().build().id, page)).await
}

/// Every field except the id, which the store assigns, is read back, also for deleted routers and products.
pub async fn a_purchase_reads_back_as_it_was_written(harness: &dyn Harness) {
    a_shop(harness).await;
    let mut expected = Vec::new();
    for (minute, status) in (1..).zip(STATUSES) {
        let at = after(Duration::minutes(minute) + Duration::microseconds(123_456));
        let sale = a_purchase().reference(&format!("ord_ñ'{minute}")).status(status).created_at(at);
        let mut sale = if status == PaymentStatus::Pending { sale.anonymous().build() } else { sale.build() };
        sale.customer_name = sale.customer_name.and(Some(name("Zoë “O'Hara” 東京")));
        sale.paid_at = sale.paid_at.and(Some(at.plus(Duration::MICROSECOND)));
        sale.router = router_id("RTR_0000DEAD");
        (sale.amount, sale.currency) = (Money::MAX, Currency::Eur);
        harness.seed_purchase(&sale).await;
        expected.insert(0, sale);
    }
    let found = listed(harness).await;
    let ids: BTreeSet<_> = found.iter().map(|sale| sale.id).collect();
    assert_eq!(ids.len(), found.len(), "every purchase has an identity of its own");
    for (expected, found) in expected.iter_mut().zip(&found) {
        expected.id = found.id;
    }
    assert_eq!(found, expected);
}

/// Of one moment, the later addition is the newer one.
pub async fn purchases_of_one_company_come_newest_first(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| storage.companies().insert(&a_company().id("EMP_0000000002").build()))
        .await
        .expect("a free id");
    for (reference, minute) in [("C", 2), ("F", 1), ("E", 1), ("A", 3), ("D", 1), ("B", 2)] {
        let sale = a_purchase().reference(reference).created_at(after(Duration::minutes(minute)));
        harness.seed_purchase(&sale.build()).await;
    }
    // Another company's gateway account may use the same reference.
    let elsewhere = a_purchase().reference("A").of(&company_id("EMP_0000000002")).build();
    harness.seed_purchase(&elsewhere).await;
    let references: String = listed(harness).await.into_iter().map(|sale| sale.reference).collect();
    assert_eq!(references, "ABCDEF");
}

/// All count, what was paid adds up, and another company's sales are its own.
pub async fn only_paid_purchases_are_income(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| storage.companies().insert(&a_company().id("EMP_0000000002").build()))
        .await
        .expect("a free id");
    let summary = async |company: &'static str| {
        commit(harness, move |storage| storage.purchases().summary(&company_id(company))).await
    };
    let nothing = PurchaseSummary { total: 0, paid: 0, pending: 0, income: Money::ZERO };
    assert_eq!(summary("EMP_3A9F1C0B2D").await, nothing);

    for (number, status) in (0..).zip(STATUSES.into_iter().chain(STATUSES)) {
        let amount = Money::from_minor(Money::MAX.minor() - number).expect("an amount");
        let sale = a_purchase().reference(&format!("ord_{number}")).status(status).amount(amount);
        harness.seed_purchase(&sale.build()).await;
    }
    let elsewhere = a_purchase().reference("elsewhere").of(&company_id("EMP_0000000002")).amount(money("19.99"));
    harness.seed_purchase(&elsewhere.build()).await;

    // The second and the sixth were paid: together more than 32 bits hold.
    let income = Money::from_minor(2 * Money::MAX.minor() - 1 - 5).expect("an amount");
    assert_eq!(summary("EMP_3A9F1C0B2D").await, PurchaseSummary { total: 8, paid: 2, pending: 2, income });
    let others = PurchaseSummary { total: 1, paid: 1, pending: 0, income: money("19.99") };
    assert_eq!(summary("EMP_0000000002").await, others);
}
