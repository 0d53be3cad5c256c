//! The content of a message, without its words.

use crate::{
    Timestamp,
    gateway::Gateway,
    health::Condition,
    ids::PurchaseReference,
    money::{Currency, Money},
    purchase::{ChargeId, DeclineReason, ManualCause, RefundCause},
    secret::Secret,
    text::{Email, Name},
};

/// What a bot tells a company. The notifier puts it into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// The bot works.
    Test {
        /// The company's name.
        company: Name,
    },
    /// News of a purchase.
    Purchase(Box<PurchaseNotice>),
    /// The gateway refuses the company's credentials, so the company cannot sell there.
    CredentialsRefused {
        /// The company's name.
        company: Name,
        /// The gateway.
        gateway: Gateway,
    },
    /// The gateway has charges of one day that no purchase stands for, as after a restored backup.
    UnknownCharges {
        /// The company's name.
        company: Name,
        /// The gateway.
        gateway: Gateway,
        /// The start of the day (UTC).
        day: Timestamp,
    },
    /// News of a router.
    Router {
        /// The company's name.
        company: Name,
        /// The router's name.
        router: Name,
        /// When the health check found it.
        at: Timestamp,
        /// What it found.
        news: RouterNews,
    },
    /// The key of a router's portal expires soon. The portal stops working then.
    ApiKeyExpiring {
        /// The company's name.
        company: Name,
        /// The router's name.
        router: Name,
        /// When the key expires.
        expires_at: Timestamp,
        /// How many days are left, rounded up.
        days: i64,
    },
}

/// What the health check found of a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouterNews {
    /// It has a problem. `None` where the record of the problem is gone.
    Down(Option<Condition>),
    /// It works again.
    Up,
}

/// News of one purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchaseNotice {
    /// The company's name.
    pub company: Name,
    /// The product's title.
    pub plan: Name,
    /// The price, or the refunded amount.
    pub amount: Money,
    /// The currency of the amount.
    pub currency: Currency,
    /// The buyer's name.
    pub customer: Option<Name>,
    /// The buyer's e-mail.
    pub email: Option<Email>,
    /// The charge at the gateway, where there is one.
    pub charge: Option<ChargeId>,
    /// The purchase.
    pub reference: PurchaseReference,
    /// What happened.
    pub news: PurchaseNews,
}

/// What happened to a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PurchaseNews {
    /// It was paid. The guest gets this access.
    Paid(GuestAccess),
    /// The card was declined.
    Declined(DeclineReason),
    /// The amount went back.
    Refunded(RefundCause),
    /// The bank took the amount back.
    ChargedBack,
    /// A person has to decide.
    Manual(ManualCause),
}

/// How a guest logs in. Each part is a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuestAccess {
    /// By a name and a password.
    User {
        /// The name.
        name: Secret,
        /// The password.
        password: Secret,
    },
    /// By a PIN alone.
    Pin(Secret),
}
