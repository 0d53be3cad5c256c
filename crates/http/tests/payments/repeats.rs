//! Requests that repeat a purchase.

use portero_domain::ports::HotspotError;
use portero_testkit::builders::{a_key, a_router};
use serde_json::json;
use time::Duration;

use super::{CONEKTA, KEY, MERCADO_PAGO, Shop, an_order, paid};
use crate::support::{assert_example, example};

const OTHER_KEY: &str = "another-key-of-16";

#[actix_web::test]
async fn a_repeated_request_gets_the_same_purchase_and_charges_once() {
    let shop = Shop::new().await;
    let first = shop.order_as(KEY, &an_order(json!({ "conexion_automatica": false }))).await;
    let again = shop.order_as(KEY, &an_order(json!({ "conexion_automatica": false }))).await;
    assert_eq!((first.status, &first.text), (200, &again.text));
    // The device is not part of the purchase: the guest may have another one by now.
    let device = json!({ "mac_cliente": "DA:00:00:00:00:02", "ip_cliente": null });
    assert_eq!(shop.order_as(KEY, &an_order(device)).await.body["compra_id"], first.body["compra_id"]);
    assert_eq!((shop.orders(), shop.users().len()), (1, 1));
}

#[actix_web::test]
async fn without_a_key_the_card_token_is_the_identity() {
    let shop = Shop::new().await;
    let first = shop.order(CONEKTA, &an_order(json!({}))).await;
    let again = shop.order(CONEKTA, &an_order(json!({}))).await;
    assert_eq!((first.status, &first.body["compra_id"]), (200, &again.body["compra_id"]));
    let other_buyer = shop.order(CONEKTA, &an_order(json!({ "nombre_cliente": "Otra" }))).await;
    assert_example(&other_buyer, "pay_conekta 409");
    assert_eq!((shop.orders(), shop.users().len()), (1, 1));
}

#[actix_web::test]
async fn a_key_with_other_data_is_a_conflict() {
    let shop = Shop::new().await;
    assert_eq!(shop.order_as(KEY, &an_order(json!({}))).await.status, 200);
    for fields in [
        json!({ "token_tarjeta": "tok_other" }),
        json!({ "producto_id": 2 }),
        json!({ "email_cliente": "otra@example.com" }),
        json!({ "telefono_cliente": null }),
        json!({ "tipo_usuario": "pin" }),
        json!({ "url_retorno": "https://portal.example/" }),
    ] {
        let response = shop.order_as(KEY, &an_order(fields)).await;
        assert_example(&response, "pay_conekta 409");
    }
    let other_gateway = shop.app.post(MERCADO_PAGO).key(&shop.key).header("idempotency-key", KEY);
    let response = other_gateway.json(&example("pay_mercado_pago request")).await;
    assert_eq!((response.status, &response.body["code"]), (409, &json!("idempotency_mismatch")));
    assert_eq!((shop.orders(), shop.users().len()), (1, 1));
}

#[actix_web::test]
async fn a_card_token_buys_once() {
    let shop = Shop::new().await;
    assert_eq!(shop.order_as(KEY, &an_order(json!({}))).await.status, 200);
    assert_example(&shop.order_as(OTHER_KEY, &an_order(json!({}))).await, "pay_conekta 400 token");
    assert_example(&shop.order(CONEKTA, &an_order(json!({}))).await, "pay_conekta 400 token");
    assert_eq!((shop.orders(), shop.users().len()), (1, 1));
}

#[actix_web::test]
async fn a_portal_finds_its_own_purchase_by_its_key() {
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(paid("ord_2tUyW9vXo3sYpA1Bc"));
    shop.order_as(KEY, &an_order(json!({}))).await;
    assert_example(&shop.find(KEY).await, "find_purchase 200");
    assert_example(&shop.find(OTHER_KEY).await, "find_purchase 404");
    let none = shop.app.get(super::PURCHASE).key(&shop.key).await;
    assert_example(&none, "find_purchase 400");

    let router = a_router().id("RTR_00000002").build();
    shop.app.given(|store| store.with_router(router.clone()));
    let key = shop.app.with_key(a_key().id("key_other").of(&router).build());
    let others = shop.app.get(super::PURCHASE).key(&key).header("idempotency-key", KEY).await;
    assert_example(&others, "find_purchase 404");
    let others = shop.app.post(CONEKTA).key(&key).header("idempotency-key", KEY).json(&an_order(json!({}))).await;
    assert_eq!(others.status, 404, "the product is of the first router: {others:?}");
}

#[actix_web::test]
async fn a_key_has_one_form() {
    let shop = Shop::new().await;
    let long = "x".repeat(129);
    for key in ["", "123456789012345", "with a blank 123", "clave-española-1", long.as_str()] {
        for response in [shop.order_as(key, &an_order(json!({}))).await, shop.find(key).await] {
            assert_eq!((response.status, &response.body["code"]), (400, &json!("idempotency_key_invalid")), "{key}");
        }
    }
    let twice =
        shop.app.get(super::PURCHASE).key(&shop.key).header("idempotency-key", KEY).header("idempotency-key", KEY);
    assert_eq!(twice.await.body["code"], "idempotency_key_invalid");
    assert_eq!(shop.orders(), 0);
    for key in ["1234567890123456".to_owned(), "~".repeat(128)] {
        assert_eq!(shop.order_as(&key, &an_order(json!({ "token_tarjeta": key }))).await.status, 200);
    }
}

#[actix_web::test]
async fn a_paid_purchase_is_told_although_its_router_is_down_now() {
    let shop = Shop::new().await;
    let first = shop.order_as(KEY, &an_order(json!({ "conexion_automatica": false }))).await;
    shop.app.routers.router().known_failure = Some(HotspotError::Unreachable("connection refused".to_owned()));
    let again = shop.order_as(KEY, &an_order(json!({ "conexion_automatica": false }))).await;
    assert_eq!((again.status, &again.text), (200, &first.text));
    let new = shop.order_as(OTHER_KEY, &an_order(json!({ "token_tarjeta": "tok_new" }))).await;
    assert_example(&new, "pay_conekta 503");
    assert_eq!(new.header("retry-after"), Some("1"));
    assert_eq!(shop.orders(), 1);
}

#[actix_web::test]
async fn a_refunded_purchase_is_closed() {
    let shop = Shop::new().await;
    shop.order_as(KEY, &an_order(json!({}))).await;
    let admin = shop.app.company_admin();
    let refund = shop.app.post("/api/v1/admin/mi-empresa/transacciones/1/reembolso").bearer(&admin);
    assert_eq!(refund.json(&json!({ "motivo": "Error" })).await.status, 202);
    shop.later(Duration::SECOND).await;
    assert_example(&shop.find(KEY).await, "find_purchase 409");
    assert_eq!(shop.order_as(KEY, &an_order(json!({}))).await.body, example("find_purchase 409"));
    assert!(shop.users()[0].disabled);
}
