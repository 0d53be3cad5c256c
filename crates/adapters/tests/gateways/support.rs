//! Both gateways as one, so that each test holds for both.

use std::time::Duration;

use portero_adapters::{
    HttpClient, HttpLimits,
    gateways::{Conekta, MercadoPago},
};
use portero_domain::{
    Timestamp,
    ids::PurchaseReference,
    money::{Currency, Money},
    ports::{Buyer, Card, CardGateway, ChargeOrder, ChargeQuery, GatewayAccount, RefundOrder},
    purchase::{ChargeAnswer, ChargeId, Receipt, Terms},
    secret::Secret,
    text::{Email, Name, Phone},
};
use portero_gateways_sim::{self as sim, Faults, Settings};
use time::OffsetDateTime;

/// A gateway's outcome for a card.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    Paid,
    NoFunds,
    Challenge,
}

/// A simulated gateway.
pub(crate) enum Simulated {
    Conekta(sim::Conekta),
    MercadoPago(sim::MercadoPago),
}

/// One gateway of each kind, with the adapter that is tested. No wait is longer than half a second.
pub(crate) async fn both() -> Vec<(Simulated, Box<dyn CardGateway>)> {
    let limits = HttpLimits { timeout: Duration::from_millis(500), ..HttpLimits::default() };
    let conekta = sim::Conekta::start(Settings::default()).await.unwrap();
    let mercado_pago = sim::MercadoPago::start(Settings::default()).await.unwrap();
    let client = |url: &str| HttpClient::new(url, limits).unwrap();
    let adapters: [Box<dyn CardGateway>; 2] =
        [Box::new(Conekta::new(client(&conekta.url()))), Box::new(MercadoPago::new(client(&mercado_pago.url())))];
    let simulated = [Simulated::Conekta(conekta), Simulated::MercadoPago(mercado_pago)];
    simulated.into_iter().zip(adapters).collect()
}

impl Simulated {
    /// A fresh token of a card with this outcome.
    pub(crate) fn token(&self, outcome: Outcome) -> String {
        match self {
            Self::Conekta(gateway) => gateway.token(match outcome {
                Outcome::Paid => "4242424242424242",
                Outcome::NoFunds => "4000000000009995",
                Outcome::Challenge => "4000000000001091",
            }),
            Self::MercadoPago(gateway) => gateway.token(match outcome {
                Outcome::Paid => "APRO",
                Outcome::NoFunds => "FUND",
                Outcome::Challenge => "CHAL",
            }),
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        match self {
            Self::Conekta(gateway) => gateway.faults(),
            Self::MercadoPago(gateway) => gateway.faults(),
        }
    }

    /// How many charges this purchase has there.
    pub(crate) fn charges(&self, purchase: &PurchaseReference) -> usize {
        match self {
            Self::Conekta(gateway) => gateway.charges_of(purchase.as_str()).len(),
            Self::MercadoPago(gateway) => gateway.payments_of(purchase.as_str()).len(),
        }
    }

    /// The path that charges, as faults name it.
    pub(crate) fn charge_path(&self) -> &'static str {
        match self {
            Self::Conekta(_) => "/orders",
            Self::MercadoPago(_) => "/v1/payments",
        }
    }

    /// The path that refunds, as faults name it.
    pub(crate) fn refund_path(&self) -> &'static str {
        match self {
            Self::Conekta(_) => "/orders/{id}/refunds",
            Self::MercadoPago(_) => "/v1/payments/{id}/refunds",
        }
    }

    /// The company's account there.
    pub(crate) fn account(&self) -> GatewayAccount {
        let secret = match self {
            Self::Conekta(_) => "key_test_of_a_company",
            Self::MercadoPago(_) => "TEST-of-a-company",
        };
        GatewayAccount { secret: Secret::new(secret.to_owned()), live: false }
    }

    pub(crate) fn order(&self, number: u32, outcome: Outcome) -> ChargeOrder {
        ChargeOrder {
            purchase: purchase(number),
            terms: terms(),
            title: Name::parse("1 Día").unwrap(),
            buyer: Buyer {
                name: Name::parse("Ana Ruiz").unwrap(),
                email: Email::parse("ana@example.com").unwrap(),
                phone: Phone::parse("+525500000000").unwrap(),
            },
            card: Card {
                token: Secret::new(self.token(outcome)),
                method: Some("visa".to_owned()),
                issuer: None,
                installments: 1,
                device: None,
            },
            return_url: matches!(outcome, Outcome::Challenge).then(|| "http://127.0.0.1:1/listo".to_owned()),
            notification_url: None,
        }
    }
}

pub(crate) fn purchase(number: u32) -> PurchaseReference {
    PurchaseReference::parse(&format!("compra_{number:026}")).unwrap()
}

pub(crate) fn terms() -> Terms {
    Terms { amount: Money::parse("19.99").unwrap(), currency: Currency::Mxn, live: false }
}

#[expect(clippy::disallowed_methods, reason = "the simulators run by the system's clock")]
pub(crate) fn query(number: u32, charge: Option<ChargeId>) -> ChargeQuery {
    ChargeQuery { purchase: purchase(number), charge, sent_at: Timestamp::new(OffsetDateTime::now_utc()) }
}

pub(crate) fn refund(number: u32, charge: &ChargeId, amount: &str, before: &str) -> RefundOrder {
    RefundOrder {
        purchase: purchase(number),
        number: if before == "0" { 1 } else { 2 },
        charge: charge.clone(),
        amount: Money::parse(amount).unwrap(),
        refunded_before: Money::parse(before).unwrap(),
    }
}

/// The charge of an answer that says that it is paid, by these very terms.
#[track_caller]
pub(crate) fn paid(answer: &ChargeAnswer) -> ChargeId {
    match answer {
        ChargeAnswer::Paid(Receipt { charge, terms: seen }) if *seen == Some(terms()) => charge.clone(),
        other => panic!("not paid: {other:?}"),
    }
}
