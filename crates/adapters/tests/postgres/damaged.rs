//! Rows that break the rules of their types: written by an older version, another program or by hand.

use portero_domain::{
    filter::{FleetFilter, ProductFilter, RouterFilter, UserFilter},
    ids::{CompanyId, ProductId, RouterId, UserId},
    page::{DamagedRow, Limit, Page, RowId, RowLabel, Start},
    ports::{Storage, StorageError, Stored, transact},
    user::{RoleKind, UserStatus},
};
use portero_testkit::builders::{a_company, a_router, a_user, an_offer, start};

use crate::fixture::{Fixture, store};

/// Two rows in every list. The first of each is damaged.
async fn damaged_store() -> Fixture {
    let store = store(2);
    let stocked: Stored<()> = transact(&*store.storage, |storage| {
        for number in 1..=2 {
            let company = a_company().id(&format!("EMP_000000000{number}")).build();
            storage.companies().insert(&company)?.unwrap();
            let router = a_router().id(&format!("RTR_0000000{number}")).of(&hotel()).build();
            storage.routers().insert(&router)?.unwrap();
            let offer = an_offer().on(&router_id()).profile(&number.to_string()).build();
            storage.products().insert(&hotel(), &offer, start())?.unwrap();
            storage.users().insert(&a_user().email(&format!("{number}@hotel.mx")).build())?.unwrap();
        }
        Ok(())
    })
    .await;
    stocked.unwrap();
    for damage in [
        "companies SET contact_email = 'x@i\u{307}.mx' WHERE id = 'EMP_0000000001'",
        "routers SET host = 'a b' WHERE id = 'RTR_00000001'",
        "products SET details = '[{]' WHERE id = 1",
        "users SET email = 'no address' WHERE id = 1",
    ] {
        store.database.statement(&format!("UPDATE {damage}"));
    }
    store
}

fn hotel() -> CompanyId {
    CompanyId::parse("EMP_0000000001").unwrap()
}

fn router_id() -> RouterId {
    RouterId::parse("RTR_00000001").unwrap()
}

async fn run<T: Send + 'static>(
    store: &Fixture,
    work: impl FnOnce(&mut dyn Storage) -> Stored<T> + Send + 'static,
) -> T {
    transact(&*store.storage, work).await.unwrap()
}

fn damaged(id: RowId, name: &str) -> Vec<DamagedRow> {
    vec![DamagedRow { place: 0, label: RowLabel { id, name: Some(name.to_owned()), active: Some(true) } }]
}

#[tokio::test]
async fn a_damaged_row_is_named_in_its_list_and_hides_no_other() {
    let store = damaged_store().await;
    let text = |id: &str| RowId::Text(id.to_owned());
    let companies = run(&store, |storage| storage.companies().list(Page::default())).await;
    assert_eq!((companies.items.len(), companies.total), (1, Some(2)));
    assert_eq!(companies.damaged, damaged(text("EMP_0000000001"), "Hotel Central"));
    let routers =
        run(&store, |storage| storage.routers().list(&hotel(), &RouterFilter::default(), Page::default())).await;
    assert_eq!((routers.items.len(), routers.total), (1, Some(2)));
    assert_eq!(routers.damaged, damaged(text("RTR_00000001"), "Router Principal"));
    let products =
        run(&store, |storage| storage.products().list(&hotel(), &ProductFilter::default(), Page::default())).await;
    assert_eq!((products.items.len(), products.total), (1, Some(2)));
    assert_eq!(products.damaged, damaged(RowId::Number(1), "1 Hora"));
    let users = run(&store, |storage| storage.users().list(&UserFilter::default(), Page::default())).await;
    assert_eq!((users.items.len(), users.total), (1, Some(2)));
    assert_eq!(users.damaged, damaged(RowId::Number(1), "Super Administrador"));
    let fleet = run(&store, |storage| storage.router_healths().fleet(&FleetFilter::default(), Page::default())).await;
    assert_eq!((fleet.items.len(), fleet.damaged), (2, vec![]), "a fleet's row has no address");
}

#[tokio::test]
async fn a_page_may_end_at_a_damaged_row() {
    let store = damaged_store().await;
    let page = |start| Page { limit: Limit::new(1), start };
    let first = run(&store, move |storage| storage.companies().list(page(Start::Beginning))).await;
    assert_eq!((first.items.len(), first.damaged.len()), (0, 1));
    let next = first.next.unwrap();
    let second = run(&store, move |storage| storage.companies().list(page(Start::After(next)))).await;
    assert_eq!((second.items.len(), second.damaged.len(), second.next), (1, 0, None));
}

#[tokio::test]
async fn a_catalogue_leaves_damaged_products_out() {
    let store = damaged_store().await;
    let catalogue = run(&store, |storage| storage.products().catalogue(&hotel(), &router_id())).await;
    assert_eq!(catalogue.iter().map(|product| product.id).collect::<Vec<_>>(), [ProductId::new(2)]);
}

#[tokio::test]
async fn a_damaged_row_is_deactivated_like_any_other() {
    let store = damaged_store().await;
    run(&store, |storage| {
        assert_eq!(storage.companies().is_active(&hotel())?, Some(true));
        assert_eq!(storage.companies().lock_active(&hotel())?, Some(true));
        storage.companies().set_active(&hotel(), false)?;
        assert_eq!(storage.routers().lock_active(&hotel(), &router_id())?, Some(true));
        storage.routers().set_active(&hotel(), &router_id(), false)?;
        assert!(storage.products().deactivate(&hotel(), ProductId::new(1))?);
        let status = UserStatus { role: RoleKind::SuperAdmin, active: true };
        assert_eq!(storage.users().lock_status(UserId::new(1))?, Some(status));
        storage.users().set_active(UserId::new(1), false)
    })
    .await;
    for table in ["companies", "routers", "products", "users"] {
        let left = format!("SELECT count(*) FROM {table} WHERE active");
        assert_eq!(crate::fixture::number(&store.database, &left), 1, "{table}");
    }
}

#[tokio::test]
async fn a_damaged_row_alone_is_an_error() {
    let store = damaged_store().await;
    let found = transact(&*store.storage, |storage| storage.companies().find(&hotel())).await;
    assert!(matches!(found, Err(StorageError::Failed(_))), "{found:?}");
}
