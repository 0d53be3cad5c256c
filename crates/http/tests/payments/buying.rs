//! What a guest gets who pays.

use portero_domain::{
    company::Company,
    ports::HotspotError,
    purchase::{Cardholder, ChargeAnswer, ChargeId},
};
use portero_testkit::builders::a_company;
use serde_json::json;
use time::Duration;

use super::{CONEKTA, KEY, MERCADO_PAGO, Shop, an_order, changed, paid};
use crate::support::{assert_example, example};

#[actix_web::test]
async fn a_guest_who_pays_gets_an_enabled_user_and_is_logged_in() {
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(paid("ord_2tUyW9vXo3sYpA1Bc"));
    assert_example(&shop.order(CONEKTA, &example("pay_conekta request")).await, "pay_conekta 200");
    let [user] = &shop.users()[..] else { panic!("not one user: {:?}", shop.users()) };
    assert_eq!((user.name.to_string(), user.disabled, user.mac), ("PT-AAAA22".to_owned(), false, None));
    assert_eq!(user.comment.to_string(), "portero:compra_00000000000000000000000001");
    let [order] = &shop.app.conekta.orders()[..] else { panic!("not one charge") };
    assert_eq!((order.buyer.phone.as_str(), order.card.token.expose()), ("+52 55 8765 4321", "tok_2tUyVr6mKzQeXoP4a"));
    assert_eq!(
        (order.terms.amount.to_string(), order.terms.live, &order.return_url),
        ("25.00".to_owned(), true, &None)
    );
}

#[actix_web::test]
async fn mercado_pago_is_told_the_card_and_the_session_of_its_script() {
    let shop = Shop::new().await;
    shop.app.mercado_pago.answer_charge(paid("1320482764"));
    let response = shop.order(MERCADO_PAGO, &example("pay_mercado_pago request")).await;
    assert_example(&response, "pay_mercado_pago 200");
    let order = shop.app.mercado_pago.orders().remove(0);
    assert_eq!((order.card.method.as_deref(), order.card.issuer.as_deref()), (Some("visa"), Some("310")));
    assert_eq!((order.card.installments, order.card.device.as_deref()), (3, Some("armor.7f1d4b2c")));
    assert!(shop.app.conekta.orders().is_empty());

    let status = |id: &str| shop.app.get(&format!("/api/v1/payments/estado-pago/{id}")).key(&shop.key);
    assert_example(&status("1320482764").await, "payment_status 200");
    for unknown in ["1320482765", "01320482764", "%2B1320482764", "x", "0"] {
        assert_example(&status(unknown).await, "payment_status 404");
    }
}

#[actix_web::test]
async fn the_buyer_may_be_named_as_mercado_pagos_script_names_the_payer() {
    let shop = Shop::new().await;
    let payer = json!({ "email": "ana@example.com", "first_name": "Ana", "identification": { "type": "RFC" } });
    let fields = json!({ "nombre_cliente": null, "email_cliente": null, "token_tarjeta": null, "token": "tok_mp",
        "issuer_id": 310, "monto": null, "transaction_amount": 25, "payer": payer });
    let order = changed(example("pay_mercado_pago request"), fields.clone());
    let response = shop.order(MERCADO_PAGO, &order).await;
    assert_eq!(
        (response.status, &response.body["cliente"]),
        (200, &json!({"nombre": "Ana", "email": "ana@example.com"}))
    );
    let own = changed(order, json!({ "nombre_cliente": "Eva", "email_cliente": "eva@example.com", "token": "tok_2" }));
    let response = shop.order(MERCADO_PAGO, &own).await;
    assert_eq!(response.body["cliente"], json!({"nombre": "Eva", "email": "eva@example.com"}));
}

#[actix_web::test]
async fn english_names_are_understood_and_spanish_ones_count() {
    let english = json!({ "product_id": 1, "card_token": "tok_english", "customer_name": "John", "customer_email":
        "john@example.com", "customer_phone": "+1 555 0100", "user_type": "pin", "mac_address": "da%3A00%3A00%3A00%3A00%3A01",
        "ip_address": "10.5.50.1", "auto_connect": true });
    let shop = Shop::new().await;
    let response = shop.order(CONEKTA, &english).await;
    assert_eq!((response.status, &response.body["tipo_usuario"]), (200, &json!("pin")));
    assert_eq!(response.body["usuario_hotspot"], json!({ "usuario": "PT-00000001", "contrasena": "" }));
    assert_eq!(response.body["auto_conexion"]["estado"], "conectado");

    let spanish = an_order(json!({ "mac_cliente": "DA:00:00:00:00:01" }));
    let wrong = json!({ "product_id": 99, "card_token": "tok_other", "customer_name": "Other", "customer_email":
        "other@example.com", "customer_phone": "x", "user_type": "x", "mac_address": "x", "ip_address": "x", "auto_connect": "x" });
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(paid("ord_2tUyW9vXo3sYpA1Bc"));
    assert_example(&shop.order(CONEKTA, &changed(spanish, wrong)).await, "pay_conekta 200");
}

