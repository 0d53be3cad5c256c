//! Contracts of all lists: walked by cursor, they give every row once, whatever happens between two pages.

use portero_domain::{
    Timestamp,
    filter::{ProductFilter, PurchaseFilter, RouterFilter, UserFilter},
    page::{Cursor, Limit, Listing, Page, Start},
    ports::{Storage, Stored},
    purchase::Purchase,
    user::NewUser,
};
use time::Duration;

use super::{Harness, a_person, a_shop, after, commit, keep, seed_purchase, whole};
use crate::builders::{a_company, a_key, a_purchase, a_router, a_user, an_offer, company_id, router_id, start};

/// Rows enough for pages that begin, end and lie within one moment.
const ROWS: u32 = 23;

/// Moments that most rows share: the odd rows one, the even ones another, and every seventh a third.
fn shared(row: u32) -> Timestamp {
    after(Duration::seconds(if row.is_multiple_of(7) { 3 } else { i64::from(row % 2) }))
}

fn page<T>(limit: u16, start: Start<T>) -> Page<T> {
    Page { limit: Some(Limit::new(limit).expect("a limit")), start }
}

/// In each of the lists, and within each filter of those that have some.
pub async fn rows_of_one_moment_come_once_each(harness: &dyn Harness) {
    a_shop(harness).await;
    let hotel = || a_company().build().id;
    for row in 1..=ROWS {
        commit(harness, move |storage| {
            let company = a_company().id(&format!("EMP_{row:010}")).created_at(shared(row)).build();
            storage.companies().insert(&company)?.expect("a free id");
            let router = a_router().id(&format!("RTR_{row:08}")).created_at(shared(row)).build();
            storage.routers().insert(&router)?.expect("a free id");
            let on = if row % 3 == 0 { &router } else { &a_router().build() };
            let offer = an_offer().on(&on.id).profile(&format!("perfil {row}")).build();
            storage.products().insert(&hotel(), &offer, shared(row))?.expect("a free profile");
            Ok(())
        })
        .await;
        keep(harness, &a_key().id(&format!("key_{row}")).issued_at(shared(row)).revoked_at(start()).build()).await;
        let person = a_user().email(&format!("{row}@portero.mx"));
        let person = if row % 3 == 0 { person } else { person.admin_of(&hotel()) };
        a_person(harness, NewUser { created_at: shared(row), ..person.build() }).await;
        seed_purchase(harness, a_purchase().number(row).opened_at(shared(row)).build()).await;
    }
    let (rows, thirds) = (23, 7);
    let companies = whole(harness, |storage, page| storage.companies().list(page)).await;
    let routers =
        whole(harness, move |storage, page| storage.routers().list(&hotel(), &RouterFilter::default(), page)).await;
    let keys =
        whole(harness, |storage, page| storage.api_keys().list(&a_company().build().id, &a_router().build().id, page))
            .await;
    let sales =
        whole(harness, move |storage, page| storage.purchases().list(&hotel(), &PurchaseFilter::default(), page)).await;
    assert_eq!([companies.len(), routers.len(), keys.len(), sales.len()], [rows + 1, rows + 1, rows, rows]);
    for (company, length) in [(None, rows), (Some(hotel()), rows - thirds)] {
        let people = whole(harness, move |storage, page| {
            storage.users().list(&UserFilter { company: company.clone(), ..UserFilter::default() }, page)
        })
        .await;
        assert_eq!(people.len(), length);
    }
    for (router, length) in [(None, rows), (Some(a_router().build().id), rows - thirds)] {
        let list = whole(harness, move |storage, page| {
            storage.products().list(&hotel(), &ProductFilter { router: router.clone() }, page)
        })
        .await;
        assert_eq!(list.len(), length);
    }
}

