use portero_domain::{
    Timestamp,
    ids::{CompanyId, ProductId, PurchaseId, RouterId},
    money::{Currency, Money},
    purchase::{PaymentStatus, Purchase},
};

use crate::builders::{company_id, email, money, name, router_id, start};

/// The sale of the first product on [`crate::builders::a_router`], paid with 25.00 MXN at the [`start`].
pub fn a_purchase() -> PurchaseBuilder {
    PurchaseBuilder(Purchase {
        id: PurchaseId::new(1),
        reference: "ord_2tUyW9vXo3sYpA1Bc".to_owned(),
        company: company_id("EMP_3A9F1C0B2D"),
        router: router_id("RTR_A1B2C3D4"),
        product: Some(ProductId::new(1)),
        amount: money("25.00"),
        currency: Currency::Mxn,
        status: PaymentStatus::Paid,
        customer_name: Some(name("Juan Pérez")),
        customer_email: Some(email("juan@example.com")),
        created_at: start(),
        paid_at: Some(start()),
    })
}

/// Makes a purchase.
#[derive(Clone, Debug)]
pub struct PurchaseBuilder(Purchase);

impl PurchaseBuilder {
    /// With this reference, which no other purchase may have.
    #[must_use]
    pub fn reference(mut self, reference: &str) -> Self {
        reference.clone_into(&mut self.0.reference);
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.0.company = company.clone();
        self
    }

    /// Made on this router.
    #[must_use]
    pub fn on(mut self, router: &RouterId) -> Self {
        self.0.router = router.clone();
        self
    }

    /// Over this amount.
    #[must_use]
    pub fn amount(mut self, amount: Money) -> Self {
        self.0.amount = amount;
        self
    }

    /// Whose payment stands so; one that never was paid has no moment of it.
    #[must_use]
    pub fn status(mut self, status: PaymentStatus) -> Self {
        self.0.status = status;
        if matches!(status, PaymentStatus::Pending | PaymentStatus::Failed) {
            self.0.paid_at = None;
        }
        self
    }

    /// Without a known customer and product.
    #[must_use]
    pub fn anonymous(mut self) -> Self {
        (self.0.product, self.0.customer_name, self.0.customer_email) = (None, None, None);
        self
    }

    /// Begun at this moment.
    #[must_use]
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.0.created_at = at;
        self
    }

    /// The purchase.
    pub fn build(self) -> Purchase {
        self.0
    }
}
