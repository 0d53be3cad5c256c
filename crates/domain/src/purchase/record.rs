//! A purchase as the store keeps it. It stays when its router, its product and the key of its router are gone.

use super::{
    Cardholder, ChargeAnswer, ChargeId, End, Event, Next, Outcome, Patience, Progress, Receipt, Stage, Step, Terms,
    Token,
};
use crate::{
    Timestamp,
    gateway::Gateway,
    hotspot::{HotspotPassword, HotspotUsername},
    ids::{CompanyId, ProductId, PurchaseId, PurchaseReference, RouterId},
    money::Money,
    secret::Sealed,
    text::{Email, ForeignId, Name, Phone},
};

/// A purchase of a product by a guest, paid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The row's identity.
    pub id: PurchaseId,
    /// What was ordered. It never changes.
    pub order: Order,
    /// The hotspot user that was sold. Its name is drawn again if another user of the router has it.
    pub guest: SoldGuest,
    /// How far the purchase has come.
    pub progress: Progress,
    /// The charge, since the gateway has named it.
    pub charge: Option<ChargeId>,
    /// How the cardholder confirms the charge, while Portero waits for it.
    pub cardholder: Option<Cardholder>,
    /// When Portero learned that the charge is paid.
    pub paid_at: Option<Timestamp>,
    /// What went back to the cardholder.
    pub refunded: Money,
    /// Whether a refund is still to be made.
    pub refund_due: bool,
    /// How often the current step was tried without success.
    pub tries: u16,
    /// Grows with each change. A change of an older version is refused.
    pub version: i64,
}

/// What a guest ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The reference that gateways and routers keep.
    pub reference: PurchaseReference,
    /// The company that sells.
    pub company: CompanyId,
    /// The router that sells.
    pub router: RouterId,
    /// The gateway that charges the card.
    pub gateway: Gateway,
    /// The product.
    pub product: ProductId,
    /// The product's title at the time of the order.
    pub title: Name,
    /// The product's hotspot profile at the time of the order.
    pub profile: ForeignId,
    /// What is charged.
    pub terms: Terms,
    /// The buyer.
    pub customer: Customer,
    /// The card's brand, as Mercado Pago names it.
    pub card_brand: Option<ForeignId>,
    /// In how many parts the cardholder pays.
    pub installments: u8,
}

/// A buyer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The name.
    pub name: Name,
    /// The e-mail address.
    pub email: Email,
    /// The telephone number, if the buyer gave one.
    pub phone: Option<Phone>,
}

/// What kind of hotspot user is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GuestKind {
    /// A name and a password.
    UserAndPassword,
    /// A name that is the only secret.
    Pin,
}

/// A hotspot user that was sold, with its secret encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoldGuest {
    /// A name and a password.
    UserAndPassword {
        /// The name.
        name: HotspotUsername,
        /// The password.
        password: Sealed,
    },
    /// A name that is the only secret.
    Pin {
        /// The last two digits of the name, for showing.
        last_digits: String,
        /// The name.
        name: Sealed,
    },
}

impl SoldGuest {
    /// What kind of user it is.
    pub const fn kind(&self) -> GuestKind {
        match self {
            Self::UserAndPassword { .. } => GuestKind::UserAndPassword,
            Self::Pin { .. } => GuestKind::Pin,
        }
    }

    /// The part of it that is encrypted, to be encrypted with another key.
    pub const fn secret_mut(&mut self) -> &mut Sealed {
        match self {
            Self::UserAndPassword { password, .. } => password,
            Self::Pin { name, .. } => name,
        }
    }

    /// The part of it that is encrypted.
    pub const fn secret(&self) -> &Sealed {
        match self {
            Self::UserAndPassword { password, .. } => password,
            Self::Pin { name, .. } => name,
        }
    }
}

/// A hotspot user's name and password, in plain form. A PIN has an empty password.
#[derive(Clone, PartialEq, Eq)]
pub struct GuestCredentials {
    /// The name.
    pub name: HotspotUsername,
    /// The password.
    pub password: HotspotPassword,
}

/// The name may be a PIN, so `Debug` shows nothing.
impl std::fmt::Debug for GuestCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuestCredentials(…)")
    }
}

