//! The record of purchases. A purchase stays when its router, its product and the key of its router are gone.

use crate::{
    Timestamp,
    ids::{CompanyId, ProductId, PurchaseId, RouterId},
    money::{Currency, Money},
    text::{Email, Name},
};

/// A purchase of a product by a guest, paid or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// The row's identity.
    pub id: PurchaseId,
    /// The gateway's reference; no two purchases share one.
    pub reference: String,
    /// The company that sold it.
    pub company: CompanyId,
    /// The router it was made on, which may be gone by now.
    pub router: RouterId,
    /// The product that was sold, which may be gone by now.
    pub product: Option<ProductId>,
    /// What it came to.
    pub amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// How the payment stands.
    pub status: PaymentStatus,
    /// Who paid.
    pub customer_name: Option<Name>,
    /// Where they are reached.
    pub customer_email: Option<Email>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
}

/// How a payment stands, whatever words its gateway uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentStatus {
    /// Not decided yet.
    Pending,
    /// Money was taken.
    Paid,
    /// No money was taken, and none will be.
    Failed,
    /// Money was taken and given back.
    Refunded,
}

/// A company's sales in sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchaseSummary {
    /// All purchases, whatever became of them.
    pub total: u64,
    /// Those that were paid.
    pub paid: u64,
    /// Those that are not decided yet.
    pub pending: u64,
    /// What the paid ones came to, in hundredths, currencies added as they are.
    pub income: Money,
}
