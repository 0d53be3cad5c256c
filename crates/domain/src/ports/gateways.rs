use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use crate::{
    Timestamp,
    gateway::Gateway,
    ids::PurchaseReference,
    money::Money,
    purchase::{ChargeAnswer, ChargeId, RefundAnswer, Terms},
    secret::Secret,
    text::{Email, Name, Phone},
};

/// Charges cards at one payment gateway.
///
/// An adapter reports what the gateway's documents make certain, and nothing else: see [`ChargeAnswer`]. It bounds each
/// wait, the size of each answer and the number of its connections, and follows no redirect. It repeats no charge.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CardGateway: Send + Sync {
    /// Sends the charge, once.
    async fn charge(&self, account: &GatewayAccount, order: &ChargeOrder) -> ChargeAnswer;

    /// Asks about the charge of a purchase. [`ChargeAnswer::Absent`] says that the gateway has none now. It never answers
    /// [`ChargeAnswer::Rejected`] or [`ChargeAnswer::NotSent`], which speak of a request to charge.
    async fn find(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer;

    /// Cancels a charge that is not taken yet, and answers what became of it.
    async fn cancel(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer;

    /// Refunds an amount. Repeating the same order refunds once.
    async fn refund(&self, account: &GatewayAccount, order: &RefundOrder) -> RefundAnswer;

    /// The purchase that a charge names. `None` if it names none of ours, or if the gateway has no such charge.
    async fn purchase_of(
        &self,
        account: &GatewayAccount,
        charge: &ChargeId,
    ) -> Result<Option<PurchaseReference>, GatewayError>;

    /// The charges that the gateway made in a span of time, oldest first, page by page.
    async fn charges(&self, account: &GatewayAccount, page: &ChargePage) -> Result<Charges, GatewayError>;

    /// Proves that the credentials are right. Answers the gateway's own identity of the account, where it has one.
    async fn owner(&self, account: &GatewayAccount) -> Result<Option<String>, GatewayError>;
}

/// The payment gateways.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a port has nothing to show")]
pub struct Gateways {
    /// Conekta.
    pub conekta: Arc<dyn CardGateway>,
    /// Mercado Pago.
    pub mercado_pago: Arc<dyn CardGateway>,
}

impl Gateways {
    /// This gateway.
    pub fn of(&self, gateway: Gateway) -> &dyn CardGateway {
        match gateway {
            Gateway::Conekta => &*self.conekta,
            Gateway::MercadoPago => &*self.mercado_pago,
        }
    }
}

/// A company's account with a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayAccount {
    /// The key that moves money, decrypted.
    pub secret: Secret,
    /// True when the account moves real money.
    pub live: bool,
}

/// A charge to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeOrder {
    /// The purchase. The gateway keeps this id with the charge.
    pub purchase: PurchaseReference,
    /// What to charge.
    pub terms: Terms,
    /// What the buyer reads on the receipt.
    pub title: Name,
    /// The buyer.
    pub buyer: Buyer,
    /// The card.
    pub card: Card,
    /// Where the bank sends the cardholder back to. `None` asks for no confirmation (3DS).
    pub return_url: Option<String>,
    /// Where the gateway reports changes, if it takes an address for each charge.
    pub notification_url: Option<String>,
}

/// A buyer, as the gateway knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buyer {
    /// The buyer's name.
    pub name: Name,
    /// The buyer's e-mail.
    pub email: Email,
    /// The buyer's telephone, or the company's where the buyer gave none: Conekta demands one.
    pub phone: Phone,
}

/// A card, as the gateway's own script in the browser turned it into a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The single-use token.
    pub token: Secret,
    /// The card's brand, as Mercado Pago names it.
    pub method: Option<String>,
    /// The card's bank, as Mercado Pago names it.
    pub issuer: Option<String>,
    /// In how many parts the cardholder pays. 1 is at once.
    pub installments: u8,
    /// The session of Mercado Pago's script in the browser.
    pub device: Option<String>,
}

/// A question about the charge of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeQuery {
    /// The purchase.
    pub purchase: PurchaseReference,
    /// The charge, where the gateway has named it.
    pub charge: Option<ChargeId>,
    /// When the charge was about to be sent. A gateway that cannot search by purchase is searched around this moment.
    pub sent_at: Timestamp,
}

/// A refund to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    /// The purchase.
    pub purchase: PurchaseReference,
    /// The number of this refund within its purchase, from 1.
    pub number: u16,
    /// The charge.
    pub charge: ChargeId,
    /// What goes back.
    pub amount: Money,
    /// What went back before, by the purchase's earlier refunds. A gateway without idempotency keys shows by its own sum
    /// whether this refund was made already.
    pub refunded_before: Money,
}

/// Which charges to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargePage {
    /// The first moment.
    pub from: Timestamp,
    /// The moment after the last.
    pub until: Timestamp,
    /// Where the page before this one ended.
    pub after: Option<String>,
}

/// A page of charges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charges {
    /// The charges.
    pub charges: Vec<ListedCharge>,
    /// Where to go on, if there are more.
    pub next: Option<String>,
}

/// A charge in a gateway's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCharge {
    /// The charge.
    pub charge: ChargeId,
    /// The purchase that it names, if it names one of ours.
    pub purchase: Option<PurchaseReference>,
    /// When the gateway made it.
    pub created_at: Timestamp,
    /// What became of it.
    pub answer: ChargeAnswer,
    /// Its terms, where they are readable.
    pub terms: Option<Terms>,
    /// What went back of it.
    pub refunded: Money,
}

/// Why a gateway did not answer a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GatewayError {
    /// The company's credentials are wrong.
    #[error("the gateway refuses the credentials")]
    Credentials,
    /// The gateway cannot be reached, is too slow or answers what cannot be read.
    #[error("the gateway is not available")]
    Unavailable,
}
