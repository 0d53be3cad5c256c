use std::cmp::Reverse;

use portero_domain::{
    Timestamp,
    filter::ProductFilter,
    ids::{CompanyId, ProductId, RouterId},
    page::{Cursor, Listing, Page},
    ports::{Products, Stored, Taken},
    product::{Offer, Product},
};

use crate::memory::{
    lists::oldest_first,
    tables::{count, refused},
    transaction::MemoryTransaction,
};

impl Products for MemoryTransaction<'_> {
    fn find(&mut self, company: &CompanyId, id: ProductId) -> Stored<Option<Product>> {
        self.step(|tables| {
            let product = tables.products.iter().find(|product| product.id == id && product.company == *company);
            Ok(product.cloned())
        })
    }

    fn list(&mut self, company: &CompanyId, filter: &ProductFilter, page: Page<Product>) -> Stored<Listing<Product>> {
        self.step(|tables| {
            let products =
                tables.products.iter().filter(|product| product.company == *company && filter.matches(product));
            Ok(oldest_first(products, |product| Cursor::new(product.created_at, product.id.get()), &page))
        })
    }

    fn catalogue(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<Product>> {
        self.step(|tables| {
            let on_sale = tables.products.iter().filter(|product| is_on_sale(product, company, router));
            let mut on_sale: Vec<_> = on_sale.cloned().collect();
            on_sale.sort_by_key(|product| {
                (product.offer.position, Reverse(product.offer.featured), product.created_at, product.id)
            });
            Ok(on_sale)
        })
    }

    fn count_on_sale(&mut self, company: &CompanyId, router: &RouterId) -> Stored<u64> {
        self.step(|tables| {
            let products = tables.products.iter();
            Ok(count(products.filter(|product| is_on_sale(product, company, router))))
        })
    }

    fn insert(&mut self, company: &CompanyId, offer: &Offer, now: Timestamp) -> Stored<Result<ProductId, Taken>> {
        self.step(|tables| {
            if tables.offers_already(offer, None) {
                return Ok(Err(Taken));
            }
            let id = tables.next_product();
            tables.add_product(Product { id, company: company.clone(), offer: offer.clone(), created_at: now })?;
            Ok(Ok(id))
        })
    }

    fn deactivate(&mut self, company: &CompanyId, id: ProductId) -> Stored<bool> {
        self.step(|tables| {
            let product = tables.products.iter_mut().find(|product| product.id == id && product.company == *company);
            Ok(product.map(|product| product.offer.active = false).is_some())
        })
    }

    fn update(&mut self, product: &Product) -> Stored<Result<(), Taken>> {
        self.step(|tables| {
            if tables.offers_already(&product.offer, Some(product.id)) {
                return Ok(Err(Taken));
            }
            if !tables.has_router(&product.company, &product.offer.router) {
                return refused("a product has a router");
            }
            let mut rows = tables.products.iter_mut();
            match rows.find(|row| row.id == product.id && row.company == product.company) {
                Some(row) => {
                    row.offer.clone_from(&product.offer);
                    Ok(Ok(()))
                }
                None => refused("a product that is written is there"),
            }
        })
    }
}

fn is_on_sale(product: &Product, company: &CompanyId, router: &RouterId) -> bool {
    product.company == *company && product.offer.router == *router && product.offer.active
}
