//! The comparison of a company's transactions with the lists of its gateways.

use portero_domain::{
    gateway::Gateway,
    ports::ListedCharge,
    purchase::{ChargeAnswer, ChargeId, Purchase, Receipt},
};
use portero_testkit::builders::{a_company, a_purchase, a_user, money};
use serde_json::json;
use time::Duration;

use crate::support::{Call, TestApp, assert_error, assert_example, assert_fields, assert_other_role};

const PATH: &str = "/api/v1/admin/mi-empresa/conciliacion";
const DAY: &str = "/api/v1/admin/mi-empresa/conciliacion?desde=2025-01-15&hasta=2025-01-15";

/// The service with the company of the examples, its gateways and its logged-in admin.
async fn with_admin() -> (TestApp, String) {
    let app = TestApp::new().await;
    app.given(|store| store.with_company(a_company().with_secrets().build()));
    let token = app.company_admin();
    (app, token)
}

/// The charge of this purchase, made two seconds after the purchase was opened.
fn charge_of(purchase: &Purchase) -> ListedCharge {
    let charge = ChargeId::parse(&format!("ord_{}", purchase.id.get())).unwrap();
    let terms = purchase.order.terms;
    ListedCharge {
        charge: charge.clone(),
        purchase: Some(purchase.order.reference.clone()),
        created_at: purchase.progress.opened_at().plus(Duration::seconds(2)),
        answer: ChargeAnswer::Paid(Receipt { charge, terms: Some(terms) }),
        terms: Some(terms),
        refunded: purchase.refunded,
    }
}

#[actix_web::test]
async fn the_gateways_charges_are_compared_with_the_transactions() {
    let (app, token) = with_admin().await;
    let [same, taken_back, missing] = [1, 2, 3].map(|number| a_purchase().number(number).build());
    for purchase in [&same, &taken_back, &missing] {
        app.given(|store| store.with_purchase(purchase.clone()));
    }
    app.conekta.list(charge_of(&same));
    let charge = charge_of(&taken_back);
    app.conekta.list(ListedCharge { answer: ChargeAnswer::ChargedBack(charge.charge.clone()), ..charge });
    app.conekta.list(charge_of(&a_purchase().number(4).amount(money("19.90")).build()));
    let response = app.unchanged(app.get(DAY).bearer(&token)).await;
    assert_example(&response, "my_reconciliation 200");
}

#[actix_web::test]
async fn a_company_without_accounts_compares_nothing() {
    let app = TestApp::new().await;
    app.with_company();
    let token = app.company_admin();
    let response = app.get(DAY).bearer(&token).await;
    let nothing = json!({ "cantidad": 0, "monto": 0.0, "por_moneda": [] });
    assert_eq!((response.status, &response.body["coinciden"]), (200, &nothing));
    assert_eq!(response.body["pasarelas"], json!([]));
}

#[actix_web::test]
async fn both_dates_are_required_and_a_month_apart_at_most() {
    let (app, token) = with_admin().await;
    let asked = |query: &str| app.get(&format!("{PATH}?{query}")).bearer(&token);
    for (query, faults) in [
        ("", &[("query.desde", "missing"), ("query.hasta", "missing")][..]),
        ("desde=2025-01-15", &[("query.hasta", "missing")]),
        ("desde=ayer&hasta=hoy", &[("query.desde", "value_error"), ("query.hasta", "value_error")]),
        ("desde=2025-01-16&hasta=2025-01-15", &[("query.hasta", "value_error")]),
        ("desde=2025-01-15T10:00:00Z&hasta=2025-01-15T10:00:00Z", &[("query.hasta", "value_error")]),
        ("desde=2025-01-01&hasta=2025-02-01", &[("query.hasta", "value_error")]),
    ] {
        assert_fields(&asked(query).await, faults);
    }
    assert_example(&asked("desde=2025-01-01&hasta=2025-02-01").await, "my_reconciliation 422");
    assert_eq!(asked("desde=2025-01-01&hasta=2025-01-31").await.status, 200);
}

#[actix_web::test]
async fn a_gateway_that_gives_no_list_is_named() {
    let (app, token) = with_admin().await;
    app.mercado_pago.fall_silent();
    let response = app.get(DAY).bearer(&token).await;
    assert_example(&response, "my_reconciliation 503");
    assert_eq!(response.header("retry-after"), Some("1"));
    app.conekta.refuse_credentials();
    assert_example(&app.get(DAY).bearer(&token).await, "my_reconciliation 502");
}

#[actix_web::test]
async fn it_is_for_admins_of_active_companies() {
    let (app, token) = with_admin().await;
    let super_admin = app.signed_in(7, a_user().email("super@portero.mx"));
    assert_other_role(&app, &super_admin, &[("GET", DAY)], "Se requiere rol CLIENTE_ADMIN").await;
    let switch: Call<'_> = app.put("/admin/empresas/EMP_3A9F1C0B2D/activo").bearer(&super_admin);
    assert_eq!(switch.json(&json!({ "activo": false })).await.status, 200);
    assert_error(&app.get(DAY).bearer(&token).await, 403, "company_inactive", "Empresa no activa");
}

#[actix_web::test]
async fn another_companys_transactions_are_never_in_it() {
    let (app, token) = with_admin().await;
    let other = a_company().id("EMP_0000000001").with_secrets().build();
    let theirs = a_purchase().number(5).of(&other.id).build();
    assert_eq!(theirs.order.gateway, Gateway::Conekta);
    app.given(|store| store.with_company(other).with_purchase(theirs));
    let response = app.get(DAY).bearer(&token).await;
    assert_eq!((response.status, &response.body["solo_portero"]), (200, &json!([])));
}
