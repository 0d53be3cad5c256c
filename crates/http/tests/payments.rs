//! Selling access by card: whole responses against `docs/wire.md`.

mod admins;
mod buying;
mod refusals;
mod repeats;

use std::future::pending;

use portero_domain::{
    company::Company,
    hotspot::HotspotUser,
    money::Currency,
    purchase::{ChargeAnswer, ChargeId, Receipt, Terms},
};
use portero_testkit::builders::{a_company, a_device, a_key, a_product, a_router, money};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{Response, TestApp, example};

const CONEKTA: &str = "/api/v1/payments/pagar-conekta";
const MERCADO_PAGO: &str = "/api/v1/payments/pagar-mercado-pago";
const PURCHASE: &str = "/api/v1/payments/compra";

/// A portal's key of a purchase.
const KEY: &str = "0b6c1f9e4d7a4f0c";

/// The examples' company with accounts at both gateways, its router with the product's profile and one guest's device, and
/// the key of the portal.
struct Shop {
    app: TestApp,
    key: String,
}

impl Shop {
    async fn new() -> Self {
        Self::of(a_company().with_secrets().build()).await
    }

    async fn of(company: Company) -> Self {
        let app = TestApp::new().await;
        app.given(|store| store.with_company(company).with_router(a_router().build()))
            .given(|store| store.with_product(a_product().build()));
        let key = app.with_key(a_key().build());
        {
            let mut router = app.routers.router();
            router.add_profile("1hora", None);
            router.hosts.push((a_device(1), [10, 5, 50, 1].into()));
        }
        Self { app, key }
    }

    /// Sends this order. The portal gives it no key.
    async fn order(&self, path: &str, body: &Value) -> Response {
        self.app.post(path).key(&self.key).json(body).await
    }

    /// Sends this order to Conekta under a portal's key.
    async fn order_as(&self, key: &str, body: &Value) -> Response {
        self.app.post(CONEKTA).key(&self.key).header("idempotency-key", key).json(body).await
    }

    /// What became of the purchase under this key.
    async fn find(&self, key: &str) -> Response {
        self.app.get(PURCHASE).key(&self.key).header("idempotency-key", key).await
    }

    /// Lets this much time pass, and the background do what is due.
    async fn later(&self, span: Duration) {
        self.app.clock.advance(span);
        self.app.application.purchases.resume.execute(pending()).await.unwrap();
    }

    fn users(&self) -> Vec<HotspotUser> {
        self.app.routers.router().users.clone()
    }

    /// How often a card was charged.
    fn charges(&self) -> usize {
        self.app.conekta.charges().len() + self.app.mercado_pago.charges().len()
    }

    /// How often a gateway was asked to charge.
    fn orders(&self) -> usize {
        self.app.conekta.orders().len() + self.app.mercado_pago.orders().len()
    }
}

/// The order of the examples at Conekta, with these fields instead. A null removes a field.
fn an_order(fields: Value) -> Value {
    changed(example("pay_conekta request"), fields)
}

fn changed(mut order: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let order_fields = order.as_object_mut().unwrap();
    for (name, value) in fields {
        if value == json!(null) {
            order_fields.remove(&name);
        } else {
            order_fields.insert(name, value);
        }
    }
    order
}

/// The gateway's word that a charge with this id was paid by the terms of the examples.
fn paid(charge: &str) -> ChargeAnswer {
    let terms = Terms { amount: money("25.00"), currency: Currency::Mxn, live: true };
    ChargeAnswer::Paid(Receipt { charge: ChargeId::parse(charge).unwrap(), terms: Some(terms) })
}
