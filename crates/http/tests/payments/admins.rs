//! What a company's admins see of sales, and what they may do.

use portero_domain::{purchase::RefundAnswer, purchase::RefundProblem};
use portero_testkit::builders::{a_company, a_user};
use serde_json::{Value, json};
use time::Duration;

use super::{CONEKTA, Shop, an_order, paid};
use crate::support::{Response, assert_example, assert_fields, example};

const TRANSACTIONS: &str = "/api/v1/admin/mi-empresa/transacciones";
const FIRST: &str = "/api/v1/admin/mi-empresa/transacciones/1";

/// A shop that has sold once, and its admin.
async fn a_sale() -> (Shop, String) {
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(paid("ord_2tUyW9vXo3sYpA1Bc"));
    assert_eq!(shop.order(CONEKTA, &an_order(json!({}))).await.status, 200);
    let admin = shop.app.company_admin();
    (shop, admin)
}

impl Shop {
    async fn refund(&self, admin: &str, body: &Value) -> Response {
        self.app.post(&format!("{FIRST}/reembolso")).bearer(admin).json(body).await
    }
}

#[actix_web::test]
async fn an_admin_refunds_a_part_and_sees_it_done() {
    let (shop, admin) = a_sale().await;
    shop.app.clock.advance(Duration::minutes(30));
    let response = shop.refund(&admin, &example("refund_my_transaction request")).await;
    assert_example(&response, "refund_my_transaction 202");
    shop.later(Duration::ZERO).await;
    assert_example(&shop.app.get(FIRST).bearer(&admin).await, "my_transaction 200");
    assert!(!shop.users()[0].disabled);

    let too_much = shop.refund(&admin, &json!({ "monto": 15.01, "motivo": "x" })).await;
    assert_example(&too_much, "refund_my_transaction 409 amount");
    assert_eq!(shop.refund(&admin, &json!({ "motivo": "x" })).await.body["reembolso"]["monto"], json!(15.0));
    assert_example(&shop.refund(&admin, &json!({ "motivo": "x" })).await, "refund_my_transaction 409");
    shop.later(Duration::SECOND).await;
    let details = shop.app.get(FIRST).bearer(&admin).await.body;
    assert_eq!(
        (&details["transaccion"]["estado"], &details["transaccion"]["reembolsado"]),
        (&json!("reembolsado"), &json!(25.0))
    );
    assert!(shop.users()[0].disabled);
    assert_eq!(shop.app.conekta.charges()[0].refunded.to_string(), "25.00");
}

#[actix_web::test]
async fn a_refund_that_the_gateway_refuses_shows_the_reason() {
    let (shop, admin) = a_sale().await;
    shop.app.conekta.answer_refund(RefundAnswer::Refused(RefundProblem::NoFunds));
    assert_eq!(shop.refund(&admin, &json!({ "motivo": "x" })).await.status, 202);
    shop.later(Duration::SECOND).await;
    let details = shop.app.get(FIRST).bearer(&admin).await.body;
    let refund = &details["reembolsos"][0];
    assert_eq!((&refund["estado"], &refund["causa"]), (&json!("rechazado"), &json!("no_funds")));
    assert_eq!(details["transaccion"]["estado"], "manual");
    assert!(!shop.users()[0].disabled);
    assert_example(&shop.refund(&admin, &json!({ "motivo": "x" })).await, "refund_my_transaction 409 state");
}

#[actix_web::test]
async fn a_transaction_of_another_company_is_not_found() {
    let (shop, _) = a_sale().await;
    let cafe = a_company().id("EMP_0000000001").build();
    shop.app.given(|store| store.with_company(cafe.clone()));
    let admin = shop.app.signed_in(9, a_user().email("admin@cafe.mx").admin_of(&cafe.id));
    for path in [FIRST, "/api/v1/admin/mi-empresa/transacciones/2", "/api/v1/admin/mi-empresa/transacciones/x"] {
        assert_example(&shop.app.get(path).bearer(&admin).await, "my_transaction 404");
    }
    let refund = shop.refund(&admin, &json!({ "motivo": "x" })).await;
    assert_example(&refund, "refund_my_transaction 404");
    assert_eq!(shop.app.get(TRANSACTIONS).bearer(&admin).await.body["total"], json!(0));
}