/// Where the payment of a purchase stands, whatever words its gateway uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentStatus {
    /// Nothing was sent to the gateway yet.
    Pending,
    /// Whether the card was charged is not known yet.
    Confirming,
    /// The card was charged.
    Paid,
    /// The card was not charged.
    Failed,
    /// The whole charge was refunded.
    Refunded,
    /// The bank took the charge back.
    ChargedBack,
    /// A person has to decide.
    Manual,
}

impl Stage {
    /// What this stage says about the payment.
    pub const fn status(&self) -> PaymentStatus {
        match self {
            Self::Opened | Self::Reserved { .. } => PaymentStatus::Pending,
            Self::Charging(_) | Self::Confirming { .. } | Self::Cancelling { .. } => PaymentStatus::Confirming,
            Self::Paid { .. } | Self::Delivered { .. } | Self::Refunding { .. } => PaymentStatus::Paid,
            Self::Withdrawing(End::Unpaid(_)) | Self::Closed(End::Unpaid(_)) => PaymentStatus::Failed,
            Self::Withdrawing(End::Refunded(_)) | Self::Closed(End::Refunded(_)) => PaymentStatus::Refunded,
            Self::Withdrawing(End::ChargedBack(_)) | Self::Closed(End::ChargedBack(_)) => PaymentStatus::ChargedBack,
            Self::Manual { .. } => PaymentStatus::Manual,
        }
    }
}

impl Purchase {
    /// Where the payment stands.
    pub const fn status(&self) -> PaymentStatus {
        self.progress.stage().status()
    }

    /// The comment of the hotspot user on its router. By it Portero knows its own user.
    pub fn comment(&self) -> String {
        format!("portero:{}", self.order.reference)
    }

    /// The next step. A refund of a part is a step of a purchase that has nothing else to do.
    pub fn next(&self, token: Token, patience: &Patience) -> Next {
        match (self.progress.next(token, patience), &self.charge) {
            (Next::Nothing, Some(charge)) if self.refund_due => Next::Do(Step::Refund(charge.clone())),
            (next, _) => next,
        }
    }

    /// Applies what the clock alone decides: see [`Progress::pass_time`].
    pub fn pass_time(&mut self, now: Timestamp, patience: &Patience) -> Option<Event> {
        let event = self.progress.pass_time(now, patience);
        self.forget_confirmation();
        event
    }

    /// Records an outcome: see [`Progress::record`].
    pub fn record(&mut self, outcome: Outcome, now: Timestamp, patience: &Patience) -> Option<Event> {
        if let Outcome::Charged(answer) | Outcome::Found(answer) = &outcome {
            self.charge = answer.charge().cloned().or_else(|| self.charge.take());
            if let ChargeAnswer::NeedsCardholder(_, cardholder) = answer {
                self.cardholder = Some(cardholder.clone());
            }
        }
        let event = self.progress.record(outcome, now, &self.order.terms, patience);
        self.forget_confirmation();
        match event {
            Some(Event::Paid) => self.paid_at = self.paid_at.or(Some(now)),
            Some(Event::Refunded | Event::ChargedBack) => self.refunded = self.order.terms.amount,
            _ => {}
        }
        event
    }

    /// Records that a part of the charge went back. When no part is left, the purchase is refunded.
    pub fn record_part_refunded(&mut self, part: Money, now: Timestamp, patience: &Patience) -> Option<Event> {
        let sum = Money::from_minor(self.refunded.minor() + part.minor()).unwrap_or(self.order.terms.amount);
        self.refunded = sum.min(self.order.terms.amount);
        let charge = self.charge.clone().filter(|_| self.refunded == self.order.terms.amount)?;
        self.record(Outcome::Found(ChargeAnswer::Refunded(charge)), now, patience)
    }

    fn forget_confirmation(&mut self) {
        if !matches!(self.progress.stage(), Stage::Confirming { .. }) {
            self.cardholder = None;
        }
    }
}

impl ChargeAnswer {
    /// The charge that the answer names.
    pub const fn charge(&self) -> Option<&ChargeId> {
        match self {
            Self::Paid(Receipt { charge, .. })
            | Self::Pending(charge)
            | Self::NeedsCardholder(charge, _)
            | Self::Authorized(charge)
            | Self::Refunded(charge)
            | Self::ChargedBack(charge) => Some(charge),
            Self::Declined(charge, _) => charge.as_ref(),
            Self::Rejected(_) | Self::Absent | Self::NotSent | Self::Unknown(_) => None,
        }
    }
}