/// A cursor is a place between rows: that its own row goes, or that others come beside it, moves nothing.
pub async fn a_walk_is_not_disturbed_by_rows_that_come_and_go(harness: &dyn Harness) {
    a_shop(harness).await;
    let walked = commit(harness, |storage| {
        let hotel = a_company().build().id;
        let a_router = |id: &str, minute| a_router().id(id).created_at(after(Duration::minutes(minute))).build();
        let add = |storage: &mut dyn Storage, id: &str, minute| {
            storage.routers().insert(&a_router(id, minute)).map(|added| added.expect("a free id"))
        };
        for (id, minute) in [("RTR_0000000A", 1), ("RTR_0000000B", 2), ("RTR_0000000C", 2), ("RTR_0000000D", 3)] {
            add(storage, id, minute)?;
        }
        let mut walked = Vec::new();
        let mut next = |storage: &mut dyn Storage, start| {
            let part = storage.routers().list(&hotel, &RouterFilter::default(), page(2, start))?;
            walked.extend(part.items.iter().map(|router| router.id.clone()));
            Ok(part.next)
        };
        // The shop's own router and A, then A goes, and one comes before it and one of its moment.
        let at = next(storage, Start::Beginning)?.expect("a next page");
        storage.routers().remove(&a_router("RTR_0000000A", 1))?;
        add(storage, "RTR_000000F0", 0)?;
        add(storage, "RTR_000000F1", 1)?;
        // F1, which was added later than A, and B. Then B goes, and so does D, which was still to come.
        let at = next(storage, Start::After(at))?.expect("a next page");
        storage.routers().remove(&a_router("RTR_0000000B", 2))?;
        storage.routers().remove(&a_router("RTR_0000000D", 3))?;
        add(storage, "RTR_000000F2", 2)?;
        // C and F2, and with that the end; but the end moves.
        assert_eq!(next(storage, Start::After(at))?, None);
        add(storage, "RTR_000000F4", 4)?;
        let of_f2 = storage.routers().list(&hotel, &RouterFilter::default(), page(1, Start::Offset(4)))?;
        assert_eq!((of_f2.items[0].id.as_str(), of_f2.total), ("RTR_000000F2", Some(6)));
        assert_eq!(next(storage, Start::After(of_f2.next.expect("a next page")))?, None);
        Ok(walked)
    })
    .await;
    let expected = [
        "RTR_A1B2C3D4",
        "RTR_0000000A",
        "RTR_000000F1",
        "RTR_0000000B",
        "RTR_0000000C",
        "RTR_000000F2",
        "RTR_000000F4",
    ];
    assert_eq!(walked, expected.map(router_id));
}

/// A sale during the reading appears before the rows that were read.
pub async fn new_sales_do_not_move_the_older_ones(harness: &dyn Harness) {
    a_shop(harness).await;
    let sell = async |number: u32, buyer: &str, minute| {
        let sale = a_purchase().number(number).buyer(buyer).opened_at(after(Duration::minutes(minute)));
        seed_purchase(harness, sale.build()).await;
    };
    let mut numbers = 1..;
    let mut number = || numbers.next().expect("a number");
    for buyer in ["D", "C", "B", "A"] {
        sell(number(), buyer, 1).await;
    }
    let mut walked = String::new();
    let mut start = Start::Beginning;
    while walked.len() < 9 {
        let part = sales_of(harness, "EMP_3A9F1C0B2D", page(1, start)).await;
        walked.extend(part.items.iter().map(buyer));
        for minute in [1, 2] {
            sell(number(), &format!("new {walked} {minute}"), minute).await;
        }
        let Some(cursor) = part.next else { break };
        start = Start::After(cursor);
    }
    assert_eq!(walked, "ABCD");
}

/// A company's list begun at a cursor of another's shows rows of that company alone, and a made-up cursor is a place
/// like any other.
pub async fn a_cursor_is_no_way_into_another_list(harness: &dyn Harness) {
    a_shop(harness).await;
    commit(harness, |storage| storage.companies().insert(&a_company().id("EMP_0000000002").build()))
        .await
        .expect("a free id");
    let sales = [("D", "3A9F1C0B2D"), ("2", "0000000002"), ("C", "3A9F1C0B2D"), ("1", "0000000002")];
    for (number, (buyer, company)) in (1..).zip(sales) {
        let sale = a_purchase().number(number).buyer(buyer).of(&company_id(&format!("EMP_{company}")));
        seed_purchase(harness, sale.build()).await;
    }
    let own = sales_of(harness, "EMP_3A9F1C0B2D", page(1, Start::Beginning)).await;
    let cursor = own.next.expect("a next page");
    let references = async |company, cursor| {
        let part = sales_of(harness, company, page(9, Start::After(cursor))).await;
        assert_eq!((part.total, part.next), (None, None));
        part.items.iter().map(buyer).collect::<String>()
    };
    assert_eq!(references("EMP_3A9F1C0B2D", cursor).await, "D");
    assert_eq!(references("EMP_0000000002", cursor).await, "2");
    let sold_at = own.items[0].progress.opened_at();
    for (at, number, rest) in [
        (sold_at, i64::MAX, "12"),
        (sold_at, i64::MIN, ""),
        (sold_at.plus(Duration::MICROSECOND), i64::MIN, "12"),
        (sold_at.plus(-Duration::MICROSECOND), i64::MAX, ""),
    ] {
        assert_eq!(references("EMP_0000000002", Cursor::new(at, number)).await, rest, "{at:?} {number}");
    }
}

async fn sales_of(harness: &dyn Harness, company: &'static str, page: Page<Purchase>) -> Listing<Purchase> {
    let list = move |storage: &mut dyn Storage| -> Stored<_> {
        storage.purchases().list(&company_id(company), &PurchaseFilter::default(), page)
    };
    commit(harness, list).await
}

fn buyer(purchase: &Purchase) -> &str {
    purchase.order.customer.name.as_str()
}
