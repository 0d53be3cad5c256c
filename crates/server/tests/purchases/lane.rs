//! A buyer with a router, a product and a card of their own.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread::{self, JoinHandle},
};

use portero_gateways_sim::Armed;
use portero_routeros_sim::{self as routeros, Account, Simulator};
use serde_json::{Value, json};

use super::shop::{Company, PRICE, Shop};
use crate::support::{
    client::{Answer, Client},
    tenant::{ROUTER_PASSWORD, new_router},
};

pub(crate) const PRINT: &str = "/ip/hotspot/user/print";
pub(crate) const ADD: &str = "/ip/hotspot/user/add";
pub(crate) const SET: &str = "/ip/hotspot/user/set";
pub(crate) const REMOVE: &str = "/ip/hotspot/user/remove";

/// A payment gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gateway {
    Conekta,
    MercadoPago,
}

pub(crate) const GATEWAYS: [Gateway; 2] = [Gateway::Conekta, Gateway::MercadoPago];

impl Gateway {
    /// Where it takes charges.
    pub(crate) const fn charges(self) -> &'static str {
        match self {
            Self::Conekta => "/orders",
            Self::MercadoPago => "/v1/payments",
        }
    }

    /// Where it takes refunds.
    pub(crate) const fn refunds(self) -> &'static str {
        match self {
            Self::Conekta => "/orders/{id}/refunds",
            Self::MercadoPago => "/v1/payments/{id}/refunds",
        }
    }

    /// Where a portal orders.
    const fn endpoint(self) -> &'static str {
        match self {
            Self::Conekta => "/api/v1/payments/pagar-conekta",
            Self::MercadoPago => "/api/v1/payments/pagar-mercado-pago",
        }
    }
}

/// A buyer. No other buyer uses the router, so each of its users is theirs.
pub(crate) struct Lane {
    pub(crate) name: String,
    pub(crate) gateway: Gateway,
    pub(crate) router: Simulator,
    pub(crate) body: Value,
    /// The portal's key of the purchase.
    pub(crate) purchase: String,
    key: String,
}

/// The device of each buyer.
pub(crate) const DEVICE: &str = "DA:00:00:00:00:01";

impl Lane {
    pub(crate) fn of(shop: &Shop, company: &Company, gateway: Gateway, name: &str, card: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let router = shop.runtime.block_on(Simulator::start(settings())).unwrap();
        let mut new = new_router(&company.id);
        (new["host"], new["puerto"]) = (json!(router.address().ip().to_string()), json!(router.address().port()));
        let created = company.admin.post(&format!("/admin/empresas/{}/routers", company.id), &new).expect(201);
        let (router_id, key) = (created.text("id").to_owned(), created.text("api_key").to_owned());
        shop.database.statement(&format!(
            "INSERT INTO products (company_id, router_id, profile_id, profile_name, title, price_minor, currency, details, \
             active, position, featured, created_at) VALUES ('{}', '{router_id}', '*1', '1hora', '1 Hora', {PRICE}, 'MXN', \
             '[]', true, 0, false, now())",
            company.id
        ));
        let product = format!("SELECT id FROM products WHERE router_id = '{router_id}'");
        let product: i64 = shop.database.value(&product).unwrap().parse().unwrap();
        let number = COUNT.fetch_add(1, SeqCst);
        let name = format!("{gateway:?}: {name}");
        let mut body = json!({
            "producto_id": product,
            "token_tarjeta": shop.token(gateway, card),
            "nombre_cliente": "Ana Buyer",
            "email_cliente": format!("buyer-{number}@example.com"),
        });
        if card == "confirmed" {
            body["url_retorno"] = json!("http://127.0.0.1/vuelta");
        }
        if gateway == Gateway::MercadoPago {
            (body["monto"], body["payment_method_id"]) = (json!(25.50), json!("master"));
        }
        Self { name, gateway, router, body, purchase: format!("purchase-of-buyer-{number}"), key }
    }

    /// The address that names the buyer everywhere.
    pub(crate) fn email(&self) -> &str {
        self.body["email_cliente"].as_str().unwrap()
    }

    /// The token of the buyer's card.
    pub(crate) fn token(&self) -> &str {
        self.body["token_tarjeta"].as_str().unwrap()
    }

    /// The key of the buyer's portal.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The portal of the buyer at this server.
    pub(crate) fn portal(&self, server: &Client) -> Client {
        server.with_key(&self.key).about_purchase(&self.purchase)
    }

    /// Orders, or repeats the order.
    #[track_caller]
    pub(crate) fn order(&self, server: &Client) -> Answer {
        self.portal(server).post(self.gateway.endpoint(), &self.body)
    }

    /// Orders with another key of the purchase.
    #[track_caller]
    pub(crate) fn order_as(&self, server: &Client, purchase: &str) -> Answer {
        self.portal(server).about_purchase(purchase).post(self.gateway.endpoint(), &self.body)
    }

    /// Orders, and does not wait. The server may end before it responds.
    pub(crate) fn begin(&self, server: &Client) -> JoinHandle<Option<Answer>> {
        let (portal, path, body) = (self.portal(server), self.gateway.endpoint(), self.body.clone());
        thread::spawn(move || portal.attempt(minreq::Method::Post, path, Some(&body)).ok())
    }

    /// Asks what became of the order.
    pub(crate) fn ask(&self, server: &Client) -> Answer {
        self.portal(server).get("/api/v1/payments/compra")
    }

    /// How many users the router has, apart from the one of its own.
    pub(crate) fn users(&self) -> usize {
        self.router.router().user_count() - 1
    }

    /// Locks the purchase of the buyer.
    pub(crate) fn lock(&self) -> String {
        format!("SELECT FROM purchases WHERE customer_email = '{}' FOR UPDATE", self.email())
    }
}

/// A router with the profile of the product.
pub(crate) fn settings() -> routeros::Settings {
    routeros::Settings {
        accounts: vec![Account::full("admin", ROUTER_PASSWORD)],
        profiles: vec!["1hora".to_owned()],
        clients: vec![(DEVICE.to_owned(), [10, 5, 50, 1].into())],
        ..routeros::Settings::default()
    }
}

impl Shop {
    /// Arms a fault of this gateway.
    pub(crate) fn arm(&self, gateway: Gateway, armed: Armed) {
        match gateway {
            Gateway::Conekta => self.conekta.faults().arm(armed),
            Gateway::MercadoPago => self.mercado_pago.faults().arm(armed),
        }
    }
}
