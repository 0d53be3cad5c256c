//! What a company has sold.

use portero_application::purchases::Dashboard;
use portero_domain::{
    filter::PurchaseFilter,
    ids::PurchaseId,
    money::Currency,
    page::{Listing, Page, Start},
    purchase::{Income, PaymentStatus, Purchase, PurchaseSummary},
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_purchase, a_router, money, start},
};
use time::Duration;

use crate::support::{World, another_company, another_companys_router, page, the_company, two_shops};

/// Seven purchases of the company, newest first, and one of another company.
fn a_busy_week() -> InMemory {
    let statuses = [
        PaymentStatus::Pending,
        PaymentStatus::Paid,
        PaymentStatus::Failed,
        PaymentStatus::Paid,
        PaymentStatus::Refunded,
        PaymentStatus::Pending,
        PaymentStatus::Paid,
    ];
    let others = a_purchase()
        .number(8)
        .of(&another_company().id)
        .on(&another_companys_router().id)
        .opened_at(start().plus(Duration::WEEK));
    (1..).zip(statuses).fold(two_shops().with_purchase(others.build()), |store, (day, status)| {
        let sale = a_purchase().number(day).amount(money("19.99")).status(status);
        store.with_purchase(sale.opened_at(start().plus(Duration::days(-i64::from(day)))).build())
    })
}

/// The filter that every purchase passes.
fn any() -> PurchaseFilter {
    PurchaseFilter::default()
}

/// The numbers that the builder gave to these purchases.
fn numbers(purchases: &[Purchase]) -> Vec<u32> {
    let number = |purchase: &Purchase| purchase.order.reference.as_str().trim_start_matches("compra_").parse().unwrap();
    purchases.iter().map(number).collect()
}

#[tokio::test]
async fn a_companys_purchases_are_listed_newest_first() {
    let world = World::over(a_busy_week());
    let all = world.app.purchases.list.execute(the_company(), any(), Page::default()).await.unwrap();
    assert_eq!(numbers(&all.items), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(all.total, Some(7));
    let stored = world.store.tables().purchases;
    assert_eq!(all.items[0], stored[1].purchase);
    assert_eq!(all.items[0].id, PurchaseId::new(2));

    let part = world.app.purchases.list.execute(the_company(), any(), page(2, 5)).await.unwrap();
    assert_eq!((numbers(&part.items), part.total), (vec![6, 7], Some(7)));
    let first = world.app.purchases.list.execute(the_company(), any(), page(2, 0)).await.unwrap();
    let behind = Page { start: Start::After(first.next.unwrap()), ..page(2, 0) };
    let second = world.app.purchases.list.execute(the_company(), any(), behind).await.unwrap();
    assert_eq!((numbers(&second.items), second.total), (vec![3, 4], None));
    let nobody = a_company().id("EMP_0000000000").build().id;
    let none = world.app.purchases.list.execute(nobody, any(), Page::default()).await.unwrap();
    assert_eq!(none, Listing { items: vec![], damaged: vec![], total: Some(0), next: None });
}

#[tokio::test]
async fn the_dashboard_sums_up_what_was_paid_and_shows_the_latest_five() {
    let world = World::over(a_busy_week().with_router(a_router().id("RTR_00000002").inactive().build()));
    let dashboard = world.app.purchases.dashboard.execute(the_company()).await.unwrap().unwrap();
    let Dashboard { company, sales, routers, recent } = dashboard;
    assert_eq!(company, a_company().build());
    let income = vec![Income { currency: Currency::Mxn, amount: money("59.97") }];
    assert_eq!(sales, PurchaseSummary { total: 7, paid: 3, pending: 2, income });
    assert_eq!(routers, 2);
    assert_eq!(numbers(&recent), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_company_that_sold_nothing_has_a_dashboard_and_one_that_is_not_there_has_none() {
    let world = World::over(two_shops());
    let dashboard = world.app.purchases.dashboard.execute(another_company().id).await.unwrap();
    let sales = PurchaseSummary { total: 0, paid: 0, pending: 0, income: vec![] };
    assert_eq!(dashboard, Some(Dashboard { company: another_company(), sales, routers: 1, recent: vec![] }));
    let nobody = a_company().id("EMP_0000000000").build().id;
    assert_eq!(world.app.purchases.dashboard.execute(nobody).await.unwrap(), None);
}
