use std::sync::Arc;

use portero_domain::{
    gateway::Gateway,
    ids::{CompanyId, ProcessId, ProductId, RouterId},
    money::Money,
    ports::{
        Card, Clock, Hold, Hotspot, HotspotError, Ids, KnownPurchase, NewPurchase, Ports, SellingRouter, Storage,
        StorageError, UnitOfWork, Vault, VaultError, transact,
    },
    product::Product,
    purchase::{Customer, GuestKind, Order, Purchase, Terms},
    secret::Fingerprint,
    text::ForeignId,
};
use thiserror::Error;

use super::{
    account::{Accounts, NoAccount},
    drive,
    guest_secrets::GuestSecrets,
};
use crate::{Settings, routers::RouterAccessLoader};

/// Opens a purchase, or finds the one that a request repeats.
#[derive(Clone)]
pub(crate) struct OpenPurchase {
    storage: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    vault: Arc<dyn Vault>,
    hotspot: Arc<dyn Hotspot>,
    access: RouterAccessLoader,
    accounts: Accounts,
    secrets: GuestSecrets,
    hold: Hold,
}

/// What a guest orders at a portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessOrder {
    /// The gateway.
    pub gateway: Gateway,
    /// The product.
    pub product: ProductId,
    /// The card.
    pub card: Card,
    /// The buyer.
    pub customer: Customer,
    /// The kind of hotspot user.
    pub kind: GuestKind,
    /// The price that the portal showed, if it says so.
    pub shown_price: Option<Money>,
    /// Where the bank sends the cardholder back to, if the portal can handle a confirmation (3DS).
    pub return_url: Option<String>,
    /// The portal's own key of this purchase.
    pub key: Option<PurchaseKey>,
}

/// A portal's key of one purchase: 16 to 128 visible ASCII characters. A repeated request has the same key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseKey(String);

impl PurchaseKey {
    /// The key in this text, if it is one.
    pub fn parse(raw: &str) -> Option<Self> {
        let fits = (16..=128).contains(&raw.len()) && raw.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(raw.to_owned()))
    }
}

