use portero_domain::{
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    purchase::ChargeId,
    webhook::{EventId, WebhookEvent},
};

use crate::builders::company_id;

/// Conekta's event about the order `ord_2tUyW9vXo3sYpA1Bc` of [`crate::builders::a_company`].
pub fn a_webhook_event() -> EventBuilder {
    EventBuilder(WebhookEvent {
        company: company_id("EMP_3A9F1C0B2D"),
        gateway: Gateway::Conekta,
        id: event_id("6a0f3c51b2d4e80010c7a9f1"),
        charge: charge_id("ord_2tUyW9vXo3sYpA1Bc"),
        purchase: None,
    })
}

/// Makes an event.
#[derive(Clone, Debug)]
pub struct EventBuilder(WebhookEvent);

impl EventBuilder {
    /// With this identity.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.0.id = event_id(id);
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.0.company = company.clone();
        self
    }

    /// Of this gateway.
    #[must_use]
    pub fn from(mut self, gateway: Gateway) -> Self {
        self.0.gateway = gateway;
        self
    }

    /// About this charge.
    #[must_use]
    pub fn charge(mut self, charge: &str) -> Self {
        self.0.charge = charge_id(charge);
        self
    }

    /// That names this purchase.
    #[must_use]
    pub fn purchase(mut self, purchase: &str) -> Self {
        self.0.purchase = Some(PurchaseReference::parse(purchase).expect("a purchase's reference"));
        self
    }

    /// The event.
    pub fn build(self) -> WebhookEvent {
        self.0
    }
}

fn event_id(text: &str) -> EventId {
    EventId::parse(text).expect("an event's id")
}

fn charge_id(text: &str) -> ChargeId {
    ChargeId::parse(text).expect("a charge's id")
}
