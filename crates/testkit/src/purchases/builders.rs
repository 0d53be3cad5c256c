use portero_domain::{
    Timestamp,
    gateway::Gateway,
    hotspot::HotspotUsername,
    ids::{CompanyId, ProductId, PurchaseId, PurchaseReference, RouterId},
    money::{Currency, Money},
    purchase::{
        ChargeId, Charging, Customer, DeclineReason, End, ManualCause, Order, PaymentStatus, Progress, Purchase,
        SoldGuest, Stage, Terms, Unpaid,
    },
    secret::Sealed,
    text::ForeignId,
};

use crate::builders::{company_id, email, money, name, router_id, start};

/// The sale of the first product on [`crate::builders::a_router`]. It was paid with 25.00 MXN and delivered at the
/// [`start`].
pub fn a_purchase() -> PurchaseBuilder {
    PurchaseBuilder {
        number: 1,
        company: company_id("EMP_3A9F1C0B2D"),
        router: router_id("RTR_A1B2C3D4"),
        amount: money("25.00"),
        status: PaymentStatus::Paid,
        opened_at: start(),
        customer: Customer { name: name("Juan Pérez"), email: email("juan@example.com"), phone: None },
    }
}

/// Makes a purchase.
#[derive(Clone, Debug)]
pub struct PurchaseBuilder {
    number: u32,
    company: CompanyId,
    router: RouterId,
    amount: Money,
    status: PaymentStatus,
    opened_at: Timestamp,
    customer: Customer,
}

impl PurchaseBuilder {
    /// The purchase of this number. No other purchase of the company may have it: it decides the reference, the charge
    /// and the hotspot user.
    #[must_use]
    pub const fn number(mut self, number: u32) -> Self {
        self.number = number;
        self
    }

    /// Of this company.
    #[must_use]
    pub fn of(mut self, company: &CompanyId) -> Self {
        self.company = company.clone();
        self
    }

    /// Made on this router.
    #[must_use]
    pub fn on(mut self, router: &RouterId) -> Self {
        self.router = router.clone();
        self
    }

    /// Over this amount.
    #[must_use]
    pub const fn amount(mut self, amount: Money) -> Self {
        self.amount = amount;
        self
    }

    /// With this state of the payment.
    #[must_use]
    pub const fn status(mut self, status: PaymentStatus) -> Self {
        self.status = status;
        self
    }

    /// Bought by someone of this name.
    #[must_use]
    pub fn buyer(mut self, buyer: &str) -> Self {
        self.customer.name = name(buyer);
        self
    }

    /// With this buyer.
    #[must_use]
    pub fn customer(mut self, customer: Customer) -> Self {
        self.customer = customer;
        self
    }

    /// Opened at this moment.
    #[must_use]
    pub const fn opened_at(mut self, at: Timestamp) -> Self {
        self.opened_at = at;
        self
    }

    /// The purchase.
    ///
    /// # Panics
    /// If the number has more than five digits.
    pub fn build(self) -> Purchase {
        let Self { number, company, router, amount, status, opened_at, customer } = self;
        let charge = ChargeId::parse(&format!("ord_{number}")).expect("a charge id");
        let (stage, charged) = stage(status, &charge, opened_at);
        let refunded =
            if matches!(status, PaymentStatus::Refunded | PaymentStatus::ChargedBack) { amount } else { Money::ZERO };
        Purchase {
            id: PurchaseId::new(number.into()),
            order: Order {
                reference: PurchaseReference::parse(&format!("compra_{number:026}")).expect("a reference"),
                company,
                router,
                gateway: Gateway::Conekta,
                product: ProductId::new(1),
                title: name("1 Hora"),
                profile: ForeignId::parse("1hora").expect("a profile"),
                terms: Terms { amount, currency: Currency::Mxn, live: false },
                customer,
                card_brand: None,
                installments: 1,
            },
            guest: SoldGuest::UserAndPassword {
                name: HotspotUsername::parse(&format!("PT-A{number:05}")).expect("a name"),
                password: Sealed::new(format!("sealed:k1:guest/compra_{number:026}:313233343536")),
            },
            progress: Progress::restore(stage, opened_at),
            charge: charged.then_some(charge),
            cardholder: None,
            paid_at: charged.then_some(opened_at),
            refunded,
            refund_due: false,
            tries: 0,
            version: 0,
        }
    }
}

/// A stage with this state of the payment, and whether the card was charged in it.
fn stage(status: PaymentStatus, charge: &ChargeId, at: Timestamp) -> (Stage, bool) {
    let charge = charge.clone();
    match status {
        PaymentStatus::Pending => (Stage::Opened, false),
        PaymentStatus::Confirming => (Stage::Charging(Charging { since: at, charge: None, absences: 0 }), false),
        PaymentStatus::Paid => (Stage::Delivered { charge }, true),
        PaymentStatus::Failed => (Stage::Closed(End::Unpaid(Unpaid::Declined(DeclineReason::Declined))), false),
        PaymentStatus::Refunded => (Stage::Closed(End::Refunded(charge)), true),
        PaymentStatus::ChargedBack => (Stage::Closed(End::ChargedBack(charge)), true),
        PaymentStatus::Manual => (Stage::Manual { charge: None, cause: ManualCause::Mismatch }, false),
    }
}