#[actix_web::test]
async fn a_device_that_is_unknown_does_not_fail_the_purchase() {
    for (fields, mac, text) in [
        (json!({ "mac_cliente": "no address" }), json!(null), "No se pudo conectar automáticamente."),
        (json!({ "mac_cliente": null }), json!(null), "No se pudo conectar automáticamente."),
        (json!({ "mac_cliente": "DA:00:00:00:00:09", "ip_cliente": "x" }), json!("DA:00:00:00:00:09"), "No se pudo"),
        (json!({ "conexion_automatica": false }), json!(null), "Favor de ingresar sus credenciales"),
        (json!({ "conexion_automatica": null }), json!(null), "Favor de ingresar sus credenciales"),
    ] {
        let shop = Shop::new().await;
        let response = shop.order(CONEKTA, &an_order(fields)).await;
        let auto = &response.body["auto_conexion"];
        assert_eq!((response.status, &auto["estado"], &auto["mac"]), (200, &json!("no_conectado"), &mac));
        assert!(auto["mensaje"].as_str().unwrap().starts_with(text), "{auto}");
    }
}

#[actix_web::test]
async fn a_paid_guest_whose_router_is_silent_gets_the_credentials_and_the_access_later() {
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(paid("ord_2tUyW9vXo3sYpA1Bc"));
    shop.app.routers.fail_from(2, HotspotError::Unknown("no answer".to_owned()));
    let response = shop.order_as(KEY, &example("pay_conekta request")).await;
    assert_example(&response, "pay_conekta 200 activating");
    assert!(shop.users()[0].disabled);
    assert!(shop.app.routers.recover());
    shop.later(Duration::MINUTE).await;
    assert!(!shop.users()[0].disabled);
    let found = shop.find(KEY).await;
    assert_eq!((found.status, &found.body["estado_acceso"]), (200, &json!("activo")));
    assert_eq!(found.body.get("advertencia"), None);
}

#[actix_web::test]
async fn an_unknown_charge_is_confirmed_later_and_never_charged_again() {
    let shop = Shop::new().await;
    shop.app.conekta.fall_silent();
    for _ in 0..2 {
        let response = shop.order_as(KEY, &example("pay_conekta request")).await;
        assert_example(&response, "pay_conekta 202");
        assert_eq!(response.header("retry-after"), Some("5"));
    }
    assert_eq!(shop.find(KEY).await.text, shop.order_as(KEY, &example("pay_conekta request")).await.text);
    shop.app.conekta.recover();
    shop.later(Duration::minutes(5)).await;
    let found = shop.find(KEY).await;
    assert_eq!((found.status, &found.body["id_transaccion"]), (200, &json!("charge-1")));
    assert_eq!((shop.charges(), shop.users().len()), (1, 1));
}

fn three_ds() -> Company {
    Company { three_ds: true, ..a_company().with_secrets().build() }
}

#[actix_web::test]
async fn a_cardholder_confirms_only_where_the_portal_and_the_company_allow_it() {
    let back = json!({ "url_retorno": "https://portal.example/back" });
    for (company, fields, sent) in [
        (three_ds(), back.clone(), Some("https://portal.example/back")),
        (three_ds(), json!({}), None),
        (a_company().with_secrets().build(), back.clone(), None),
    ] {
        let shop = Shop::of(company).await;
        assert_eq!(shop.order(CONEKTA, &an_order(fields)).await.status, 200);
        assert_eq!(shop.app.conekta.orders()[0].return_url.as_deref(), sent);
    }

    let charge = ChargeId::parse("ord_2tUyW9vXo3sYpA1Bc").unwrap();
    let url = "https://pay.conekta.com/3ds/ord_2tUyW9vXo3sYpA1Bc".to_owned();
    let shop = Shop::of(three_ds()).await;
    shop.app.conekta.answer_charge(ChargeAnswer::NeedsCardholder(charge.clone(), Cardholder::Redirect { url }));
    assert_example(&shop.order_as(KEY, &an_order(back.clone())).await, "pay_conekta 202 action");
    assert_eq!(shop.find(KEY).await.body, example("pay_conekta 202 action"));
    assert!(shop.users()[0].disabled);
    shop.app.conekta.answer_find(paid("ord_2tUyW9vXo3sYpA1Bc"));
    shop.later(Duration::seconds(3)).await;
    assert_eq!((shop.find(KEY).await.status, shop.users()[0].disabled), (200, false));

    let (url, creq) = ("https://acs.example/challenge".to_owned(), "eyJ0aHJlZURTU2VydmVyVHJhbnNJRCI6IjEifQ".to_owned());
    let shop = Shop::of(three_ds()).await;
    shop.app.mercado_pago.answer_charge(ChargeAnswer::NeedsCardholder(charge, Cardholder::Post { url, creq }));
    let order = changed(example("pay_mercado_pago request"), back);
    assert_example(&shop.order(MERCADO_PAGO, &order).await, "pay_mercado_pago 202 action");
}