#[actix_web::test]
async fn every_invalid_field_of_a_refund_is_named() {
    let (shop, admin) = a_sale().await;
    for (body, field, kind) in [
        (json!({}), "body.motivo", "missing"),
        (json!({ "motivo": "" }), "body.motivo", "string_too_short"),
        (json!({ "motivo": "x", "monto": 0 }), "body.monto", "out_of_range"),
        (json!({ "motivo": "x", "monto": 1.005 }), "body.monto", "value_error"),
    ] {
        assert_fields(&shop.refund(&admin, &body).await, &[(field, kind)]);
    }
    assert!(shop.app.store.tables().purchases[0].refunds.is_empty());
}

#[actix_web::test]
async fn transactions_are_found_by_state_router_time_and_text() {
    let (shop, admin) = a_sale().await;
    shop.app.clock.advance(Duration::DAY);
    let pin = json!({ "token_tarjeta": "tok_2", "tipo_usuario": "pin", "nombre_cliente": "Ana", "email_cliente": "ana@hotel.mx" });
    assert_eq!(shop.order(CONEKTA, &an_order(pin)).await.status, 200);
    for (query, ids) in [
        ("", json!([2, 1])),
        ("estado=pagado", json!([2, 1])),
        ("estado=rechazado", json!([])),
        ("router_id=RTR_A1B2C3D4", json!([2, 1])),
        ("router_id=RTR_00000009", json!([])),
        ("desde=2025-01-16", json!([2])),
        ("hasta=2025-01-15", json!([1])),
        ("desde=2025-01-15&hasta=2025-01-16", json!([2, 1])),
        ("hasta=2025-01-16T09:00:00Z", json!([1])),
        ("desde=2025-01-16T03:00:00-06:00", json!([2])),
        ("q=JUAN", json!([1])),
        ("q=hotel.mx", json!([2])),
        ("q=ord_2tUyW9vXo3sYpA1Bc", json!([1])),
        ("q=pt-aaaa22", json!([1])),
        ("q=PT-00000002", json!([])),
        ("q=%25", json!([])),
    ] {
        let response = shop.app.get(&format!("{TRANSACTIONS}?{query}")).bearer(&admin).await;
        let rows = response.body["transacciones"].as_array().unwrap_or_else(|| panic!("{query}: {response:?}"));
        assert_eq!(json!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>()), ids, "{query}");
    }
    let wrong = shop.app.get(&format!("{TRANSACTIONS}?estado=x&desde=ayer")).bearer(&admin).await;
    assert_example(&wrong, "list_my_transactions 422");
}

#[actix_web::test]
async fn admins_see_no_password_and_no_pin() {
    let shop = Shop::new().await;
    let admin = shop.app.company_admin();
    for kind in ["usuario_contrasena", "pin"] {
        let order = an_order(json!({ "token_tarjeta": format!("tok_{kind}"), "tipo_usuario": kind }));
        assert_eq!(shop.order(CONEKTA, &order).await.status, 200);
    }
    let refund =
        shop.app.post(&format!("{TRANSACTIONS}/2/reembolso")).bearer(&admin).json(&json!({ "motivo": "x" })).await;
    let mut texts = vec![refund.text];
    for path in ["transacciones", "transacciones/1", "transacciones/2", "dashboard"] {
        texts.push(shop.app.get(&format!("/api/v1/admin/mi-empresa/{path}")).bearer(&admin).await.text);
    }
    assert!(texts[1].contains("PT-******02") && texts[3].contains("PT-******02"), "{texts:?}");
    for text in texts {
        for secret in ["\"000001\"", "PT-00000002", "sealed", "tok_", "contrasena", "APP_USR", "key_private"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}
