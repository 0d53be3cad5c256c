//! Purchases that end without a charge.

use portero_domain::{
    money::Currency,
    ports::HotspotError,
    purchase::{ChargeAnswer, ChargeId, DeclineReason, Receipt, RequestProblem, Terms},
};
use portero_testkit::builders::{a_company, a_key, a_product, a_router, an_offer, money, router_id};
use serde_json::{Value, json};
use time::Duration;

use super::{CONEKTA, KEY, MERCADO_PAGO, Shop, an_order, changed};
use crate::support::{Response, TestApp, assert_error, assert_example, assert_fields, example};

/// The response is this example, apart from the id of its request.
#[track_caller]
fn assert_failed(response: &Response, name: &str) {
    let mut expected = example(name);
    expected["request_id"] = json!(response.header("x-request-id").unwrap());
    assert_eq!((response.status, &response.body), (500, &expected));
}

#[actix_web::test]
async fn every_reason_of_a_declined_card_has_its_code_and_its_text() {
    let told = |reason| match reason {
        DeclineReason::Declined | DeclineReason::Duplicate => {
            ("payment_declined", "El pago fue declinado. Contacte a su banco.")
        }
        DeclineReason::InsufficientFunds => ("insufficient_funds", "Fondos insuficientes en la tarjeta."),
        DeclineReason::ExpiredCard => ("card_expired", "Tarjeta expirada. Use otra tarjeta."),
        DeclineReason::InvalidCard => ("card_invalid", "Tarjeta inválida. Verifique los datos."),
        DeclineReason::WrongSecurityCode => ("security_code_wrong", "Código de seguridad (CVV) incorrecto."),
        DeclineReason::CallBank => ("call_bank", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::CardDisabled => ("card_disabled", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::CardNotSupported => ("card_not_supported", "Tarjeta declinada. Contacte a su banco."),
        DeclineReason::HighRisk => ("payment_high_risk", "El pago fue rechazado."),
        DeclineReason::TooManyAttempts => ("too_many_attempts", "El pago fue rechazado."),
        DeclineReason::NotConfirmed => ("payment_not_confirmed", "El pago no fue aprobado."),
        DeclineReason::Expired => ("payment_expired", "El pago expiró. Realice una nueva transacción."),
        DeclineReason::Cancelled => ("payment_cancelled", "El pago fue cancelado."),
    };
    for &reason in DeclineReason::ALL {
        let shop = Shop::new().await;
        shop.app.conekta.answer_charge(ChargeAnswer::Declined(ChargeId::parse("ord_1"), reason));
        let (code, text) = told(reason);
        for _ in 0..2 {
            assert_error(&shop.order_as(KEY, &an_order(json!({}))).await, 402, code, text);
        }
        assert_error(&shop.find(KEY).await, 402, code, text);
        assert_eq!((shop.orders(), shop.users()), (1, vec![]), "{reason:?}");
    }
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(ChargeAnswer::Declined(None, DeclineReason::Declined));
    assert_example(&shop.order(CONEKTA, &example("pay_conekta request")).await, "pay_conekta 402");
}

#[actix_web::test]
async fn a_request_that_the_gateway_rejects_charges_nothing() {
    for (problem, status, code, text) in [
        (
            RequestProblem::TokenUsed,
            402,
            "card_token_used",
            "El token de tarjeta ya fue utilizado. Genere un nuevo token.",
        ),
        (RequestProblem::TokenUnknown, 422, "card_token_unknown", "Token de tarjeta inválido. Genere un nuevo token."),
        (RequestProblem::InvalidData, 422, "payment_data_invalid", "Datos inválidos en la solicitud."),
        (
            RequestProblem::RateLimited,
            429,
            "gateway_rate_limited",
            "Límite de solicitudes excedido. Espere un momento.",
        ),
    ] {
        let shop = Shop::new().await;
        shop.app.conekta.answer_charge(ChargeAnswer::Rejected(problem));
        assert_error(&shop.order(CONEKTA, &an_order(json!({}))).await, status, code, text);
        assert_eq!(shop.users(), vec![]);
    }
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(ChargeAnswer::Rejected(RequestProblem::Credentials));
    assert_example(&shop.order(CONEKTA, &an_order(json!({}))).await, "pay_conekta 502");
    assert_eq!((shop.users(), shop.app.store.tables().notices.len()), (vec![], 1), "the company is told");
}

/// The gateway gets retries with growing pauses, not as many as a process can send.
#[actix_web::test]
async fn a_gateway_that_cannot_be_reached_gets_some_retries() {
    let shop = Shop::new().await;
    for _ in 0..1_000 {
        shop.app.conekta.answer_charge(ChargeAnswer::NotSent);
    }
    assert_example(&shop.order(CONEKTA, &an_order(json!({}))).await, "pay_conekta 503 gateway");
    assert!((3..12).contains(&shop.orders()), "{} requests", shop.orders());
    assert_eq!((shop.charges(), shop.users()), (0, vec![]));
}

#[actix_web::test]
async fn a_charge_of_something_else_gives_no_access() {
    let terms = Terms { amount: money("25.00"), currency: Currency::Mxn, live: true };
    for other in [
        Some(Terms { amount: money("24.99"), ..terms }),
        Some(Terms { currency: Currency::Usd, ..terms }),
        Some(Terms { live: false, ..terms }),
        None,
    ] {
        let shop = Shop::new().await;
        let charge = ChargeId::parse("ord_1").unwrap();
        shop.app.conekta.answer_charge(ChargeAnswer::Paid(Receipt { charge, terms: other }));
        assert_example(&shop.order(CONEKTA, &an_order(json!({}))).await, "pay_conekta 502 mismatch");
        assert!(shop.users().iter().all(|user| user.disabled), "{other:?}");
        assert_eq!(shop.app.store.tables().notices.len(), 1);
    }
}

#[actix_web::test]
async fn a_router_that_fails_before_the_charge_charges_nothing() {
    let shop = Shop::new().await;
    shop.app.routers.fail_from(1, HotspotError::Unreachable("connection refused".to_owned()));
    assert_failed(&shop.order_as(KEY, &an_order(json!({}))).await, "pay_conekta 500");
    let again = shop.order_as(KEY, &an_order(json!({}))).await;
    assert_eq!(
        again.body,
        json!({ "detail": "La compra está cerrada", "code": "purchase_closed", "estado_pago": "rechazado" })
    );
    assert_eq!(shop.orders(), 0);

    let shop = Shop::new().await;
    shop.app.routers.router().profiles.truncate(1);
    let response = shop.order(CONEKTA, &an_order(json!({}))).await;
    let text = json!("No se pudo crear el usuario: Perfil '1hora' no encontrado.");
    assert_eq!(
        (response.status, &response.body["detail"], &response.body["code"]),
        (500, &text, &json!("router_failed"))
    );
    assert_eq!(shop.orders(), 0);
}

#[actix_web::test]
async fn only_a_product_on_sale_of_the_portals_own_router_is_sold() {
    let shop = Shop::new().await;
    let (other, cafe) =
        (a_router().id("RTR_00000002").build(), a_company().id("EMP_0000000001").with_secrets().build());
    let cafes = a_router().id("RTR_00000003").of(&cafe.id).build();
    let off_sale = a_product().id(2).offering(an_offer().profile("2").off_sale().build()).build();
    let elsewhere = a_product().id(3).offering(an_offer().on(&other.id).build()).build();
    let of_cafe = a_product().id(4).of(&cafe.id).offering(an_offer().on(&cafes.id).build()).build();
    shop.app.given(|store| store.with_router(other).with_company(cafe).with_router(cafes));
    shop.app.given(|store| store.with_product(off_sale).with_product(elsewhere).with_product(of_cafe));
    for product in 2..=5 {
        let response = shop.order(CONEKTA, &an_order(json!({ "producto_id": product }))).await;
        assert_example(&response, "pay_conekta 404");
    }
    assert_eq!((shop.orders(), shop.app.store.tables().purchases.len()), (0, 0));
}

#[actix_web::test]
async fn mercado_pago_sells_at_the_shown_price_only() {
    let shop = Shop::new().await;
    let order = |price: Value| changed(example("pay_mercado_pago request"), json!({ "monto": price }));
    assert_example(&shop.order(MERCADO_PAGO, &order(json!(24.99))).await, "pay_mercado_pago 400");
    for price in [json!(25.01), json!(0.01), json!("2500.00")] {
        let response = shop.order(MERCADO_PAGO, &order(price)).await;
        assert_eq!((response.status, &response.body["code"]), (400, &json!("price_mismatch")));
    }
    assert_eq!((shop.orders(), shop.app.store.tables().purchases.len()), (0, 0));
    assert_eq!(shop.order(MERCADO_PAGO, &order(json!("25"))).await.status, 200);
}

#[actix_web::test]
async fn a_company_without_an_account_sells_nothing() {
    let shop = Shop::of(a_company().build()).await;
    assert_example(&shop.order(CONEKTA, &an_order(json!({}))).await, "pay_conekta 400");
    let response = shop.order(MERCADO_PAGO, &example("pay_mercado_pago request")).await;
    assert_error(&response, 400, "gateway_not_configured", "La empresa no tiene configurado Mercado Pago");
    assert_example(&shop.app.get("/api/v1/payments/estado-pago/1").key(&shop.key).await, "payment_status 400");
    assert!(shop.app.store.tables().purchases.is_empty());
}

#[actix_web::test]
async fn an_inactive_router_sells_nothing() {
    let app = TestApp::new().await;
    app.given(|store| {
        store.with_company(a_company().with_secrets().build()).with_router(a_router().inactive().build())
    });
    app.given(|store| store.with_product(a_product().build()));
    let key = app.with_key(a_key().build());
    for path in [CONEKTA, MERCADO_PAGO] {
        assert_example(&app.post(path).key(&key).json(&json!({})).await, "pay_conekta 403");
    }
    let tables = app.store.tables();
    assert_eq!((tables.purchases.len(), &tables.routers[0].id), (0, &router_id("RTR_A1B2C3D4")));
}

#[actix_web::test]
async fn every_invalid_field_is_named() {
    let shop = Shop::new().await;
    let faults = [
        ("producto_id", json!(null), "missing"),
        ("producto_id", json!(0), "out_of_range"),
        ("producto_id", json!("1"), "int_type"),
        ("token_tarjeta", json!(null), "missing"),
        ("token_tarjeta", json!("x".repeat(1_000)), "string_too_long"),
        ("nombre_cliente", json!(null), "missing"),
        ("nombre_cliente", json!("x".repeat(101)), "string_too_long"),
        ("email_cliente", json!(null), "missing"),
        ("email_cliente", json!("juan@"), "value_error"),
        ("telefono_cliente", json!(5_512_345_678_i64), "string_type"),
        ("tipo_usuario", json!("otro"), "value_error"),
        ("mac_cliente", json!(1), "string_type"),
        ("ip_cliente", json!(1), "string_type"),
        ("conexion_automatica", json!("si"), "bool_type"),
        ("url_retorno", json!("x".repeat(501)), "string_too_long"),
    ];
    for (field, value, kind) in faults {
        let response = shop.order(CONEKTA, &an_order(json!({ field: value }))).await;
        assert_fields(&response, &[(&format!("body.{field}"), kind)]);
    }
    for (field, value, kind) in [
        ("monto", json!(null), "missing"),
        ("monto", json!(-1), "out_of_range"),
        ("payment_method_id", json!(null), "missing"),
        ("issuer_id", json!("3-10"), "value_error"),
        ("cuotas", json!(0), "out_of_range"),
        ("cuotas", json!(37), "out_of_range"),
        ("device_id", json!("a b"), "value_error"),
        ("payer", json!("juan"), "dict_type"),
    ] {
        let order = changed(example("pay_mercado_pago request"), json!({ field: value }));
        let response = shop.order(MERCADO_PAGO, &order).await;
        assert_fields(&response, &[(&format!("body.{field}"), kind)]);
    }
    assert_eq!((shop.orders(), shop.app.store.tables().purchases.len()), (0, 0));
}

#[actix_web::test]
async fn a_charge_that_the_gateway_never_got_may_be_made_again() {
    let shop = Shop::new().await;
    shop.app.conekta.answer_charge(ChargeAnswer::Absent);
    assert_example(&shop.order_as(KEY, &an_order(json!({}))).await, "pay_conekta 202");
    for _ in 0..10 {
        shop.later(Duration::minutes(10)).await;
    }
    let text = "El pago no fue realizado. Puede intentarlo de nuevo.";
    assert_error(&shop.find(KEY).await, 402, "payment_not_made", text);
    assert_eq!((shop.charges(), shop.users()), (0, vec![]));
}