/// Why there is no purchase.
#[derive(Debug, Error)]
pub enum BuyError {
    /// The router does not sell such a product.
    #[error("the router does not sell this product")]
    ProductNotFound,
    /// The company has no account with the gateway.
    #[error("the company has no account with the gateway")]
    GatewayNotConfigured(Gateway),
    /// The portal showed another price.
    #[error("the portal showed another price than the product's")]
    OtherPrice {
        /// The price that the portal showed.
        shown: Money,
        /// The product's price.
        price: Money,
    },
    /// The router does not answer, and nothing was charged.
    #[error("the router does not answer")]
    RouterDown(#[source] HotspotError),
    /// The request has the identity of a purchase, and asks for something else.
    #[error("the identity belongs to another purchase")]
    OtherRequest,
    /// Another purchase has used the card token.
    #[error("the card token was used before")]
    CardUsed,
    /// A secret cannot be encrypted or decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A purchase that a request is about.
pub(super) enum Opened {
    /// The request opened it. This process holds it.
    New(Purchase),
    /// The request repeats it.
    Known(Purchase),
}

impl OpenPurchase {
    pub(super) fn new(ports: &Ports, settings: &Settings, process: ProcessId) -> Self {
        Self {
            storage: Arc::clone(&ports.storage),
            clock: Arc::clone(&ports.clock),
            ids: Arc::clone(&ports.ids),
            vault: Arc::clone(&ports.vault),
            hotspot: Arc::clone(&ports.hotspot),
            access: RouterAccessLoader::new(ports),
            accounts: Accounts::new(ports, settings),
            secrets: GuestSecrets { vault: Arc::clone(&ports.vault) },
            hold: drive::hold(process, settings),
        }
    }

    /// Checks the order and opens the purchase, in one transaction. A request that repeats a purchase is not checked again.
    pub(super) async fn execute(&self, selling: SellingRouter, wanted: AccessOrder) -> Result<Opened, BuyError> {
        let this = self.clone();
        transact(&*self.storage, move |storage| this.open(storage, &selling, &wanted)).await
    }

    fn open(
        &self,
        storage: &mut dyn Storage,
        selling: &SellingRouter,
        wanted: &AccessOrder,
    ) -> Result<Opened, BuyError> {
        let company = selling.company().id.clone();
        let card = card_hash(&*self.vault, wanted.gateway, &company, wanted);
        let identity = identity(&*self.vault, selling, wanted);
        let request = request_hash(&*self.vault, wanted);
        if let Some(known) = storage.purchases().find_by_identity(&company, &identity)? {
            return repeated(known, request);
        }
        let product = product(storage, selling, wanted.product)?;
        let not_configured = || BuyError::GatewayNotConfigured(wanted.gateway);
        let found = storage.companies().find(&company)?.ok_or_else(not_configured)?;
        let account = self.accounts.of(&found, wanted.gateway).map_err(|none| match none {
            NoAccount::NotConfigured => not_configured(),
            NoAccount::Vault(error) => BuyError::Vault(error),
        })?;
        if let Some(shown) = wanted.shown_price.filter(|shown| *shown != product.offer.price) {
            return Err(BuyError::OtherPrice { shown, price: product.offer.price });
        }
        self.router_answers(storage, selling)?;
        let terms = Terms { amount: product.offer.price, currency: product.offer.currency, live: account.live };
        let order = Order {
            reference: self.ids.purchase(),
            company,
            router: selling.router().id.clone(),
            gateway: wanted.gateway,
            product: wanted.product,
            title: product.offer.title,
            profile: product.offer.profile.name,
            terms,
            customer: wanted.customer.clone(),
            card_brand: wanted.card.method.as_deref().and_then(|brand| ForeignId::parse(brand).ok()),
            installments: wanted.card.installments,
        };
        let guest = self.secrets.encrypt(&order, wanted.kind, &self.ids.guest(wanted.kind))?;
        let now = self.clock.now();
        self.insert(storage, &NewPurchase { order, guest, identity, request, card, opened_at: now })
    }

    /// Rejects an order on a router that is known to be down, before anything is charged.
    fn router_answers(&self, storage: &mut dyn Storage, selling: &SellingRouter) -> Result<(), BuyError> {
        let router = storage.routers().find(&selling.company().id, &selling.router().id)?;
        let router = router.ok_or(BuyError::ProductNotFound)?;
        match self.hotspot.known_failure(&self.access.decrypt(&router)?) {
            Some(error) => Err(BuyError::RouterDown(error)),
            None => Ok(()),
        }
    }

    fn insert(&self, storage: &mut dyn Storage, new: &NewPurchase) -> Result<Opened, BuyError> {
        match storage.purchases().open(new, self.hold)? {
            Ok(purchase) => Ok(Opened::New(purchase)),
            Err(KnownPurchase::CardUsed) => Err(BuyError::CardUsed),
            // A request at the same moment was first.
            Err(KnownPurchase::SameIdentity) => {
                let known = storage.purchases().find_by_identity(&new.order.company, &new.identity)?;
                known.map_or(Err(BuyError::CardUsed), |known| repeated(known, new.request))
            }
        }
    }
}

fn repeated((known, asked): (Purchase, Fingerprint), request: Fingerprint) -> Result<Opened, BuyError> {
    if asked == request { Ok(Opened::Known(known)) } else { Err(BuyError::OtherRequest) }
}

/// A product that the router sells.
fn product(storage: &mut dyn Storage, selling: &SellingRouter, id: ProductId) -> Result<Product, BuyError> {
    let found = storage.products().find(&selling.company().id, id)?;
    let sold = |product: &Product| product.offer.active && product.offer.router == selling.router().id;
    found.filter(sold).ok_or(BuyError::ProductNotFound)
}

/// What is hashed is joined by a character that no text of a request may have, so no two orders have one text.
fn joined(parts: &[&str]) -> String {
    parts.join("\u{1f}")
}

/// The identity that a portal's key gives to a purchase on this router.
pub(super) fn key_hash(vault: &dyn Vault, router: &RouterId, key: &PurchaseKey) -> Fingerprint {
    vault.digest(&joined(&["key", router.as_str(), &key.0]))
}

/// The identity of an order: of its key if it has one, else of its card.
pub(super) fn identity(vault: &dyn Vault, selling: &SellingRouter, wanted: &AccessOrder) -> Fingerprint {
    match &wanted.key {
        Some(key) => key_hash(vault, &selling.router().id, key),
        None => card_hash(vault, wanted.gateway, &selling.company().id, wanted),
    }
}

fn card_hash(vault: &dyn Vault, gateway: Gateway, company: &CompanyId, wanted: &AccessOrder) -> Fingerprint {
    vault.digest(&joined(&["card", gateway.name(), company.as_str(), wanted.card.token.expose()]))
}

fn request_hash(vault: &dyn Vault, wanted: &AccessOrder) -> Fingerprint {
    let AccessOrder { gateway, product, card, customer, kind, shown_price, return_url, key: _ } = wanted;
    let (product, installments) = (product.get().to_string(), card.installments.to_string());
    let price = shown_price.map_or_else(String::new, |price| price.to_string());
    let kind = match kind {
        GuestKind::UserAndPassword => "user",
        GuestKind::Pin => "pin",
    };
    vault.digest(&joined(&[
        "request",
        gateway.name(),
        &product,
        card.token.expose(),
        card.method.as_deref().unwrap_or_default(),
        card.issuer.as_deref().unwrap_or_default(),
        &installments,
        customer.name.as_str(),
        customer.email.as_str(),
        customer.phone.as_ref().map_or("", |phone| phone.as_str()),
        kind,
        &price,
        return_url.as_deref().unwrap_or_default(),
    ]))
}
