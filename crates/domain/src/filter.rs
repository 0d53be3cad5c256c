//! Which rows a list contains. The default of each filter is the whole list.
//!
//! `matches` is the rule. The in-memory store applies it, and the contract of the stores compares it with the SQL.

use crate::{
    Timestamp,
    health::{FleetRouter, FleetState},
    ids::{CompanyId, RouterId},
    product::Product,
    purchase::{ChargeId, PaymentStatus, Purchase, SoldGuest},
    router::Router,
    text::text,
    user::{RoleKind, User},
};

text! {
    /// A text that a list is searched for. Up to 100 characters.
    SearchText, max 100
}

impl SearchText {
    /// Whether `text` contains this text. Upper and lower case are the same.
    pub fn is_in(&self, text: &str) -> bool {
        text.to_lowercase().contains(&self.as_str().to_lowercase())
    }
}

/// Which routers of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouterFilter {
    /// Only active routers, or only inactive ones.
    pub active: Option<bool>,
    /// Only routers with this text in their name or host.
    pub text: Option<SearchText>,
}

impl RouterFilter {
    /// Whether the list contains this router.
    pub fn matches(&self, router: &Router) -> bool {
        let has = |text: &SearchText| text.is_in(router.name.as_str()) || text.is_in(router.endpoint.host.as_str());
        self.active.is_none_or(|active| router.active == active) && self.text.as_ref().is_none_or(has)
    }
}

/// Which users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only users with this role.
    pub role: Option<RoleKind>,
    /// Only the admins of this company.
    pub company: Option<CompanyId>,
}

impl UserFilter {
    /// Whether the list contains this user.
    pub fn matches(&self, user: &User) -> bool {
        let role = &user.profile.role;
        self.role.is_none_or(|kind| role.kind() == kind)
            && self.company.as_ref().is_none_or(|company| role.company() == Some(company))
    }
}

/// Which products of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Only products of this router.
    pub router: Option<RouterId>,
}

impl ProductFilter {
    /// Whether the list contains this product.
    pub fn matches(&self, product: &Product) -> bool {
        self.router.as_ref().is_none_or(|router| product.offer.router == *router)
    }
}

/// Which purchases of a company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PurchaseFilter {
    /// Only purchases in this state.
    pub status: Option<PaymentStatus>,
    /// Only purchases on this router.
    pub router: Option<RouterId>,
    /// Only purchases opened at this moment or later.
    pub from: Option<Timestamp>,
    /// Only purchases opened before this moment.
    pub until: Option<Timestamp>,
    /// Only purchases with this text in their reference, charge, hotspot user, or the buyer's name or e-mail.
    pub text: Option<SearchText>,
}

impl PurchaseFilter {
    /// Whether the list contains this purchase.
    pub fn matches(&self, purchase: &Purchase) -> bool {
        let opened_at = purchase.progress.opened_at();
        let has = |text: &SearchText| {
            let customer = &purchase.order.customer;
            let user = match &purchase.guest {
                SoldGuest::UserAndPassword { name, .. } => name.as_str(),
                SoldGuest::Pin { .. } => "",
            };
            let charge = purchase.charge.as_ref().map_or("", ChargeId::as_str);
            let texts =
                [purchase.order.reference.as_str(), charge, user, customer.name.as_str(), customer.email.as_str()];
            texts.into_iter().any(|place| text.is_in(place))
        };
        self.status.is_none_or(|status| purchase.status() == status)
            && self.router.as_ref().is_none_or(|router| purchase.order.router == *router)
            && self.from.is_none_or(|from| opened_at >= from)
            && self.until.is_none_or(|until| opened_at < until)
            && self.text.as_ref().is_none_or(has)
    }
}

/// Which routers of all companies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FleetFilter {
    /// Only routers in this state.
    pub state: Option<FleetState>,
}

impl FleetFilter {
    /// Whether the list contains this router.
    pub fn matches(&self, router: &FleetRouter) -> bool {
        self.state.is_none_or(|state| router.state() == state)
    }
}
