use portero_domain::{
    ids::CompanyId,
    money::Money,
    page::{Cursor, Listing, Page},
    ports::{Purchases, Stored},
    purchase::{PaymentStatus, Purchase, PurchaseSummary},
};

use crate::memory::{
    lists::newest_first,
    tables::{count, refused},
    transaction::MemoryTransaction,
};

impl Purchases for MemoryTransaction<'_> {
    fn list(&mut self, company: &CompanyId, page: Page<Purchase>) -> Stored<Listing<Purchase>> {
        self.step(|tables| {
            let purchases = tables.purchases.iter().filter(|purchase| purchase.company == *company);
            let cursor = |sale: &Purchase| Cursor::new(sale.created_at, sale.id.get());
            Ok(newest_first(purchases, cursor, &page))
        })
    }

    fn summary(&mut self, company: &CompanyId) -> Stored<PurchaseSummary> {
        self.step(|tables| {
            let all = || tables.purchases.iter().filter(|purchase| purchase.company == *company);
            let so = |status| all().filter(move |purchase| purchase.status == status);
            let income = so(PaymentStatus::Paid).map(|paid| paid.amount.minor()).sum();
            match Money::from_minor(income) {
                Some(income) => Ok(PurchaseSummary {
                    total: count(all()),
                    paid: count(so(PaymentStatus::Paid)),
                    pending: count(so(PaymentStatus::Pending)),
                    income,
                }),
                None => refused("money is never negative"),
            }
        })
    }
}
